"""A small site of this machine's own: the frame, its pages, and the guard before them. Nobody logs in."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hanport.web.refusals import exception_handlers, refusal
from hanport.web.security import Guard, Policy
from hanport.web.shell import Shell


def local_site(shell: Shell, pages: Sequence[BaseRoute], *, camera: bool = False) -> Starlette:
    """The app, asked for as `localhost` or by an address. `camera`: whether its pages may use the camera."""

    async def refuse(request: Request, status: int, reason: str) -> Response:
        return refusal(shell, request, status, reason)

    policy = Policy(hosts=lambda: frozenset({"localhost"}), refuse=refuse, camera=camera)
    app = Starlette(
        routes=[*shell.routes(), *pages],
        middleware=[Middleware(Guard, policy)],
        exception_handlers=exception_handlers(shell),
    )
    app.router.redirect_slashes = False
    return app
