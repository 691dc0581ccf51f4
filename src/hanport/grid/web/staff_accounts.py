"""The accounts of all members of staff, for admins: made, given roles, reset and disabled."""

from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.errors import HanportError
from hanport.grid.database.work import Work
from hanport.grid.staff import accounts
from hanport.grid.staff.roles import GRANTS, Permission, Role
from hanport.grid.staff.values import Member, Problem, StaffError
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting, fresh_only, needs
from hanport.grid.web.staff_errors import said
from hanport.grid.web.staff_forms import Done, do_once, form_of, go_once, many_of, shown_again
from hanport.grid.web.staff_saying import show
from hanport.grid.web.visiting import is_secure
from hanport.web.shell import Shell

_PATH = "/staff/accounts"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/accounts."""
    pages = AccountsPages(parts, shell)
    acts = {"": pages.add, "/roles": pages.set_roles, "/reset": pages.reset, "/disable": pages.disable}
    return [
        Route(_PATH, needs(Permission.ACCOUNTS, fresh_only(pages.list)), methods=["GET"]),
        *(
            Route(f"{_PATH}{path}", needs(Permission.ACCOUNTS, fresh_only(act)), methods=["POST"])
            for path, act in acts.items()
        ),
    ]


class AccountsPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def list(self, request: Request) -> Response:
        """All members."""
        return await self._page(request)

    async def add(self, request: Request) -> Response:
        """One more, with the link that is shown once."""
        form, roles = await form_of(request), _roles(await many_of(request, "role"))

        def add(work: Work) -> Done:
            made = accounts.add(work, form.get("name", ""), roles)
            return Done(_PATH, accounts.make_link(work, made.id))

        return await self._linked(request, form, add)

    async def reset(self, request: Request) -> Response:
        """A new link, and the end of what let the member in before."""
        form = await form_of(request)

        def reset(work: Work) -> Done:
            return Done(_PATH, accounts.reset(work, _other(work, request, form).id))

        return await self._linked(request, form, reset)

    async def set_roles(self, request: Request) -> Response:
        """Other roles."""
        form, roles = await form_of(request), _roles(await many_of(request, "role"))

        def change(work: Work) -> str:
            other = _other(work, request, form)
            if Role.ADMIN in other.roles and Role.ADMIN not in roles:
                accounts.keep_an_admin(work, but=other.id)
            accounts.set_roles(work, other.id, roles)
            return f"{_PATH}?done=roles"

        return await self._changed(request, form, change)

    async def disable(self, request: Request) -> Response:
        """The end of an account."""
        form = await form_of(request)

        def disable(work: Work) -> str:
            other = _other(work, request, form)
            if Role.ADMIN in other.roles:
                accounts.keep_an_admin(work, but=other.id)
            accounts.disable(work, other.id)
            return f"{_PATH}?done=disabled"

        return await self._changed(request, form, disable)

    async def _linked(self, request: Request, form: Mapping[str, str], change: Callable[[Work], Done]) -> Response:
        try:
            done = await do_once(request, self._parts, form, change)
        except HanportError as error:
            return await self._page(request, error, form, status=422)
        return await self._page(request, link=self._address(request, done.shown) if done.shown else "")

    async def _changed(self, request: Request, form: Mapping[str, str], change: Callable[[Work], str]) -> Response:
        try:
            return await go_once(request, self._parts, form, change)
        except HanportError as error:
            return await self._page(request, error, status=422)

    def _address(self, request: Request, secret: str) -> str:
        own = f"{'https' if is_secure(request, self._parts) else 'http'}://{request.url.netloc}"
        return f"{self._parts.config.web.public_url or own}/staff/enrol/{secret}"

    async def _page(
        self,
        request: Request,
        error: HanportError | None = None,
        form: Mapping[str, str] | None = None,
        *,
        link: str = "",
        status: int = 200,
    ) -> Response:
        found = await self._parts.read(accounts.members)
        context = {
            "members": sorted(found, key=lambda each: each.disabled_at is not None),
            "roles": list(Role),
            "grants": {role: [each for each in Permission if role in GRANTS[each]] for role in Role},
            "mine": acting(request).id,
            "name": shown_again(form).get("name", ""),
            "link": link,
            "problem": said(self._shell.words(request), error) if error else None,
        }
        return show(self._shell, self._parts, request, "accounts", status=status, **context)


def _other(work: Work, request: Request, form: Mapping[str, str]) -> Member:
    """The member that the form is about: never the one who sends it."""
    number = form.get("member", "")
    found = accounts.member(work.connection, int(number) if number.isdecimal() and len(number) < 18 else 0)
    if found.id == acting(request).id:
        raise StaffError(Problem.OWN_ACCOUNT)
    return found


def _roles(named: Sequence[str]) -> frozenset[Role]:
    return frozenset(Role(each) for each in named if each in set(Role))
