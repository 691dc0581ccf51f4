"""How the company does: orders by day, how fast they are done, and the share within the law's working day."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.grid.orders import Kind
from hanport.grid.staff.roles import Permission
from hanport.grid.statistics import for_staff
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import needs
from hanport.grid.web.staff_saying import show
from hanport.grid.workdays import STOCKHOLM, start_of_day
from hanport.web.shell import Shell

_SPANS = (7, 30, 90, 365)
_WIDTH, _HEIGHT = 720, 120


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/statistics."""

    async def page(request: Request) -> Response:
        asked = request.query_params.get("days", "")
        days = int(asked) if asked in {str(each) for each in _SPANS} else 30
        at = parts.clock.now()
        today = at.astimezone(STOCKHOLM).date()
        first = today - timedelta(days=days - 1)
        since, until = start_of_day(first), start_of_day(today + timedelta(days=1))
        found = await parts.read(lambda connection: for_staff(connection, since, until, at))
        every = [first + timedelta(days=n) for n in range(days)]
        totals = [sum(found.per_day.get(day, {}).values()) for day in every]
        context = {
            "found": found,
            "days": days,
            "spans": _SPANS,
            "kinds": list(Kind),
            "per_day": _newest_first(found.per_day),
            "bars": bars(totals),
            "most": max(totals, default=0),
            "total": sum(totals),
            "first": first,
            "last": today,
        }
        return show(shell, parts, request, "statistics", status=200, **context)

    return [Route("/staff/statistics", needs(Permission.STATISTICS, page), methods=["GET"])]


def bars(counts: Sequence[int]) -> Markup:
    """A bar for each day, as an inline picture; the table below it says the same."""
    most, width = max(counts, default=0) or 1, _WIDTH / max(1, len(counts))
    drawn = []
    for place, count in enumerate(counts):
        high, gap = _HEIGHT * count / most, min(3.0, width / 4)
        where = f'x="{place * width:.1f}" y="{_HEIGHT - high:.1f}" width="{width - gap:.1f}" height="{high:.1f}"'
        drawn.append(f"<rect {where}/>")
    head = f'<svg class="bars" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true" focusable="false">'
    return Markup(f"{head}{''.join(drawn)}</svg>")


def _newest_first(per_day: Mapping[date, Mapping[Kind, int]]) -> Sequence[tuple[date, Mapping[Kind, int]]]:
    return sorted(per_day.items(), reverse=True)
