"""The desk: today at a glance; and the page of everything there is."""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.health import health
from hanport.grid.staff.overview import overview
from hanport.grid.staff.roles import Permission
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting, needs, staff_may
from hanport.grid.web.staff_saying import show
from hanport.web.shell import Shell

# Every page that is not in the navigation: its name, its path, and who sees it.
MORE: tuple[tuple[str, str, Permission], ...] = (
    ("alarms", "/staff/alarms", Permission.LOOK),
    ("meters", "/staff/meters", Permission.LOOK),
    ("proposals", "/staff/proposals", Permission.LOOK),
    ("imports", "/staff/imports", Permission.LOOK),
    ("statistics", "/staff/statistics", Permission.STATISTICS),
    ("texts", "/staff/texts", Permission.TEXTS),
    ("log", "/staff/log", Permission.LOG),
    ("tokens", "/staff/tokens", Permission.TOKENS),
    ("accounts", "/staff/accounts", Permission.ACCOUNTS),
    ("account", "/staff/account", Permission.OWN_ACCOUNT),
)


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/desk and /staff/more."""

    async def desk(request: Request) -> Response:
        if not staff_may(request, Permission.LOOK):
            return await more(request)
        at = parts.clock.now()
        found = await parts.read(lambda connection: overview(connection, at))
        return show(shell, parts, request, "desk", found=found, unwell=await _unwell(parts))

    async def more(request: Request) -> Response:
        places = [(name, path) for name, path, permission in MORE if staff_may(request, permission)]
        return show(shell, parts, request, "more", places=places, member=acting(request))

    async def first(request: Request) -> Response:
        return RedirectResponse("/staff/desk", 303)

    return [
        Route("/staff", needs(Permission.OWN_ACCOUNT, first), methods=["GET"]),
        Route("/staff/desk", needs(Permission.OWN_ACCOUNT, desk), methods=["GET"]),
        Route("/staff/more", needs(Permission.OWN_ACCOUNT, more), methods=["GET"]),
    ]


async def _unwell(parts: WebParts) -> list[str]:
    """The names of what is not well."""
    found = await asyncio.to_thread(health, parts.grid)
    return [check.name.replace("-", "_") for check in found.checks if not check.is_well]
