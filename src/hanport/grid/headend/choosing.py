"""Which head-end a meter belongs to, and how long it may take, by the configuration alone."""

from datetime import timedelta

from hanport.errors import HanportError
from hanport.grid.config import GridConfig, HeadEndTable

_WORK_LIST_WITHIN = timedelta(days=3)


class NoHeadEnd(HanportError):
    """The configuration has no head-end for the meter, or none of that name."""


def for_maker(config: GridConfig, maker: str) -> HeadEndTable:
    """The first head-end that is for that maker, upper and lower case alike. Raises NoHeadEnd."""
    wanted = maker.strip().casefold()
    for table in config.head_end:
        if not table.makers or wanted in (each.strip().casefold() for each in table.makers):
            return table
    raise NoHeadEnd(
        f"No head-end is for meters of {maker or 'an unknown maker'}.",
        "Add one to grid.toml, or one without `makers` as the last.",
    )


def named(config: GridConfig, name: str) -> HeadEndTable:
    """The head-end of that name. Raises NoHeadEnd."""
    for table in config.head_end:
        if table.name == name:
            return table
    raise NoHeadEnd(f"There is no head-end called {name[:30]}.", "Look into grid.toml for its name.")


def answer_within(config: GridConfig, name: str) -> timedelta:
    """How long an answer of that head-end is waited for. Raises NoHeadEnd."""
    table = named(config, name)
    if table.answer_within_hours is not None:
        return timedelta(hours=table.answer_within_hours)
    return _WORK_LIST_WITHIN if table.kind == "work_list" else timedelta(seconds=config.work.answer_within_s)
