"""The door: how somebody wants to identify, the beginning of it with BankID, and the way out."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.database.work import Work
from hanport.grid.eid.asking import LOGIN_HIDDEN
from hanport.grid.eid.errors import BankIDError
from hanport.grid.eid.identifications import Errand
from hanport.grid.eid.launch import read_browser
from hanport.grid.eid.wording import login_text
from hanport.grid.web import sessions, visiting
from hanport.grid.web.access import IDENTIFY
from hanport.grid.web.beginning import Start, begin, way_of
from hanport.grid.web.parts import WebParts
from hanport.grid.web.sessions import Who
from hanport.grid.web.visiting import session_of
from hanport.web.preferences import local_path
from hanport.web.shell import Shell

_THEN = "/facilities"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/identify` and `/logout`."""
    door = Door(parts, shell)
    return [
        Route(IDENTIFY, door.show, methods=["GET"]),
        Route(IDENTIFY, door.begin, methods=["POST"]),
        Route("/logout", door.leave, methods=["POST"]),
    ]


class Door:
    """Lets customers in, and out again."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def show(self, request: Request) -> Response:
        """The ways in; who is identified already goes on, unless it is to be done again (`?again`)."""
        then = local_path(request.query_params.get("next", _THEN))
        found = session_of(request)
        if found is not None and found.who is Who.CUSTOMER and "again" not in request.query_params:
            return RedirectResponse(then, 303)
        return self._page(request, then)

    async def begin(self, request: Request) -> Response:
        """An order at BankID, and the page that waits for it."""
        async with request.form(max_files=0, max_fields=8) as form:
            way, then = way_of(str(form.get("way", ""))), local_path(str(form.get("next", _THEN)))
        words = self._shell.words(request)
        start = Start(
            errand=Errand.LOGIN,
            way=way,
            visible=login_text(self._parts.config.company.name, words.language),
            hidden=LOGIN_HIDDEN,
            then=then,
        )
        try:
            return await begin(self._parts, self._shell, request, start)
        except BankIDError as error:
            return self._page(request, then, message=error.message)

    async def leave(self, request: Request) -> Response:
        """The end of the session."""
        found = session_of(request)
        if found is not None:

            def end(work: Work) -> None:
                sessions.end(work, found.id)
                if found.who is Who.CUSTOMER:
                    work.note("customer.logout", person_id=found.person_id)

            await self._parts.write("customer", end)
        return visiting.take_back(RedirectResponse("/", 303), request, self._parts)

    def _page(self, request: Request, then: str, *, message: str = "") -> Response:
        browser = read_browser(request.headers.get("user-agent", ""))
        return self._shell.page(
            request,
            "identify.html",
            status=503 if message else 200,
            then=then,
            is_mobile=browser.is_mobile,
            has_bankid=self._parts.flow is not None,
            message=message,
        )
