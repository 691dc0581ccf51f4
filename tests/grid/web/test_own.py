"""What is another's is answered as what does not exist, and that somebody asked is noted."""

import re

import pytest

from grid.web.customers import Customers
from grid.web.scene import Scene, browser
from hanport.grid.orders import Kind
from hanport.grid.web.own import STRANGER, gsrn_of, id_of, page_of, place_of_order

UNKNOWN_FACILITY, UNKNOWN_ORDER = "735999000000009993", "a" * 16
LOOKS = ["/facilities/{gsrn}", "/facilities/{gsrn}/restart", "/facilities/{gsrn}/adapter", "/facilities/{gsrn}/hub"]
LOOKS += ["/orders/{order}", "/orders/{order}/state", "/orders/{order}/receipt", "/orders/{order}/receipt.json"]
LOOKS += ["/sign/{order}", "/orders?ids={order}", "/orders/state?ids={order}", "/order?facility={gsrn}"]
LOOKS += ["/facilities/{gsrn}/hub/hanport-handover-M2.json"]
CHANGES = ["/facilities/{gsrn}/close", "/facilities/{gsrn}/restart", "/facilities/{gsrn}/adapter"]
CHANGES += ["/facilities/{gsrn}/wait", "/orders/{order}/cancel", "/orders/{order}/share", "/orders/{order}/unshare"]


def plain(html: str, *names: str) -> str:
    """A page without what it was asked for."""
    for name in names:
        html = html.replace(name, "")
    return re.sub(r'name="next" value="[^"]*"', "", html)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_others_are_told_apart_from_nobody_by_nothing(quick: Scene, method: str) -> None:
    customers = Customers(quick)
    facility_id, meter_id, person_id = customers.household()
    _, _, stranger = customers.household()
    order_id = customers.open(facility_id, person_id, meter_id).order_id
    gsrn = customers.desk.gsrn(facility_id)
    paths = LOOKS if method == "GET" else CHANGES
    async with customers.browser(stranger) as client:
        for number, path in enumerate(paths, 1):
            others = await client.request(method, path.format(gsrn=gsrn, order=order_id))
            unknown = await client.request(method, path.format(gsrn=UNKNOWN_FACILITY, order=UNKNOWN_ORDER))
            assert (others.status_code, unknown.status_code) == (404, 404), path
            assert plain(others.text, gsrn, order_id) == plain(unknown.text, UNKNOWN_FACILITY, UNKNOWN_ORDER), path
            assert len(customers.log(STRANGER)) == 2 * number, path
    assert len(customers.log("order.withdrawn")) == 0
    noted = customers.log(STRANGER)[0]
    assert noted.subject is not None and noted.facts in ({"facility": gsrn}, {"order": order_id})


async def test_what_can_be_no_name_is_not_written_into_the_log(quick: Scene) -> None:
    customers = Customers(quick)
    _, _, person_id = customers.household()
    async with customers.browser(person_id) as client:
        for path in ("/facilities/19121212-1212", "/orders/'; DROP TABLE orders", "/facilities/1", "/orders/%00"):
            assert (await client.get(path)).status_code == 404
    assert [each.facts for each in customers.log(STRANGER)] == [{"facility": ""}, {"order": ""}] * 2


@pytest.mark.parametrize("path", ["/facilities", "/orders", "/log", "/me", "/access", "/order", "/sign/" + "a" * 16])
async def test_who_is_not_identified_is_asked_to_and_comes_back(quick: Scene, path: str) -> None:
    async with browser(quick.app()) as client:
        answer = await client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/identify?next=" + path.replace("/", "%2F")
    async with browser(quick.app(), quick.staff_session()) as client:  # staff are no customers
        assert (await client.get(path)).status_code == 303
        assert (await client.post("/facilities/735999000000000013/close")).status_code == 401


async def test_whose_order_it_is_changes_with_the_contract(quick: Scene) -> None:
    customers = Customers(quick)
    facility_id, _, person_id = customers.household()
    taken = customers.desk.order(Kind.OPEN, facility_id, person_id)
    assert "Öppning av porten" in await customers.page(person_id, f"/orders/{taken.order_id}")


def test_what_addresses_say() -> None:
    assert gsrn_of("735999 000000 000013") == "735999000000000013" and gsrn_of("735999000000000014") == ""
    assert id_of("abcdefghjkmnpqrs") == "abcdefghjkmnpqrs" and id_of("ABC") == id_of("a" * 17) == ""
    assert [page_of(each) for each in ("1", "27", "0", "-1", "x", "", "99999", "٣")] == [1, 27, 1, 1, 1, 1, 1, 1]
    assert place_of_order(["a"]) == "/orders/a" and place_of_order(["a", "b"]) == "/orders?ids=a,b"
