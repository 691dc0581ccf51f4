"""What every page says below the status line: parts of the hub that do not run."""

from collections.abc import Sequence

from hanport.home.config import StoreTable
from hanport.home.live import Live
from hanport.home.store.disk import Room, Space
from hanport.home.values import PartState, PartStatus
from hanport.locale import has_text
from hanport.web.shell import StatusLine
from hanport.web.words import Words

_CATALOG = "troubles"


def troubles(live: Live, words: Words) -> Sequence[StatusLine]:
    """A line for each part that has failed, in the order in which the parts started."""
    failed = [part for part in live.parts.values() if part.state is PartState.FAILED]
    return [StatusLine("bad", _said(part, live, words), _where(part), name=part.name) for part in failed]


def disk_trouble(space: Space, settings: StoreTable, words: Words) -> Sequence[StatusLine]:
    """A line when the disk is nearly full: before the store has to stop."""
    if space.room is not Room.LOW:
        return []
    numbers = {"free_mb": words.n(space.free_mb), "least_mb": words.n(settings.least_free_mb)}
    return [StatusLine("warn", words.t("trouble.disk-low", **numbers), name="disk")]


def _said(part: PartStatus, live: Live, words: Words) -> str:
    key = f"trouble.{part.kind}" if has_text(_CATALOG, f"trouble.{part.kind}") else "trouble.other"
    name = f"stopped.{part.name}"
    shown = words.t(name) if has_text(_CATALOG, name) else part.name
    return words.t(key, part=shown, problem=part.problem, waiting=words.n(live.backlog()))


def _where(part: PartStatus) -> str:
    return "/settings" if part.name not in ("store", "health") else ""
