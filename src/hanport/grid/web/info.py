"""What the company says about itself and its rules: terms, personal data, accessibility, and how to reach it."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.grid.web.parts import WebParts
from hanport.grid.wordings.markdown import to_html
from hanport.grid.wordings.store import Version
from hanport.grid.wordings.terms import all_terms, settle
from hanport.web.shell import Shell

_PAGES = ("privacy", "accessibility")


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/terms`, `/privacy`, `/accessibility` and `/contact`."""
    pages = Info(parts, shell)
    return [
        Route("/terms", pages.show_terms),
        Route("/terms/{number:int}", pages.show_version),
        *(Route(f"/{key}", pages.showing(key)) for key in _PAGES),
        Route("/contact", pages.show_contact),
    ]


class Info:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def show_terms(self, request: Request) -> Response:
        """The terms that hold now."""
        versions = await self._versions()
        return self._terms(request, versions[0], versions)

    async def show_version(self, request: Request) -> Response:
        """The terms as somebody signed them."""
        versions = await self._versions()
        number = request.path_params["number"]
        found = next((each for each in versions if each.number == number), None)
        if found is None:
            raise HTTPException(404)
        return self._terms(request, found, versions)

    def showing(self, key: str) -> Callable[[Request], Awaitable[Response]]:
        """A page that is one text."""

        async def show(request: Request) -> Response:
            wordings = await self._parts.wordings()
            version = wordings.versions.get(key)
            return self._shell.page(
                request,
                "wording.html",
                key=key,
                content=wordings.html(key, self._shell.words(request).language),
                changed_at=version.changed_at if version else None,
            )

        return show

    async def show_contact(self, request: Request) -> Response:
        """How to reach the company."""
        wordings = await self._parts.wordings()
        language = self._shell.words(request).language
        hours, more = (wordings.html(f"contact.{each}", language) for each in ("hours", "more"))
        return self._shell.page(request, "contact.html", hours=hours, more=more)

    async def _versions(self) -> Sequence[Version]:
        """All terms, the newest first. The first visitor of a new service sees to it that there are any."""
        versions = await self._parts.read(all_terms)
        if not versions:
            config = self._parts.config
            versions = [await self._parts.write("system", lambda work: settle(work, config))]
        return versions

    def _terms(self, request: Request, version: Version, versions: Sequence[Version]) -> Response:
        content = to_html(version.text(self._shell.words(request).language))
        return self._shell.page(request, "terms.html", terms=version, versions=versions, content=content)
