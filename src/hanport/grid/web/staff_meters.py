"""Meters: those whose ports are not as they must be, and one meter with what is known and done about its port."""

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.errors import HanportError
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.reconcile.standing import NoSuchMeter, PortStanding, dismantled, standing
from hanport.grid.right import Why
from hanport.grid.staff import out_of_step
from hanport.grid.staff.out_of_step import Matter
from hanport.grid.staff.proposals import ProposalError
from hanport.grid.staff.roles import Permission
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting, needs, staff_may
from hanport.grid.web.staff_errors import said
from hanport.grid.web.staff_forms import form_of, go_once
from hanport.grid.web.staff_saying import show
from hanport.web.shell import Shell

_ONE = "/staff/meters/{serial}"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/meters."""
    pages = MeterPages(parts, shell)
    return [
        Route("/staff/meters", needs(Permission.LOOK, pages.list), methods=["GET"]),
        Route(_ONE, needs(Permission.LOOK, pages.show), methods=["GET"]),
        Route(f"{_ONE}/dismantled", needs(Permission.CLOSE, pages.dismantled), methods=["POST"]),
    ]


class MeterPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def list(self, request: Request) -> Response:
        """Meters out of step."""
        asked, at = request.query_params.get("matter", ""), self._parts.clock.now()
        matter = Matter(asked) if asked in set(Matter) else None
        ports, counts = await self._parts.read(
            lambda connection: (out_of_step.ports(connection, at, matter), out_of_step.counts(connection, at))
        )
        context = {"ports": ports, "counts": counts, "matter": matter, "matters": list(Matter)}
        return show(self._shell, self._parts, request, "meters", status=200, **context)

    async def show(self, request: Request) -> Response:
        """One meter."""
        return await self._page(request)

    async def dismantled(self, request: Request) -> Response:
        """Staff vouch for it that the meter is connected nowhere."""
        form, serial, member = await form_of(request), request.path_params["serial"], acting(request)
        config = self._parts.config

        def vouch(work: Work) -> str:
            why = tidy(form.get("reason", ""))
            if not why:
                raise ProposalError("A reason is needed.", "Say why.")
            dismantled(work, config, serial, staff=member.name, reason=why)
            return f"/staff/meters/{serial}?done=dismantled"

        try:
            return await go_once(request, self._parts, form, vouch)
        except NoSuchMeter:
            raise HTTPException(404) from None
        except HanportError as error:
            return await self._page(request, error, status=422)

    async def _page(self, request: Request, error: HanportError | None = None, *, status: int = 200) -> Response:
        serial, at, config = request.path_params["serial"], self._parts.clock.now(), self._parts.config

        def read(connection: Connection) -> PortStanding | None:
            try:
                return standing(connection, config, serial, at)
            except NoSuchMeter:
                return None

        found = await self._parts.read(read)
        if found is None:
            raise HTTPException(404)
        can_vouch = found.why is Why.NOT_INSTALLED and staff_may(request, Permission.CLOSE)
        problem = said(self._shell.words(request), error) if error else None
        return show(
            self._shell,
            self._parts,
            request,
            "meter",
            status=status,
            meter=found,
            can_vouch=can_vouch and (found.may_be_open or found.closing_due_at is not None),
            problem=problem,
        )
