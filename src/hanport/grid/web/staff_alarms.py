"""Alarms: what staff must know, and saying that one is settled."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.errors import HanportError
from hanport.grid import alarms
from hanport.grid.alarms import Alarm
from hanport.grid.database.work import Work
from hanport.grid.staff import acts
from hanport.grid.staff.roles import Permission
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import needs
from hanport.grid.web.staff_errors import said
from hanport.grid.web.staff_forms import form_of, go_once
from hanport.grid.web.staff_saying import show
from hanport.web.shell import Shell

_PATH = "/staff/alarms"
_OF_ORDERS = ("order_late", "order_disputed")
_OF_METERS = ("closing_unconfirmed", "closing_impossible", "exchange_proposed")
_OF_IMPORTS = ("import_waiting", "import_openings_held")


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/alarms."""

    async def page(request: Request, error: HanportError | None = None, *, status: int = 200) -> Response:
        found = await parts.read(alarms.live)
        shown = [(each, place_of(each)) for each in found]
        problem = said(shell.words(request), error) if error else None
        return show(shell, parts, request, "alarms", status=status, alarms=shown, problem=problem)

    async def settle(request: Request) -> Response:
        form = await form_of(request)

        def write(work: Work) -> str:
            acts.settle_alarm(work, form.get("kind", ""), form.get("subject", ""), reason=form.get("reason", ""))
            return f"{_PATH}?done=settled"

        try:
            return await go_once(request, parts, form, write)
        except HanportError as error:
            return await page(request, error, status=422)

    return [
        Route(_PATH, needs(Permission.LOOK, page), methods=["GET"]),
        Route(f"{_PATH}/settle", needs(Permission.ALARM, settle), methods=["POST"]),
    ]


def place_of(alarm: Alarm) -> str:
    """The page of what an alarm is about; "" where it has none."""
    if alarm.kind in _OF_ORDERS:
        return f"/staff/orders/{alarm.subject}"
    if alarm.kind in _OF_METERS:
        return f"/staff/meters/{alarm.subject}"
    return f"/staff/imports/{alarm.subject}" if alarm.kind in _OF_IMPORTS else ""
