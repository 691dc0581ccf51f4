"""The link by which a new member of staff sets up the login: once, with a password and an app, or with a passkey."""

import asyncio
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.staff import logins, passkeys
from hanport.grid.staff.logins import Chosen, In
from hanport.grid.staff.passwords import SHORTEST, Passwords
from hanport.grid.staff.values import Member, Problem, StaffError
from hanport.grid.web.limits import What
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_app_code import opened_secret, shown_secret, site_of
from hanport.grid.web.staff_forms import form_of
from hanport.grid.web.visiting import address_of, give, session_of, too_many
from hanport.web.shell import Shell

_DONE = "/staff/account?done=enrolled"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/enrol: open to whoever has a link."""
    pages = EnrolPages(parts, shell)
    return [
        Route("/staff/enrol/{secret}", pages.show, methods=["GET"]),
        Route("/staff/enrol", pages.enrol, methods=["POST"]),
        Route("/staff/enrol/passkey/options", pages.options, methods=["POST"]),
        Route("/staff/enrol/passkey", pages.enrol_by_passkey, methods=["POST"]),
    ]


class EnrolPages:
    """The pages. Looking at the link uses nothing up: programs that look at links before people do cannot spoil it."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell
        self._passwords = Passwords()

    async def show(self, request: Request) -> Response:
        """What there is to choose."""
        return await self._page(request, request.path_params["secret"])

    async def enrol(self, request: Request) -> Response:
        """With a password and an app."""
        form = await form_of(request)
        wait_s = self._parts.limits.take(What.LOGIN, address_of(request))
        if wait_s:
            return too_many(self._shell, request, wait_s)
        secret, app_secret = form.get("secret", ""), ""
        try:
            member = await self._member(secret)
            keyring, at = self._parts.grid.database.keyring, self._parts.clock.now()
            app_secret = opened_secret(keyring, member, form.get("app", ""), at)
            chosen = Chosen(form.get("password", ""), app_secret, form.get("code", ""))
            company = self._parts.config.company.name
            hashed = await logins.password_of(self._passwords, chosen.password, member.name, company)
            before = session_of(request)
            found = await asyncio.to_thread(lambda: logins.enrol(self._parts.grid, secret, chosen, hashed, before))
        except StaffError as error:
            return await self._page(request, secret, error.why, app_secret=app_secret, status=422)
        return self._in(request, found)

    async def options(self, request: Request) -> Response:
        """What the browser hands to the authenticator to make a passkey."""
        form = await form_of(request)
        try:
            member = await self._member(form.get("secret", ""))
        except StaffError:
            return Response("{}", 403, media_type="application/json")
        site, at = site_of(request, self._parts), self._parts.clock.now()
        keyring = self._parts.grid.database.keyring
        text = await self._parts.read(lambda connection: passkeys.to_register(connection, keyring, site, member, at))
        return Response(text, media_type="application/json", headers={"cache-control": "no-store"})

    async def enrol_by_passkey(self, request: Request) -> Response:
        """With a passkey alone."""
        form = await form_of(request)
        secret, answer = form.get("secret", ""), (form.get("answer", ""), form.get("name", ""))
        site, before = site_of(request, self._parts), session_of(request)
        try:
            found = await asyncio.to_thread(
                lambda: logins.enrol_by_passkey(self._parts.grid, site, secret, answer, before)
            )
        except StaffError as error:
            return await self._page(request, secret, error.why, status=422)
        return self._in(request, found)

    def _in(self, request: Request, found: In) -> Response:
        return give(RedirectResponse(_DONE, 303), request, self._parts, found.secret)

    async def _member(self, secret: str) -> Member:
        at = self._parts.clock.now()
        return await self._parts.read(lambda connection: logins.invited(connection, secret, at))

    async def _page(
        self, request: Request, secret: str, why: Problem | None = None, *, app_secret: str = "", status: int = 200
    ) -> Response:
        try:
            member = await self._member(secret)
        except StaffError:
            return self._shell.page(request, "staff/enrol_over.html", status=410)
        wrong = self._wrong(request, why)
        shown = shown_secret(self._parts, member, app_secret)
        context = {"member": member, "secret": secret, "wrong": wrong, "shortest": SHORTEST} | shown
        return self._shell.page(request, "staff/enrol.html", status=status, **context)

    def _wrong(self, request: Request, why: Problem | None) -> Mapping[str, str]:
        if why is None:
            return {}
        said = self._shell.words(request).t(f"staff.problem.{why}")
        place = "password" if why.startswith("password") else "code" if why is Problem.CODE else "passkey"
        return {place: said}
