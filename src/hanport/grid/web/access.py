"""Who may see which page: customers theirs, staff theirs, everybody the rest."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hanport.grid.web.sessions import Session, Who
from hanport.grid.web.visiting import session_of
from hanport.web.refusals import wants_page

Endpoint = Callable[[Request], Awaitable[Response]]
IDENTIFY = "/identify"
LOGIN = "/staff/login"


def customers_only(endpoint: Endpoint) -> Endpoint:
    """A page of customers who are identified; others are asked to identify, and come back to it."""
    return _only(Who.CUSTOMER, endpoint, IDENTIFY)


def staff_only(endpoint: Endpoint) -> Endpoint:
    """A page of staff who are logged in; others are asked to log in, and come back to it."""
    return _only(Who.STAFF, endpoint, LOGIN)


def known_session(request: Request) -> Session:
    """The session, on a page that nobody sees without one."""
    found = session_of(request)
    assert found is not None
    return found


def _only(who: Who, endpoint: Endpoint, door: str) -> Endpoint:
    async def guarded(request: Request) -> Response:
        found = session_of(request)
        if found is not None and found.who is who:
            return await endpoint(request)
        if request.method == "GET" and wants_page(request):
            return RedirectResponse(f"{door}?next={quote(_place(request), safe='')}", 303)
        raise HTTPException(401)

    return guarded


def _place(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
