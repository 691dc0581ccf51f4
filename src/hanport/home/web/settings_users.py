"""The section of the users: who may log in, and as what."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.home.accounts import AccountError, Problem, Role, User
from hanport.home.passwords import SHORTEST_PASSWORD
from hanport.home.web.access import owner_only
from hanport.home.web.settings_frame import SettingsFrame, form_of

_DONE = ("added", "removed", "role", "password")


class UserPages:
    """/settings/users."""

    def __init__(self, frame: SettingsFrame) -> None:
        self._frame = frame
        self._accounts = frame.parts.accounts

    def routes(self) -> list[BaseRoute]:
        """All for owners."""
        acts = {"": self.add, "/role": self.set_role, "/password": self.set_password, "/remove": self.remove}
        return [
            Route("/settings/users", owner_only(self.show), methods=["GET"]),
            *(Route(f"/settings/users{path}", owner_only(act), methods=["POST"]) for path, act in acts.items()),
        ]

    async def show(self, request: Request) -> Response:
        """All users."""
        return await self._page(request)

    async def add(self, request: Request) -> Response:
        """One more."""
        form = await form_of(request)
        role = Role.OWNER if form.get("role") == Role.OWNER else Role.VIEWER
        try:
            await self._accounts.add(form.get("name", ""), form.get("password", ""), role)
        except AccountError as error:
            field = "name" if error.why.startswith("name") else "password"
            return await self._page(request, {field: self._said(request, error.why)}, form, status=422)
        return _done("added")

    async def set_role(self, request: Request) -> Response:
        """Owner or viewer. One's own role too, while there is another owner."""
        form = await form_of(request)
        role = Role.OWNER if form.get("role") == Role.OWNER else Role.VIEWER
        user = await self._user(form)
        try:
            if user is not None:
                await self._accounts.set_role(user.id, role)
        except AccountError as error:
            return await self._page(request, {"list": self._said(request, error.why)}, status=422)
        return _done("role")

    async def set_password(self, request: Request) -> Response:
        """A new one for somebody who has forgotten theirs; all their browsers are logged out."""
        form = await form_of(request)
        user = await self._user(form)
        try:
            if user is not None:
                await self._accounts.set_password(user, form.get("new", ""), request.scope["session_token"])
        except AccountError as error:
            return await self._page(request, {"list": self._said(request, error.why)}, status=422)
        return _done("password")

    async def remove(self, request: Request) -> Response:
        """Never the last owner."""
        user = await self._user(await form_of(request))
        try:
            if user is not None:
                await self._accounts.remove(user.id)
        except AccountError as error:
            return await self._page(request, {"list": self._said(request, error.why)}, status=422)
        return _done("removed")

    async def _user(self, form: Mapping[str, str]) -> User | None:
        number = form.get("user", "")
        return next((user for user in await self._accounts.users() if str(user.id) == number), None)

    def _said(self, request: Request, why: Problem) -> str:
        return self._frame.shell.words(request).t(f"account.{why}", shortest=SHORTEST_PASSWORD)

    async def _page(
        self,
        request: Request,
        wrong: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        *,
        status: int = 200,
    ) -> Response:
        done = request.query_params.get("done", "")
        return self._frame.page(
            request,
            "users",
            status,
            users=await self._accounts.users(),
            wrong=wrong or {},
            name=(form or {}).get("name", ""),
            role=(form or {}).get("role", "viewer"),
            done=done if done in _DONE else "",
            shortest=SHORTEST_PASSWORD,
        )


def _done(what: str) -> Response:
    return RedirectResponse(f"/settings/users?done={what}", 303)
