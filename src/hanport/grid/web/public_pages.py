"""All pages for everybody, in one table."""

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from hanport.grid.web import figures, help, info, meters, start, well_known
from hanport.grid.web.parts import WebParts
from hanport.web.shell import Shell

KINDS: tuple[Callable[[WebParts, Shell], Sequence[BaseRoute]], ...] = (
    start.routes,
    meters.routes,
    help.routes,
    info.routes,
    figures.routes,
    well_known.routes,
)


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """The pages that need no login."""
    return [route for pages in KINDS for route in pages(parts, shell)]
