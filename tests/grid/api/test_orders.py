"""Orders over the API: taken once, followed, taken back, and found by a number that stands in no address."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from grid.planted import found_in
from grid.reconcile.hands import Hands
from grid.town import Town, gsrn, person_number
from hanport.clock import ManualClock
from hanport.grid.api.endpoint import ROOT
from hanport.grid.database import tables
from hanport.grid.identifiers import Number

ANNA = person_number(900)


class Home:
    """A facility with a meter, and Anna who has the contract."""

    def __init__(self, town: Town) -> None:
        self.facility = town.facility()
        self.meter = town.meter(self.facility)
        self.customer = town.customer(town.person(ANNA))
        self.contract = town.contract(self.facility, self.customer)
        with town.database.reading() as connection:
            chosen = select(tables.facility.c.gsrn).where(tables.facility.c.id == self.facility)
            self.gsrn: str = connection.execute(chosen).scalar_one()

    def wish(self, number: Number = ANNA, **parts: Any) -> dict[str, Any]:
        wish = {"kind": "open", "gsrn": self.gsrn, "number": number.digits, "checked_by": "desk"}
        return wish | {"staff": "Karin", "document": "passport"} | parts


@pytest.fixture
def home(town: Town) -> Home:
    return Home(town)


async def order(api: httpx.AsyncClient, wish: dict[str, Any], **headers: str) -> Any:
    answer = await api.post(f"{ROOT}/orders", json=wish, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_port_opens_and_closes_again(api: httpx.AsyncClient, home: Home, hands: Hands) -> None:
    taken = await order(api, home.wish())
    assert (taken["state"], taken["is_repeat"]) == ("right_checked", False)
    assert taken["deadline_at"] == "2026-11-26T23:00:00Z"
    hands.opened()
    shown = (await api.get(f"{ROOT}/orders/{taken['order_id']}")).json()
    assert (shown["state"], shown["identity"], shown["staff"]) == ("read_back", "desk", "Karin")
    assert shown["is_late"] is False
    closing = await order(api, home.wish(kind="close", checked_by="phone", document="call 17"))
    assert closing["state"] == "right_checked"
    hands.closed()
    assert (await api.get(f"{ROOT}/orders/{closing['order_id']}")).json()["state"] == "read_back"


async def test_staff_close_without_being_asked(api: httpx.AsyncClient, home: Home, hands: Hands) -> None:
    await order(api, home.wish())
    wish = {"gsrn": home.gsrn, "staff": "Karin", "reason": "found by the supervisor"}
    closed = (await api.post(f"{ROOT}/orders/close", json=wish)).json()
    assert hands.state(closed["order_id"]) == closed["state"]
    live = hands.live(home.meter)
    assert live is None or live.kind != "open"


async def test_asked_twice_it_is_one_order(api: httpx.AsyncClient, home: Home) -> None:
    first = await order(api, home.wish(), **{"idempotency-key": "a"})
    answer = await api.post(f"{ROOT}/orders", json=home.wish(), headers={"idempotency-key": "a"})
    assert (answer.json(), answer.headers["idempotency-replayed"]) == (first, "true")
    again = await order(api, home.wish(), **{"idempotency-key": "b"})
    assert (again["order_id"], again["is_repeat"]) == (first["order_id"], True)
    other = await api.post(f"{ROOT}/orders", json=home.wish(staff="Eva"), headers={"idempotency-key": "a"})
    assert other.status_code == 409
    assert other.json()["place"] == "header.idempotency-key"


async def test_who_has_no_right_is_refused(api: httpx.AsyncClient, home: Home, hands: Hands) -> None:
    taken = await order(api, home.wish(person_number(901)))
    assert (taken["state"], taken["why"]) == ("refused", "not_holder")
    assert hands.commands(home.meter) == []


async def test_what_cannot_be_ordered(api: httpx.AsyncClient, home: Home, hands: Hands) -> None:
    changes: list[dict[str, Any]] = [
        {"checked_by": "bankid"},  # a signature comes from its service, never from a program's word
        {"staff": ""},
        {"document": " "},
        {"document": ""},
        {"checked_at": "2026-11-25T07:00:00Z"},
        {"checked_at": "2026-11-25T09:00:00Z"},
        {"checked_at": 1_700_000_000},
        {"kind": "warranty"},
        {"number": "19121212-1213"},
        {"number": "556677-8899"},
        {"gsrn": gsrn(999)},
        {"gsrn": "735999000000000000"},
        {"accept_price": "yes"},
        {"reason": "a\u0000b"},
        {"extra": 1},
    ]
    for change in changes:
        answer = await api.post(f"{ROOT}/orders", json=home.wish() | change)
        assert answer.status_code == 422, change
        told = answer.json()
        assert told["error"] and told["remedy"]
        assert found_in(answer.content, ANNA) == []
    assert hands.commands(home.meter) == []


async def test_an_order_is_taken_back(api: httpx.AsyncClient, home: Home, hands: Hands) -> None:
    taken = await order(api, home.wish())
    place = f"{ROOT}/orders/{taken['order_id']}/cancel"
    answer = await api.post(place, json={"staff": "Karin", "reason": "by mistake"})
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert (await api.post(place, json={"staff": "Karin", "reason": "by mistake"})).status_code == 409


async def test_a_visit_that_nobody_waits_for(api: httpx.AsyncClient, home: Home) -> None:
    taken = await order(api, home.wish())
    answer = await api.post(f"{ROOT}/orders/{taken['order_id']}/visit", json={"staff": "Karin"})
    assert answer.status_code == 422


async def test_an_order_that_is_not_there(api: httpx.AsyncClient) -> None:
    place = f"{ROOT}/orders/nowhere"
    assert (await api.get(place)).status_code == 404
    assert (await api.post(f"{place}/cancel", json={"staff": "Karin", "reason": "x"})).status_code == 404
    assert (await api.post(f"{place}/visit", json={"staff": "Karin"})).status_code == 404


async def test_orders_are_found_by_the_number(api: httpx.AsyncClient, home: Home) -> None:
    taken = await order(api, home.wish())
    for text in (ANNA.digits, f"{ANNA.digits[:8]}-{ANNA.digits[8:]}"):
        answer = await api.post(f"{ROOT}/orders/search", json={"number": text})
        assert [each["id"] for each in answer.json()["orders"]] == [taken["order_id"]]
        assert found_in(answer.content, ANNA) == []
    answer = await api.post(f"{ROOT}/orders/search", json={"number": person_number(901).digits})
    assert answer.json() == {"orders": []}


async def test_statistics(api: httpx.AsyncClient, home: Home, clock: ManualClock) -> None:
    await order(api, home.wish())
    answer = await api.get(f"{ROOT}/statistics/exact", params={"begin": "2026-11-01", "end": "2026-12-01"})
    assert answer.json()["per_day"] == {"2026-11-25": {"open": 1}}
    assert answer.json()["states"] == {"right_checked": 1}
    assert answer.json()["speeds"] == {"open": {"median_s": None, "p90_s": None, "in_time": None}}
    assert answer.json()["ports"] == {"open": 0, "may_be_open": 0, "out_of_step": 1}
    for begin in ("1111-11-11", "20261101", "1", "2026-02-30"):
        answer = await api.get(f"{ROOT}/statistics/exact", params={"begin": begin, "end": "2026-12-01"})
        assert (answer.status_code, answer.json()["place"]) == (422, "query.begin")
