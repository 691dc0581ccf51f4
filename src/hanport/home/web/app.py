"""The web app of the hub: its frame, its pages, and who may see them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute

from hanport.home.web.parts import WebParts
from hanport.home.web.status import status_line
from hanport.web.shell import Brand, Frame, Link, Shell, StatusLine
from hanport.web.words import Words

COOKIE_PREFIX = "hanport_home"
# Searched in this order for a text: `t("key")` finds the first.
CATALOGS = ("web",)  # "home" follows with its first text
NAVIGATION = (
    Link("now", "/"),
    Link("history", "/history"),
    Link("peaks", "/peaks"),
    Link("port", "/port"),
)
# What gives the pages of each kind: add `now.routes` and its kin here.
PAGES: tuple[Callable[[WebParts, Shell], Sequence[BaseRoute]], ...] = ()


def make_shell(parts: WebParts) -> Shell:
    """The frame of the hub's pages."""

    def brand() -> Brand:
        hub = parts.config().hub
        return Brand(hub.name, hub.language)

    def status(request: Request, words: Words) -> StatusLine | None:
        return status_line(parts.live.status, words, parts.clock) if request.scope.get("user") else None

    return Shell(
        Frame(
            brand=brand,
            catalogs=CATALOGS,
            cookie_prefix=COOKIE_PREFIX,
            folders=(Path(__file__).parent,),
            navigation=NAVIGATION,
            status=status,
        )
    )


def make_app(parts: WebParts) -> Starlette:
    """All pages of the hub."""
    shell = make_shell(parts)
    routes: list[BaseRoute] = [*shell.routes(), *parts.extra_routes]
    for pages in PAGES:
        routes += pages(parts, shell)
    return Starlette(routes=routes)
