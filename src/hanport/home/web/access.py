"""Who may see which page: nobody without login, but for what is named here; the settings are the owners'.

Puts the user, or None, into `scope["user"]` and the session's token into `scope["session_token"]`.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hanport.errors import HanportError
from hanport.home.accounts import Accounts, LoggedIn
from hanport.home.web.parts import user_of
from hanport.web.refusals import refusal, wants_page
from hanport.web.shell import Shell

SESSION_COOKIE = "hanport_home_session"
_LONGEST_COOKIE_S = 400 * 86_400  # browsers keep none for longer (RFC 6265bis, 5.5)
# What needs no login. The API and the metrics ask for tokens of their own.
OPEN_PATHS = frozenset({"/login", "/language", "/theme", "/metrics", "/favicon.ico"})
OPEN_FOLDERS = ("/static/", "/api/")

Endpoint = Callable[[Request], Awaitable[Response]]


class Access:
    """The middleware."""

    def __init__(self, app: ASGIApp, accounts: Accounts, shell: Shell) -> None:
        self._app = app
        self._accounts = accounts
        self._shell = shell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        response = await self._answer(request)
        await (self._app if response is None else response)(scope, receive, send)

    async def _answer(self, request: Request) -> Response | None:
        """None where the page itself answers."""
        request.scope["user"] = None
        token = request.cookies.get(SESSION_COOKIE, "")
        path = request.url.path
        if token and not path.startswith("/static/"):
            try:
                request.scope["user"] = await self._accounts.user_of(token)
            except HanportError as error:
                return refusal(self._shell, request, 503, "hub", problem=error.problem, remedy=error.remedy)
            request.scope["session_token"] = token
        if request.scope["user"] is not None or path in OPEN_PATHS or path.startswith(OPEN_FOLDERS):
            return None
        if request.method == "GET" and wants_page(request):
            address = path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse("/login" + (f"?next={quote(address, safe='')}" if address != "/" else ""), 303)
        return refusal(self._shell, request, 401, "login")


def owner_only(endpoint: Endpoint) -> Endpoint:
    """A page of owners; others are told so."""

    async def guarded(request: Request) -> Response:
        if not user_of(request).is_owner:
            raise HTTPException(403, "owner")
        return await endpoint(request)

    return guarded


def let_in(response: Response, request: Request, logged_in: LoggedIn) -> Response:
    """Gives the browser its session. When that ends is the hub's business: the cookie outlives it."""
    response.set_cookie(
        SESSION_COOKIE,
        logged_in.token,
        max_age=_LONGEST_COOKIE_S,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


def address_of(request: Request) -> str:
    """The peer's address."""
    return request.client.host if request.client else ""
