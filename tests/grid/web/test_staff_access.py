"""Every page of staff says what it needs, and nobody gets further than that: all routes, all roles."""

import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from grid.web.scene import Scene, browser
from grid.web.staff_scene import hire, member_browser
from grid.web.test_staff_login import log_of
from hanport.grid.staff import accounts
from hanport.grid.staff.roles import GRANTS, Permission, Role, may
from hanport.grid.web.staff_access import permission_of

# The doors: they must open for whoever is not in yet, or is on the way out.
OPEN = {
    "/staff/login",
    "/staff/login/passkey/options",
    "/staff/login/passkey",
    "/staff/logout",
    "/staff/enrol/{secret}",
    "/staff/enrol",
    "/staff/enrol/passkey/options",
    "/staff/enrol/passkey",
}
_PLACES = {"gsrn": "735999000000000013", "order_id": "a2", "serial": "M1", "person_id": "1", "batch_id": "i1"}


def guarded(app: Starlette) -> Iterator[tuple[Route, str]]:
    """The routes of staff that are no doors, each with its method."""
    for route in app.routes:
        if isinstance(route, Route) and route.path.startswith("/staff") and route.path not in OPEN:
            assert route.methods is not None
            for method in route.methods - {"HEAD"}:
                yield route, method


def path_of(route: Route) -> str:
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: _PLACES.get(found[1], "1"), route.path)


def test_every_page_of_staff_says_its_permission(quick: Scene) -> None:
    routes = list(guarded(quick.app()))
    assert len(routes) > 50
    assert [route.path for route, _ in routes if permission_of(route.endpoint) is None] == []


def test_nothing_is_done_by_looking(quick: Scene) -> None:
    """A page that is looked at, and one that does something, are never the same method."""
    for route, method in guarded(quick.app()):
        assert method in ("GET", "POST"), route.path


async def test_strangers_are_asked_to_log_in_everywhere(quick: Scene) -> None:
    app = quick.app()
    async with browser(app) as client:
        for route, method in guarded(app):
            answer = await client.request(method, path_of(route))
            expected = 303 if method == "GET" else 401
            assert answer.status_code == expected, route.path
            if method == "GET":
                assert answer.headers["location"].startswith("/staff/login?next=")


async def test_customers_are_strangers_here(quick: Scene) -> None:
    app, person_id = quick.app(), quick.town.person()
    async with browser(app, quick.customer_session(person_id)) as client:
        for route, method in guarded(app):
            answer = await client.request(method, path_of(route))
            assert answer.status_code in (303, 401), route.path
            assert "/staff/login" in answer.headers.get("location", "/staff/login")


@pytest.mark.parametrize("role", Role)
async def test_a_role_opens_what_the_table_grants_and_nothing_else(quick: Scene, role: Role) -> None:
    app = quick.app()
    async with member_browser(quick, "Anna Ek", role, app=app) as client:
        for route, method in guarded(app):
            permission = permission_of(route.endpoint)
            assert permission is not None
            answer = await client.request(method, path_of(route))
            is_refused = answer.status_code == 403 and "Ditt konto får inte det här" in answer.text
            assert is_refused is not may([role], permission), f"{role} {method} {route.path}: {answer.status_code}"
            assert answer.status_code < 500, route.path
    refused = [each for each in log_of(quick) if each.action == "staff.refused"]
    assert {each.facts["permission"] for each in refused} == {
        permission.value
        for route, _ in guarded(app)
        if (permission := permission_of(route.endpoint)) is not None and role not in GRANTS[permission]
    }


def test_the_table_is_least_privilege() -> None:
    assert set(GRANTS) == set(Permission)
    assert all(GRANTS.values())
    # Nobody alone can both ask for something that takes two, and agree to it, except by having two roles on purpose.
    assert not GRANTS[Permission.PROPOSE] & GRANTS[Permission.APPROVE]
    assert not GRANTS[Permission.IMPORT] & GRANTS[Permission.APPROVE]
    # Who manages accounts does not order, and who edits texts sees no customers.
    assert Role.ADMIN not in GRANTS[Permission.ORDER] | GRANTS[Permission.CLOSE]
    editor = {permission for permission, roles in GRANTS.items() if Role.EDITOR in roles}
    assert editor == {Permission.OWN_ACCOUNT, Permission.STATISTICS, Permission.TEXTS}
    reader = {permission for permission, roles in GRANTS.items() if Role.READER in roles}
    assert reader == {Permission.OWN_ACCOUNT, Permission.LOOK, Permission.STATISTICS}


async def test_a_role_that_was_taken_is_gone_at_the_next_request(quick: Scene) -> None:
    async with member_browser(quick, "Anna Ek", Role.CLERK) as client:
        assert (await client.get("/staff/orders")).status_code == 200
        with quick.database.writing("system") as work:
            member_id = accounts.by_name(work.connection, "Anna Ek").id
            accounts.set_roles(work, member_id, [Role.EDITOR])
        assert (await client.get("/staff/orders")).status_code == 403
        with quick.database.writing("system") as work:
            accounts.disable(work, member_id)
        assert (await client.get("/staff/account")).status_code == 303


async def test_whoever_is_disabled_does_nothing_even_with_a_session(quick: Scene) -> None:
    """A session that was made at the same time as the account was disabled."""
    member_id = hire(quick)
    with quick.database.writing("system") as work:
        accounts.disable(work, member_id)
    async with browser(quick.app(), quick.staff_session("Anna Ek", member_id)) as client:
        assert (await client.get("/staff/account")).status_code == 401
    async with browser(quick.app(), quick.staff_session("Ghost", 4711)) as client:
        assert (await client.get("/staff/account")).status_code == 401


async def test_what_matters_asks_for_a_fresh_login(quick: Scene) -> None:
    async with member_browser(quick, "Anna Ek", *Role) as client:
        assert (await client.get("/staff/accounts")).status_code == 200
        await quick.clock.advance(16 * 60)
        for path in ("/staff/accounts", "/staff/tokens", "/staff/account/change"):
            answer = await client.get(path)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/staff/login?again=1&next=%2Fstaff%2F")
        assert "again" in (await client.post("/staff/tokens", data={})).headers["location"]
        assert (await client.get("/staff/orders")).status_code == 200
        again = await client.get("/staff/login?again=1&next=/staff/tokens")
        assert again.status_code == 200
        assert "Bekräfta att det är du" in again.text
