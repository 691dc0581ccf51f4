"""Tokens of programs that use the API: listed, made (the secret is shown once) and revoked."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.errors import HanportError
from hanport.grid import tokens
from hanport.grid.database.work import Work
from hanport.grid.staff.roles import Permission
from hanport.grid.tokens import Scope
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import fresh_only, needs
from hanport.grid.web.staff_errors import said
from hanport.grid.web.staff_forms import Done, do_once, form_of, go_once, many_of, shown_again
from hanport.grid.web.staff_saying import show
from hanport.web.shell import Shell

_PATH = "/staff/tokens"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/tokens."""
    pages = TokenPages(parts, shell)
    tokens_ = Permission.TOKENS
    return [
        Route(_PATH, needs(tokens_, fresh_only(pages.list)), methods=["GET"]),
        Route(_PATH, needs(tokens_, fresh_only(pages.create)), methods=["POST"]),
        Route(f"{_PATH}/revoke", needs(tokens_, pages.revoke), methods=["POST"]),
    ]


class TokenPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def list(self, request: Request) -> Response:
        """All tokens."""
        return await self._page(request)

    async def create(self, request: Request) -> Response:
        """A new one."""
        form, scopes = await form_of(request), await many_of(request, "scope")

        def make(work: Work) -> Done:
            return Done(
                _PATH, tokens.create(work, form.get("name", ""), " ".join(scopes), shown_as=form.get("shown_as", ""))
            )

        try:
            done = await do_once(request, self._parts, form, make)
        except HanportError as error:
            return await self._page(request, error, form, status=422)
        return await self._page(request, secret=done.shown)

    async def revoke(self, request: Request) -> Response:
        """It opens nothing from now on."""
        form = await form_of(request)

        def revoke(work: Work) -> str:
            tokens.revoke(work, form.get("name", ""))
            return f"{_PATH}?done=revoked"

        try:
            return await go_once(request, self._parts, form, revoke)
        except HanportError as error:
            return await self._page(request, error, status=422)

    async def _page(
        self,
        request: Request,
        error: HanportError | None = None,
        form: Mapping[str, str] | None = None,
        *,
        secret: str = "",
        status: int = 200,
    ) -> Response:
        found = await self._parts.read(tokens.all_tokens)
        context = {
            "tokens": sorted(found, key=lambda each: (each.revoked_at is not None, each.name)),
            "scopes": list(Scope),
            "name": shown_again(form).get("name", ""),
            "shown_as": shown_again(form).get("shown_as", ""),
            "secret": secret,
            "problem": said(self._shell.words(request), error) if error else None,
        }
        return show(self._shell, self._parts, request, "tokens", status=status, **context)
