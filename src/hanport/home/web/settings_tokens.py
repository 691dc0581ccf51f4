"""The section of the tokens: what other programs log in with. A token is shown once, when it is made."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.home.accounts import SCOPES, AccountError
from hanport.home.web.access import owner_only
from hanport.home.web.settings_frame import SettingsFrame, form_of


class TokenPages:
    """/settings/tokens."""

    def __init__(self, frame: SettingsFrame) -> None:
        self._frame = frame
        self._accounts = frame.parts.accounts

    def routes(self) -> list[BaseRoute]:
        """All for owners."""
        return [
            Route("/settings/tokens", owner_only(self.show), methods=["GET"]),
            Route("/settings/tokens", owner_only(self.make), methods=["POST"]),
            Route("/settings/tokens/revoke", owner_only(self.revoke), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """All tokens, without their secrets."""
        return await self._page(request)

    async def make(self, request: Request) -> Response:
        """A new one. The page with its secret is the answer itself: there is no address that shows it again."""
        form = await form_of(request)
        scopes = [scope for scope in SCOPES if form.get(f"scope.{scope}")]
        words = self._frame.shell.words(request)
        if not scopes:
            return await self._page(request, {"scopes": words.t("tokens.no_scope")}, form, status=422)
        try:
            secret = await self._accounts.make_token(form.get("name", ""), scopes)
        except AccountError as error:
            return await self._page(request, {"name": words.t(f"account.{error.why}")}, form, status=422)
        return await self._page(request, secret=secret)

    async def revoke(self, request: Request) -> Response:
        """It opens nothing any more."""
        number = (await form_of(request)).get("token", "")
        if number.isdecimal() and len(number) < 12:
            await self._accounts.revoke_token(int(number))
        return RedirectResponse("/settings/tokens?revoked=1", 303)

    async def _page(
        self,
        request: Request,
        wrong: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        *,
        status: int = 200,
        secret: str = "",
    ) -> Response:
        typed = form or {}
        return self._frame.page(
            request,
            "tokens",
            status,
            tokens=await self._accounts.tokens(),
            scopes=SCOPES,
            wrong=wrong or {},
            name=typed.get("name", ""),
            ticked=[scope for scope in SCOPES if typed.get(f"scope.{scope}")] if form else ["read"],
            secret=secret,
            revoked=bool(request.query_params.get("revoked")),
        )
