"""A member's own account: password, app, passkeys, codes on paper, and the browsers that are logged in."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.database.work import Work
from hanport.grid.staff import factors, logins, own_sessions, passkeys
from hanport.grid.staff.passwords import SHORTEST, Passwords
from hanport.grid.staff.roles import Permission
from hanport.grid.staff.values import Problem, StaffError
from hanport.grid.web import sessions
from hanport.grid.web.access import known_session
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting, fresh_only, needs
from hanport.grid.web.staff_app_code import opened_secret, shown_secret, site_of
from hanport.grid.web.staff_forms import Done, do_once, form_of, once_token
from hanport.grid.web.visiting import give
from hanport.web.shell import Shell

_PLACE = "/staff/account"
_DONE = ("enrolled", "password", "app", "passkey", "removed", "ended")


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/account. What changes the login asks for a fresh one."""
    pages = AccountPages(parts, shell)
    acts = {
        "/password": pages.set_password,
        "/app": pages.set_app,
        "/codes": pages.make_codes,
        "/passkey/options": pages.options,
        "/passkey": pages.add_passkey,
        "/passkey/remove": pages.remove_passkey,
    }
    own = Permission.OWN_ACCOUNT
    return [
        Route(_PLACE, needs(own, pages.show), methods=["GET"]),
        Route(f"{_PLACE}/change", needs(own, fresh_only(pages.change)), methods=["GET"]),
        Route(f"{_PLACE}/sessions/end", needs(own, pages.end_session), methods=["POST"]),
        *(Route(f"{_PLACE}{path}", needs(own, fresh_only(act)), methods=["POST"]) for path, act in acts.items()),
    ]


class AccountPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell
        self._passwords = Passwords()

    async def show(self, request: Request) -> Response:
        """How the account stands."""
        done = request.query_params.get("done", "")
        return await self._page(request, done=done if done in _DONE else "")

    async def change(self, request: Request) -> Response:
        """The forms that change the login."""
        return await self._change(request)

    async def set_password(self, request: Request) -> Response:
        """Another password; all other browsers are logged out, and this one gets a new session."""
        form, member = await form_of(request), acting(request)
        company = self._parts.config.company.name
        try:
            hashed = await logins.password_of(self._passwords, form.get("password", ""), member.name, company)
        except StaffError as error:
            return await self._change(request, {"password": error.why})

        def write(work: Work) -> str:
            logins.set_password(work, member, hashed)
            return sessions.log_in(work, self._parts.config.sessions, member.id, member.name, before=None)

        secret = await self._parts.write(member.actor, write)
        return give(RedirectResponse(f"{_PLACE}?done=password", 303), request, self._parts, secret)

    async def set_app(self, request: Request) -> Response:
        """Another app; codes on paper are void."""
        form, member = await form_of(request), acting(request)
        keyring, at = self._parts.grid.database.keyring, self._parts.clock.now()

        def keep(work: Work) -> None:
            secret = opened_secret(keyring, member, form.get("app", ""), at)
            factors.keep_totp(work, member.id, secret, form.get("code", ""))
            work.note("staff.app", staff=member.name)

        return await self._kept(request, keep, "code", "app")

    async def make_codes(self, request: Request) -> Response:
        """New codes on paper, shown once."""
        form, member = await form_of(request), acting(request)

        def make(work: Work) -> Done:
            codes = factors.new_recovery(work, member.id)
            work.note("staff.recovery_codes", staff=member.name)
            return Done(_PLACE, "\n".join(codes))

        done = await do_once(request, self._parts, form, make)
        return self._shell.page(request, "staff/codes.html", codes=done.shown.split("\n") if done.shown else [])

    async def options(self, request: Request) -> Response:
        """What the browser hands to the authenticator to make a passkey."""
        member, site, at = acting(request), site_of(request, self._parts), self._parts.clock.now()
        keyring = self._parts.grid.database.keyring
        text = await self._parts.read(lambda connection: passkeys.to_register(connection, keyring, site, member, at))
        return Response(text, media_type="application/json", headers={"cache-control": "no-store"})

    async def add_passkey(self, request: Request) -> Response:
        """One more passkey."""
        form, member, site = await form_of(request), acting(request), site_of(request, self._parts)
        answer, name = form.get("answer", ""), form.get("name", "")
        return await self._kept(
            request, lambda work: passkeys.register(work, site, member, answer, name), "passkey", "passkey"
        )

    async def remove_passkey(self, request: Request) -> Response:
        """One passkey less, unless nothing else lets the member in."""
        form, member = await form_of(request), acting(request)
        number = form.get("passkey", "")
        wanted = int(number) if number.isdecimal() and len(number) < 18 else 0
        return await self._kept(request, lambda work: passkeys.remove(work, member, wanted), "passkey", "removed")

    async def end_session(self, request: Request) -> Response:
        """Log a browser out, or all but this one."""
        form, member, own = await form_of(request), acting(request), known_session(request)
        number = form.get("session", "")

        def end(work: Work) -> None:
            if number == "others":
                own_sessions.end_others(work, member, own.id)
            elif number.isdecimal() and len(number) < 18:
                own_sessions.end_one(work, member, int(number))

        await self._parts.write(member.actor, end)
        return RedirectResponse(f"{_PLACE}?done=ended", 303)

    async def _kept(self, request: Request, change: Callable[[Work], None], place: str, done: str) -> Response:
        try:
            await self._parts.write(acting(request).actor, change)
        except StaffError as error:
            return await self._change(request, {place: error.why})
        return RedirectResponse(f"{_PLACE}?done={done}", 303)

    async def _page(self, request: Request, *, done: str) -> Response:
        member, own = acting(request), known_session(request)
        settings, at = self._parts.config.sessions, self._parts.clock.now()
        running, keys, left = await self._parts.read(
            lambda connection: (
                own_sessions.sessions_of(connection, settings, member.id, at),
                passkeys.passkeys_of(connection, member.id),
                factors.recovery_left(connection, member.id),
            )
        )
        context = {"member": member, "own": own, "running": running, "keys": keys, "codes_left": left}
        return self._shell.page(request, "staff/account.html", status=200, done=done, once=once_token(), **context)

    async def _change(self, request: Request, wrong: Mapping[str, Problem] | None = None) -> Response:
        member, words = acting(request), self._shell.words(request)
        keys = await self._parts.read(lambda connection: passkeys.passkeys_of(connection, member.id))
        shown = await asyncio.to_thread(shown_secret, self._parts, member)
        said = {place: words.t(f"staff.problem.{why}") for place, why in (wrong or {}).items()}
        context = {"member": member, "keys": keys, "wrong": said, "shortest": SHORTEST, "once": once_token()}
        status = 422 if wrong else 200
        return self._shell.page(request, "staff/account_change.html", status=status, **(context | shown))
