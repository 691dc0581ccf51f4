"""Accounts and tokens, for admins: secrets are shown once, and nobody raises themselves."""

import re

from grid.web.scene import Scene, browser
from grid.web.staff_scene import hire, member_browser, send, token_of
from grid.web.test_staff_login import log_of
from hanport.grid import tokens
from hanport.grid.staff import accounts
from hanport.grid.staff.roles import Role
from hanport.grid.staff.values import Member
from hanport.grid.tokens import Scope

_PATH = "/staff/accounts"


def member_of(scene: Scene, name: str) -> Member:
    with scene.database.reading() as connection:
        return accounts.by_name(connection, name)


async def test_an_admin_makes_an_account_and_hands_over_its_link(scene: Scene) -> None:
    app = scene.app()
    async with member_browser(scene, "Ada", Role.ADMIN, app=app) as client:
        token = token_of((await client.get(_PATH)).text, form=-1)
        form = {"once": token, "name": "Nils Ny", "role": ["clerk", "reader"]}
        first = await client.post(_PATH, data=form)
        second = await client.post(_PATH, data=form)
        links = [re.search(r"http://localhost:8490(/staff/enrol/[\w-]+)", each.text) for each in (first, second)]
        assert links[0] and links[1] and links[0][1] == links[1][1]  # a double click shows the same link
        assert "har inte använt sin länk" in (await client.get(_PATH)).text
        assert links[0][1] not in (await client.get(_PATH)).text
    assert member_of(scene, "nils ny").roles == {Role.CLERK, Role.READER}
    async with browser(app) as client:
        assert "Nils Ny" in (await client.get(links[0][1])).text


async def test_what_is_wrong_with_a_new_account_is_said(quick: Scene) -> None:
    hire(quick, "Anna Ek")
    async with member_browser(quick, "Ada", Role.ADMIN) as client:
        for fields, said in (
            ({"name": "anna  ek", "role": "clerk"}, "Någon har eller hade det namnet"),
            ({"name": "x", "role": "clerk"}, "2 till 40"),
            ({"name": "191212121212", "role": "clerk"}, "2 till 40"),
            ({"name": "Nils", "role": "king"}, "Kontot har ingen roll"),
        ):
            answer = await send(client, _PATH, _PATH, fields, form=-1)
            assert answer.status_code == 422
            assert said in answer.text


async def test_roles_are_changed_and_accounts_disabled_but_never_the_own(quick: Scene) -> None:
    anna, ada = hire(quick, "Anna Ek"), hire(quick, "Ada", Role.ADMIN)
    app = quick.app()
    async with browser(app, quick.staff_session("Ada", ada)) as client:
        answer = await send(client, _PATH, f"{_PATH}/roles", {"member": str(anna), "role": "approver"})
        assert answer.headers["location"] == f"{_PATH}?done=roles"
        assert member_of(quick, "Anna Ek").roles == {Role.APPROVER}
        for act in ("roles", "disable", "reset"):
            own = await send(client, _PATH, f"{_PATH}/{act}", {"member": str(ada), "role": ["admin", "clerk"]})
            assert own.status_code == 422
            assert "Ingen ändrar sina egna roller" in own.text
        assert (await send(client, _PATH, f"{_PATH}/disable", {"member": "99"})).status_code == 422
        answer = await send(client, _PATH, f"{_PATH}/disable", {"member": str(anna)})
        assert answer.headers["location"] == f"{_PATH}?done=disabled"
        assert member_of(quick, "Anna Ek").disabled_at is not None
        again = await send(client, _PATH, f"{_PATH}/reset", {"member": str(anna)}, form=1)
        assert "/staff/enrol/" in again.text
        assert member_of(quick, "Anna Ek").disabled_at is None
    said = [each.action for each in log_of(quick) if each.actor == "staff:Ada"]
    assert said == ["staff.roles", "staff.disabled", "staff.reset", "staff.link_made"]


async def test_a_token_is_shown_once_and_revoked(quick: Scene) -> None:
    path = "/staff/tokens"
    async with member_browser(quick, "Ada", Role.ADMIN) as client:
        token = token_of((await client.get(path)).text)
        form = {"once": token, "name": "crm", "scope": ["read", "orders"]}
        made = await client.post(path, data=form)
        secret = re.search(r"hpg_[\w-]+", made.text)
        assert secret
        assert re.search(r"hpg_[\w-]+", (await client.post(path, data=form)).text)
        assert "hpg_" not in (await client.get(path)).text
        with quick.database.reading() as connection:
            found = tokens.find(connection, secret[0])
        assert found is not None
        assert found.scopes == {Scope.READ, Scope.ORDERS}
        none = await send(client, path, path, {"name": "crm2"}, form=-1)
        assert "Kryssa minst en ruta" in none.text
        taken = await send(client, path, path, {"name": "crm", "scope": "read"}, form=-1)
        assert "Det namnet finns eller har funnits" in taken.text
        answer = await send(client, path, f"{path}/revoke", {"name": "crm"})
        assert answer.headers["location"] == f"{path}?done=revoked"
        assert (await send(client, path, f"{path}/revoke", {"name": "crm"})).status_code == 422
    with quick.database.reading() as connection:
        assert tokens.find(connection, secret[0]) is None
