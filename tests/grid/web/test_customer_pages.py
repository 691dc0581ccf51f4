"""All customers' pages together: how often each asks the database, and what none of them may show or change."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event

from grid.planted import found_in
from grid.web.customers import Customers
from grid.web.scene import Scene
from hanport.grid.database import tables
from hanport.grid.orders import Kind
from hanport.grid.web import customer_pages
from hanport.grid.web.site import make_shell

# The most statements that a page may take, with the session's own; a household with one facility.
MOST = {
    "/facilities": 12,
    "/facilities/{gsrn}": 18,
    "/order": 13,
    "/orders": 5,
    "/orders/{order}": 8,
    "/orders/{order}/state": 8,
    "/orders?ids={order}": 6,
    "/orders/{order}/receipt": 14,
    "/facilities/{gsrn}/restart": 16,
    "/facilities/{gsrn}/adapter": 16,
    "/facilities/{gsrn}/hub": 14,
    "/log": 7,
    "/me": 9,
    "/access": 3,
    "/code": 1,
    "/not-me": 1,
}


@contextmanager
def counted(scene: Scene) -> Iterator[list[str]]:
    """The statements that are executed while the block lasts."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(scene.database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(scene.database.engine, "before_cursor_execute", note)


def household(scene: Scene) -> tuple[Customers, int, dict[str, str]]:
    """Somebody with an open port and an adapter, and the names for the places of addresses."""
    customers = Customers(scene)
    facility_id, meter_id, person_id = customers.household(email="eva@example.se")
    taken = customers.open(facility_id, person_id, meter_id)
    customers.town._add(tables.adapter, serial="H1", meter_id=meter_id, fitted_on=date(2026, 1, 1))
    return customers, person_id, {"gsrn": customers.desk.gsrn(facility_id), "order": taken.order_id}


async def test_each_page_asks_the_database_seldom(quick: Scene) -> None:
    customers, person_id, names = household(quick)
    found = {}
    async with customers.browser(person_id) as client:
        for path in MOST:
            with counted(quick) as statements:
                assert (await client.get(path.format(**names))).status_code in (200, 303), path
            found[path] = len(statements)
    assert {path: count for path, count in found.items() if count > MOST[path]} == {}


async def test_a_long_list_takes_no_more_statements_than_a_short_one(quick: Scene) -> None:
    customers = Customers(quick)
    _, _, few = customers.company(2)
    facilities, _, many = customers.company(24)
    customers.desk.order(Kind.OPEN, facilities[0], many)
    counts = []
    for agent_id in (few, many):
        async with customers.browser(agent_id) as client:
            with counted(quick) as statements:
                assert (await client.get("/facilities")).status_code == 200
            counts.append(len(statements))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize("language", ["sv", "en"])
async def test_no_page_shows_a_personal_number(quick: Scene, language: str) -> None:
    customers, person_id, names = household(quick)
    number = customers.desk.number(person_id)
    async with customers.browser(person_id, language=language) as client:
        for path in (*MOST, "/orders/{order}/receipt.json", "/orders/{order}/receipt.pdf"):
            answer = await client.get(path.format(**names))
            assert found_in(answer.content, number) == [], path
            assert answer.status_code == 303 or answer.headers["cache-control"] == "no-store", path


def test_pages_change_nothing_unless_they_are_posted_to(quick: Scene) -> None:
    routes = customer_pages.routes(quick.parts, make_shell(quick.parts))
    methods = [(route.path, route.methods) for route in routes]  # type: ignore[attr-defined]
    assert all(each in ({"GET", "HEAD"}, {"POST"}) for _, each in methods)
    names = {path.rpartition("/")[2] for path, each in methods if each == {"POST"}}
    assert names >= {
        "close",
        "wait",
        "cancel",
        "share",
        "unshare",
        "restart",
        "adapter",
        "order",
        "sign",
        "data",
        "code",
    }
