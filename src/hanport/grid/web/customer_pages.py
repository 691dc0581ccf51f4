"""The customers' own pages, and the way to them."""

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from hanport.grid.web import (
    code,
    facilities,
    hand_over,
    log,
    me,
    not_me,
    ordering_desk,
    orders,
    receipt,
    restart,
    warranty,
)
from hanport.grid.web.parts import WebParts
from hanport.web.shell import Link, Shell, Visitor

_PAGES: tuple[Callable[[WebParts, Shell], Sequence[BaseRoute]], ...] = (
    facilities.routes,
    ordering_desk.routes,
    orders.routes,
    restart.routes,
    warranty.routes,
    receipt.routes,
    hand_over.routes,
    log.routes,
    me.routes,
    not_me.routes,
    code.routes,
)


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """All of them."""
    return [route for pages in _PAGES for route in pages(parts, shell)]


def _is_customer(visitor: Visitor) -> bool:
    return bool(getattr(visitor, "is_customer", False))


NAVIGATION = (
    Link("facilities", facilities.PATH, _is_customer),
    Link("asked", orders.PATH, _is_customer),
    Link("log", log.PATH, _is_customer),
    Link("me", me.PATH, _is_customer),
)
