"""The public figures as a page: how fast ports are opened, held against the legal working day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.grid import statistics
from hanport.grid.orders import Kind
from hanport.grid.statistics import DAYS_PUBLISHED, LEAST_PUBLISHED, Month, Published
from hanport.grid.web.parts import WebParts
from hanport.web.shell import Shell

_KEPT_S = 600.0
_KINDS = (Kind.OPEN, Kind.CLOSE, Kind.RESTART)


@dataclass(frozen=True, slots=True)
class Bar:
    """A day's openings. `share` of the busiest day; `count` is None where it is not published."""

    day: date
    count: int | None
    share: float


class Figures:
    """Keeps what is published for ten minutes: to count it is work, and it changes once a day."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._kept: tuple[float, Published] | None = None

    async def now(self) -> Published:
        """What is published."""
        clock = self._parts.clock
        if self._kept is None or clock.monotonic() - self._kept[0] >= _KEPT_S:
            at = clock.now()
            found = await self._parts.read(lambda connection: statistics.public(connection, at))
            self._kept = (clock.monotonic(), found)
        return self._kept[1]


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/statistics`."""
    figures = Figures(parts)

    async def show(request: Request) -> Response:
        found = await figures.now()
        return shell.page(
            request,
            "statistics.html",
            figures=found,
            latest=latest_month(found),
            months=[each for each in reversed(found.months) if has_figures(each)],
            bars=bars(found),
            kinds=_KINDS,
            days=DAYS_PUBLISHED,
            few=LEAST_PUBLISHED,
        )

    return [Route("/statistics", show)]


def latest_month(published: Published) -> Month | None:
    """The last month of which it is published how fast ports were opened."""
    return next((each for each in reversed(published.months) if each.opening.in_time is not None), None)


def has_figures(month: Month) -> bool:
    """Whether there is more to show of a month than nothing."""
    return month.opening.in_time is not None or any(count != 0 for count in month.orders.values())


def bars(published: Published) -> tuple[Bar, ...]:
    """The openings of the last days; none where there was none at all."""
    counts = {day: orders[Kind.OPEN] for day, orders in published.days.items()}
    if all(count == 0 for count in counts.values()):
        return ()
    most = max((count or 0 for count in counts.values()), default=0)
    return tuple(Bar(day, count, (count or 0) / most if most else 0.0) for day, count in counts.items())
