"""The web app of the hub: its frame, its pages, and who may see them."""

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hanport.home.config import HomeConfig
from hanport.home.web import account, history, login, now, peaks, port, settings
from hanport.home.web.access import Access
from hanport.home.web.parts import WebParts
from hanport.home.web.status import status_line
from hanport.home.web.troubles import disk_trouble, troubles
from hanport.web.refusals import exception_handlers, refusal
from hanport.web.security import Guard, Policy
from hanport.web.shell import Brand, Frame, Link, Shell, StatusLine, Visitor
from hanport.web.words import Words

COOKIE_PREFIX = "hanport_home"
# Searched in this order for a text: `t("key")` finds the first.
CATALOGS = ("web", "home", "troubles", "hand_over")
FOLDER = Path(__file__).parent


def _owns(visitor: Visitor) -> bool:
    return bool(getattr(visitor, "is_owner", False))


NAVIGATION = (
    Link("now", "/"),
    Link("history", "/history"),
    Link("peaks", "/peaks"),
    Link("port", "/port"),
    Link("settings", "/settings", _owns),
)
# What gives the pages of each kind: add `now.routes` and its kin here.
PAGES: tuple[Callable[[WebParts, Shell], Sequence[BaseRoute]], ...] = (
    login.routes,
    account.routes,
    now.routes,
    history.routes,
    peaks.routes,
    port.routes,
    settings.routes,
)


def make_shell(parts: WebParts) -> Shell:
    """The frame of the hub's pages."""

    def brand() -> Brand:
        hub = parts.config().hub
        return Brand(hub.name, hub.language)

    def status(request: Request, words: Words) -> StatusLine | None:
        return status_line(parts.live.status, words, parts.clock) if request.scope.get("user") else None

    def troubles_for(request: Request, words: Words) -> Sequence[StatusLine]:
        if not request.scope.get("user"):
            return ()
        disk = disk_trouble(parts.store.space(), parts.config().store, words)
        return [*troubles(parts.live, words), *disk]

    async def language_chosen(request: Request, language: str) -> None:
        user = request.scope.get("user")
        if user is not None:
            await parts.accounts.set_language(user, language)

    return Shell(
        Frame(
            brand=brand,
            catalogs=CATALOGS,
            cookie_prefix=COOKIE_PREFIX,
            folders=(FOLDER,),
            navigation=NAVIGATION,
            status=status,
            troubles=troubles_for,
            language_chosen=language_chosen,
        )
    )


def make_app(parts: WebParts) -> Starlette:
    """All pages of the hub."""
    shell = make_shell(parts)
    routes: list[BaseRoute] = [*shell.routes(), *parts.extra_routes]
    for pages in PAGES:
        routes += pages(parts, shell)
    return guarded(shell, routes, parts.config, [Middleware(Access, parts.accounts, shell)])


def guarded(
    shell: Shell, routes: list[BaseRoute], config: Callable[[], HomeConfig], access: list[Middleware]
) -> Starlette:
    """An app behind the guard, which answers with pages of the shell where it does not answer otherwise."""

    async def refuse(request: Request, status: int, reason: str) -> Response:
        return refusal(shell, request, status, reason)

    machine = names_of_machine()
    policy = Policy(hosts=lambda: machine | {name.lower() for name in config().web.hosts}, refuse=refuse)
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, policy), *access],
        exception_handlers=exception_handlers(shell),
    )
    app.router.redirect_slashes = False
    return app


def names_of_machine() -> frozenset[str]:
    """The names that browsers on the same network have for this machine; addresses need no name."""
    host = socket.gethostname().lower()
    short = host.partition(".")[0]
    return frozenset({"localhost", host, short, f"{short}.local"} - {""})
