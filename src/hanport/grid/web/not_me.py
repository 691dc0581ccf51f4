""" "This was not me": the link in a notice, and the code in a letter. A look shows, a press closes at once.

Nobody logs in here. Scanners of mail follow links, so nothing is changed by following one. Links that are not known are
counted, and a code is no link: whoever guesses is stopped, and whoever has the right link never is, however many others
try from the same address.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.notices import not_me
from hanport.grid.notices.not_me import Disputable, LinkError
from hanport.grid.notices.texts import NOT_ME_PATH
from hanport.grid.web.customer_words import CustomerWords
from hanport.grid.web.limits import What
from hanport.grid.web.parts import WebParts
from hanport.grid.web.visiting import address_of, too_many
from hanport.web.shell import Shell

_ACTOR = "customer"
_LONGEST = 100


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/not-me`, and the link with its secret."""
    pages = NotMe(parts, shell)
    link = NOT_ME_PATH + "/{secret}"
    return [
        Route(NOT_ME_PATH, pages.ask, methods=["GET"]),
        Route(NOT_ME_PATH, pages.close_by_code, methods=["POST"]),
        Route(link, pages.show, methods=["GET"]),
        Route(link, pages.close, methods=["POST"]),
    ]


class NotMe:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def ask(self, request: Request) -> Response:
        """Where the code of a letter is typed."""
        return self._shell.page(request, "customer/not_me_code.html", wrong={})

    async def show(self, request: Request) -> Response:
        """What the link is for, and the button that closes."""
        return await self._linked(request)

    async def close(self, request: Request) -> Response:
        """Close, and say so; once more, and it is said again."""
        secret = request.path_params["secret"]
        if await self._of_link(secret) is None:
            return await self._linked(request)
        try:
            await self._parts.write(_ACTOR, lambda work: not_me.close(work, self._parts.config, secret))
        except LinkError:
            return await self._linked(request, status=409)
        return RedirectResponse(f"{NOT_ME_PATH}/{secret}", 303)

    async def close_by_code(self, request: Request) -> Response:
        """The same by the code of a letter. The code is in no address."""
        async with request.form(max_files=0, max_fields=2) as form:
            code = str(form.get("code", ""))[:_LONGEST]
        refused = self._refused(request)
        if refused is not None:
            return refused
        try:
            await self._parts.write(_ACTOR, lambda work: not_me.close(work, self._parts.config, code))
        except LinkError:
            wrong = {"code": self._shell.words(request).t("not_me.code.wrong")}
            return self._shell.page(request, "customer/not_me_code.html", status=409, wrong=wrong)
        return self._page(request, await self._look(code))

    async def _linked(self, request: Request, *, status: int = 200) -> Response:
        """The page of a link."""
        found = await self._of_link(request.path_params["secret"])
        refused = self._refused(request) if found is None else None
        return refused or self._page(request, found, status=status)

    async def _of_link(self, secret: str) -> Disputable | None:
        return None if not_me.is_code(secret) or len(secret) > _LONGEST else await self._look(secret)

    def _refused(self, request: Request) -> Response | None:
        """Count a try; the answer to one too many."""
        wait_s = self._parts.limits.take(What.LOGIN, address_of(request))
        return too_many(self._shell, request, wait_s) if wait_s else None

    async def _look(self, typed: str) -> Disputable | None:
        keyring, wanted = self._parts.grid.database.keyring, typed[:_LONGEST]
        return await self._parts.read(lambda connection: not_me.look(connection, keyring, wanted))

    def _page(self, request: Request, found: Disputable | None, *, status: int = 200) -> Response:
        say = CustomerWords(self._shell.words(request), self._parts.clock.now())
        shown = 404 if found is None else status
        return self._shell.page(request, "customer/not_me.html", status=shown, found=found, say=say)
