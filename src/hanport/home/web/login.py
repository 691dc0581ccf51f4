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

    async def show(request: Request) -> Response:
        after = local_path(request.query_params.get("next", "/"))
        if request.scope["user"] is not None:
            return RedirectResponse(after, 303)
        nobody = not await parts.accounts.users()
        return shell.page(request, "login.html", after=after, name="", refused=None, nobody=nobody)

    async def login(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=8) as form:
            name, password = str(form.get("name", "")), str(form.get("password", ""))
            after = local_path(str(form.get("next", "/")))
        found = await parts.accounts.login(name, password, address_of(request))
        if isinstance(found, Refused):
            status = 429 if found.wait_s else 403
            response = shell.page(
                request, "login.html", status=status, after=after, name=name, refused=found, nobody=False
            )
            if found.wait_s:
                response.headers["retry-after"] = str(ceil(found.wait_s))
            return response
        await _forget(request)
        idle_s = parts.config().web.session_idle_minutes * 60
        return let_in(RedirectResponse(after, 303), request, found, idle_s)

    async def logout(request: Request) -> Response:
        await _forget(request)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
        return response

    async def _forget(request: Request) -> None:
        """The session that the browser came with ends here, whoever's it was."""
        token = request.cookies.get(SESSION_COOKIE)
        if token:
            await parts.accounts.logout(token)

    return [
        Route("/login", show, methods=["GET"]),
        Route("/login", login, methods=["POST"]),
        Route("/logout", logout, methods=["POST"]),
    ]
