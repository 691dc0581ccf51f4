"""Finding: one field for everything that has a name; a person's number goes in a form's body and never comes back."""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.staff import finding
from hanport.grid.staff.finding import Hit, What
from hanport.grid.staff.roles import Permission
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import needs, staff_may
from hanport.grid.web.staff_forms import form_of
from hanport.grid.web.staff_saying import show
from hanport.grid.workdays import STOCKHOLM
from hanport.web.shell import Shell

_PATH = "/staff/find"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/find."""
    pages = FindPages(parts, shell)
    return [
        Route(_PATH, needs(Permission.LOOK, pages.show), methods=["GET"]),
        Route(_PATH, needs(Permission.LOOK, pages.find), methods=["POST"]),
    ]


class FindPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def show(self, request: Request) -> Response:
        """The field, and what an address that was asked for has found. What may be a number is not looked at here."""
        sought = request.query_params.get("q", "")[: finding.LONGEST]
        if finding.is_number(sought):
            return RedirectResponse(_PATH, 303)
        at = self._parts.clock.now()
        hits = await self._parts.read(lambda connection: finding.find(connection, sought, at))
        return self._page(request, hits, sought=sought, is_done=bool(sought))

    async def find(self, request: Request) -> Response:
        """Straight to what was meant, where only one thing can be."""
        sought = (await form_of(request)).get("q", "")[: finding.LONGEST]
        at, keyring = self._parts.clock.now(), self._parts.grid.database.keyring
        hits = await self._parts.read(lambda connection: finding.find(connection, sought, at))
        exact = [each for each in hits if each.what is not What.ADDRESS]
        if len(exact) == 1:
            return RedirectResponse(place_of(exact[0]), 303)
        if not exact and staff_may(request, Permission.SEE_PERSON):
            today = at.astimezone(STOCKHOLM).date()
            person_id = await self._parts.read(lambda connection: finding.person(connection, keyring, sought, today))
            if person_id is not None:
                return RedirectResponse(f"/staff/persons/{person_id}", 303)
        if sought and not finding.is_number(sought):
            return RedirectResponse(f"{_PATH}?q={quote(sought)}", 303)
        return self._page(request, exact, sought="", is_done=bool(sought))

    def _page(self, request: Request, hits: Sequence[Hit], *, sought: str, is_done: bool) -> Response:
        shown = [(hit, place_of(hit)) for hit in hits]
        context = {"hits": shown, "sought": sought, "is_done": is_done}
        return show(self._shell, self._parts, request, "find", status=200, **context)


def place_of(hit: Hit) -> str:
    """The page of what was found."""
    match hit.what:
        case What.ORDER:
            return f"/staff/orders/{hit.name}"
        case What.METER:
            return f"/staff/facilities/{hit.gsrn}" if hit.gsrn else f"/staff/meters/{quote(hit.name, safe='')}"
        case _:
            return f"/staff/facilities/{hit.gsrn}"
