"""What is another's: no page tells it, changes it, or says whether it is there; and who may enter which part at all."""

import re

import pytest
from starlette.routing import Route

from grid.web.every_page import EveryPage, Home, rows_of
from grid.web.test_staff_access import OPEN
from hanport.grid.database import tables

LOG = (tables.audit_entry, tables.audit_head)
# Whoever has these secrets may use them: that is what they are for.
BEARER = ("/receipts/{secret}", "/not-me/{secret}", "/staff/enrol/{secret}")
MADE_UP = {
    ("/facilities/", "gsrn"): "735999000000999994",
    ("/facilities/", "name"): "hanport-handover-M999.json",
    ("/orders/", "order_id"): "z" * 16,
    ("/sign/", "order_id"): "z" * 16,
}


def of_customers(every: EveryPage) -> list[tuple[str, Route]]:
    """The routes that name something of a customer's."""
    begins = ("/facilities/{", "/orders/{", "/sign/{")
    found = [(method, route) for method, route in every.routes() if route.path.startswith(begins)]
    named = [route.path for _, route in every.routes() if "{" in route.path and not route.path.startswith(BEARER)]
    free = ("/static/", "/meters/", "/help/", "/terms/", "/identification/", "/staff/")
    assert {path for path in named if not path.startswith(free)} == {route.path for _, route in found}
    return found


def told(text: str, home: Home) -> str:
    """A page, with a home's own things called by their kind: they stand in the address that was asked for."""
    for (_, name), value in home.values.items():
        text = text.replace(value, f"<{name}>")
    return text


async def test_what_is_a_neighbours_is_as_if_it_were_not_there(every: EveryPage) -> None:
    secret, nobody = every.secrets()["customer"], Home(0, every.own.number, (), MADE_UP)
    database = every.scene.database
    before = rows_of(database, *LOG)
    noted = len(every.customers.log_of_all())
    routes = of_customers(every)
    assert len(routes) > 15
    async with every.browser(secret) as client:
        for method, route in routes:
            address = every.address(route, every.neighbour)
            answer = await client.request(method, address)
            assert answer.status_code == 404, f"{method} {route.path}: {answer.status_code}"
            leaked = [word for word in every.neighbour.words if word in answer.text and word not in address]
            assert leaked == [], f"{method} {route.path}"
            missing = await client.request(method, every.address(route, nobody))
            assert told(answer.text, every.neighbour) == told(missing.text, nobody), f"{method} {route.path}"
    assert rows_of(database, *LOG) == before
    entries = every.customers.log_of_all()[noted:]
    assert {each.action for each in entries} == {"customer.stranger"}
    assert len(entries) == 2 * len(routes)


@pytest.mark.parametrize("with_own", [False, True])
async def test_nor_by_what_stands_in_a_form_or_a_query(every: EveryPage, with_own: bool) -> None:
    own, other = every.own.values, every.neighbour.values
    gsrns, drafts, orders = (
        [*([own[key]] if with_own else []), other[key]]
        for key in (("/facilities/", "gsrn"), ("/sign/", "order_id"), ("/orders/", "order_id"))
    )
    secret = every.secrets()["customer"]
    before = rows_of(every.scene.database, *LOG)
    async with every.browser(secret) as client:
        answers = [
            await client.get("/order", params={"facility": gsrns}),
            await client.post("/order", data={"facility": gsrns, "way": "qr"}),
            await client.post("/order", data={"facility": gsrns}),
            await client.post("/sign", data={"order": drafts, "way": "qr"}),
            await client.post("/sign", data={"order": orders, "way": "qr"}),
            await client.get("/orders", params={"ids": ",".join(orders)}),
            await client.get("/orders/state", params={"ids": ",".join(drafts)}),
        ]
    for answer in answers:
        assert answer.status_code == 404, answer.url
        sent = f"{answer.url} {answer.request.content!r}"
        assert [word for word in every.neighbour.words if word in answer.text and word not in sent] == []
    assert rows_of(every.scene.database, *LOG) == before


async def test_own_lists_hold_nothing_of_others(every: EveryPage) -> None:
    async with every.browser(every.secrets()["customer"]) as client:
        for path in ("/", "/facilities", "/orders", "/log", "/me", "/access", "/order", "/facilities?q=Ulf"):
            page = (await client.get(path)).text.replace("/facilities?q=Ulf", "").replace('value="Ulf"', "")
            assert [word for word in every.neighbour.words if word in page] == [], path
        data = await client.post("/me/data")
        assert data.status_code == 200 and "Astrid Egen" in data.text
        assert [word for word in every.neighbour.words if word in data.text] == []


async def test_an_identification_is_of_the_browser_that_began_it(every: EveryPage) -> None:
    id = every.values["/identification/", "id"]
    secrets = every.secrets()
    for who in ("nobody", "visitor", "customer", "all roles"):
        async with every.browser(secrets[who]) as client:
            for part in ("", "/state", "/events"):
                assert (await client.get(f"/identification/{id}{part}")).status_code == 404, who
            assert (await client.get(f"/identification/{id}/return?nonce=x")).status_code == 403
            await client.post(f"/identification/{id}/cancel")
    async with every.browser(every.begun_by) as client:
        state = (await client.get(f"/identification/{id}/state")).json()
        assert not state["isOver"] and state["qr"]


async def test_customers_and_staff_have_a_door_each(every: EveryPage) -> None:
    """Nobody gets through the door of others; forms that are sent to it are not carried round it."""
    secrets = every.secrets()
    mine = re.compile(r"/(facilities|orders?|sign|log|me|access)(/|$)")
    for who in ("nobody", "visitor", "customer", "all roles"):
        async with every.browser(secrets[who]) as client:
            for method, route in every.routes():
                is_staffs = route.path.startswith("/staff") and route.path not in OPEN
                is_customers = bool(mine.match(route.path))
                if (is_staffs and who != "all roles") or (is_customers and who != "customer"):
                    answer = await client.request(method, every.address(route))
                    door = "/staff/login?next=" if is_staffs else "/identify?next="
                    expected = 303 if method == "GET" else 401
                    assert answer.status_code == expected, f"{who}: {method} {route.path}"
                    assert method != "GET" or answer.headers["location"].startswith(door)
