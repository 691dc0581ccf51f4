"""Login and logout."""

from math import ceil

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.home.accounts import Refused
from hanport.home.web.access import SESSION_COOKIE, address_of, let_in
from hanport.home.web.parts import WebParts
from hanport.web.preferences import local_path
from hanport.web.shell import Shell


def routes(parts: WebParts, shell: Shell) -> list[BaseRoute]:
    """/login and /logout."""
    pages = LoginPages(parts, shell)
    return [
        Route("/login", pages.show, methods=["GET"]),
        Route("/login", pages.login, methods=["POST"]),
        Route("/logout", pages.logout, methods=["POST"]),
    ]


class LoginPages:
    """The door of the house."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._accounts = parts.accounts
        self._shell = shell

    async def show(self, request: Request) -> Response:
        """The form; who is logged in already goes on."""
        after = local_path(request.query_params.get("next", "/"))
        if request.scope["user"] is not None:
            return RedirectResponse(after, 303)
        nobody = not await self._accounts.users()
        return self._shell.page(request, "login.html", after=after, name="", refused=None, nobody=nobody)

    async def login(self, request: Request) -> Response:
        """A new session for name and password, or the form once more."""
        async with request.form(max_files=0, max_fields=8) as form:
            name, password = str(form.get("name", "")), str(form.get("password", ""))
            after = local_path(str(form.get("next", "/")))
        found = await self._accounts.login(name, password, address_of(request))
        if isinstance(found, Refused):
            return self._refused(request, found, name, after)
        await self._forget(request)
        return let_in(RedirectResponse(after, 303), request, found)

    async def logout(self, request: Request) -> Response:
        """The end of this session."""
        await self._forget(request)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
        return response

    def _refused(self, request: Request, refused: Refused, name: str, after: str) -> Response:
        status = 429 if refused.wait_s else 403
        context = {"after": after, "name": name, "refused": refused, "nobody": False}
        response = self._shell.page(request, "login.html", status=status, **context)
        if refused.wait_s:
            response.headers["retry-after"] = str(ceil(refused.wait_s))
        return response

    async def _forget(self, request: Request) -> None:
        """The session that the browser came with ends here, whoever's it was."""
        token = request.cookies.get(SESSION_COOKIE)
        if token:
            await self._accounts.logout(token)
