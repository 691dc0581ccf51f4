"""The door of the staff's pages: login with password and code, or a passkey; log-out; and the link of a new member."""

import asyncio
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.database.work import Work
from hanport.grid.masking import masked
from hanport.grid.staff import logins, passkeys
from hanport.grid.staff.logins import In, Typed
from hanport.grid.staff.passwords import Passwords
from hanport.grid.staff.values import StaffError
from hanport.grid.web import sessions
from hanport.grid.web.limits import What
from hanport.grid.web.parts import WebParts
from hanport.grid.web.sessions import Who
from hanport.grid.web.staff_app_code import site_of
from hanport.grid.web.staff_forms import form_of
from hanport.grid.web.visiting import address_of, give, session_of, take_back, too_many
from hanport.web.preferences import local_path
from hanport.web.shell import Shell

_FIRST = "/staff"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/login and /staff/logout: open to everybody."""
    pages = LoginPages(parts, shell)
    return [
        Route("/staff/login", pages.show, methods=["GET"]),
        Route("/staff/login", pages.log_in, methods=["POST"]),
        Route("/staff/login/passkey/options", pages.options, methods=["POST"]),
        Route("/staff/login/passkey", pages.log_in_by_passkey, methods=["POST"]),
        Route("/staff/logout", pages.log_out, methods=["POST"]),
    ]


class LoginPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell
        self._passwords = Passwords()

    async def show(self, request: Request) -> Response:
        """The form; who is logged in already goes on, unless a fresh login is asked for."""
        found, is_again = session_of(request), bool(request.query_params.get("again"))
        after = _after(request.query_params.get("next", ""))
        if found is not None and found.who is Who.STAFF and not is_again:
            return RedirectResponse(after, 303)
        return self._page(request, after, is_again=is_again, is_out=bool(request.query_params.get("out")))

    async def log_in(self, request: Request) -> Response:
        """A session for name, password and code; or the form once more, which says nothing of what was wrong."""
        form = await form_of(request)
        typed = Typed(form.get("name", ""), form.get("password", ""), form.get("code", ""))
        wait_s = self._parts.limits.take(What.LOGIN, address_of(request))
        if wait_s:
            return too_many(self._shell, request, wait_s)
        database = self._parts.grid.database
        stored, wait_s = await asyncio.to_thread(lambda: logins.begin(database, typed))
        if wait_s:
            return self._refused(request, form, wait_s)
        fits = await self._passwords.fits(stored, typed.password)
        before = session_of(request)
        found = await asyncio.to_thread(lambda: logins.finish(self._parts.grid, typed, before, fits=fits))
        return self._refused(request, form) if found is None else self._in(request, form, found)

    async def options(self, request: Request) -> Response:
        """What the browser hands to the authenticator."""
        keyring, at = self._parts.grid.database.keyring, self._parts.clock.now()
        return _json(passkeys.to_log_in(keyring, site_of(request, self._parts), at))

    async def log_in_by_passkey(self, request: Request) -> Response:
        """A session for what the authenticator has signed."""
        form = await form_of(request)
        wait_s = self._parts.limits.take(What.LOGIN, address_of(request))
        if wait_s:
            return too_many(self._shell, request, wait_s)
        site, before = site_of(request, self._parts), session_of(request)
        answer = form.get("answer", "")
        try:
            found = await asyncio.to_thread(lambda: logins.by_passkey(self._parts.grid, site, answer, before))
        except StaffError:
            return self._page(request, _after(form.get("next", "")), problem="passkey", status=403)
        return self._in(request, form, found)

    async def log_out(self, request: Request) -> Response:
        """The end of this session."""
        found = session_of(request)
        if found is not None and found.who is Who.STAFF:

            def end(work: Work) -> None:
                sessions.end(work, found.id)
                work.note("staff.logout", staff=found.name)

            await self._parts.write(f"staff:{found.name}", end)
        return take_back(RedirectResponse("/staff/login?out=1", 303), request, self._parts)

    def _in(self, request: Request, form: Mapping[str, str], found: In) -> Response:
        return give(RedirectResponse(_after(form.get("next", "")), 303), request, self._parts, found.secret)

    def _refused(self, request: Request, form: Mapping[str, str], wait_s: float = 0) -> Response:
        status, after = 429 if wait_s else 403, _after(form.get("next", ""))
        problem = "wait" if wait_s else "wrong"
        name = masked(form.get("name", "")[:100])  # a number that is typed there is not said again
        response = self._page(request, after, problem=problem, status=status, name=name, wait_s=round(wait_s) or 1)
        if wait_s:
            response.headers["retry-after"] = str(max(1, round(wait_s)))
        return response

    def _page(self, request: Request, after: str, *, status: int = 200, **context: object) -> Response:
        shown = {"problem": "", "is_again": False, "is_out": False, "wait_s": 0} | context
        found = session_of(request)
        known = found.name if found is not None and found.who is Who.STAFF else ""
        shown = {"name": known} | shown | {"after": after}
        return self._shell.page(request, "staff/login.html", status=status, **shown)


def _after(path: str) -> str:
    """A page of staff to go on to."""
    found = local_path(path or _FIRST)
    return found if found == _FIRST or found.startswith(_FIRST + "/") else _FIRST


def _json(text: str) -> Response:
    return Response(text, media_type="application/json", headers={"cache-control": "no-store"})
