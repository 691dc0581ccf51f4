"""Facts over the API: one by one and in bulk, twice the same, refused row by row, and never many closings unasked."""

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from grid.planted import found_in
from grid.reconcile.hands import Hands
from grid.town import Town, gsrn, person_number
from hanport.grid import tokens
from hanport.grid.api.endpoint import ROOT
from hanport.grid.context import Grid
from hanport.grid.database import tables
from hanport.grid.identifiers import Number
from hanport.grid.tokens import Scope

NUMBER = person_number(500)


async def put(api: httpx.AsyncClient, place: str, **cells: str) -> str:
    answer = await api.put(f"{ROOT}/{place}", json=cells)
    assert answer.status_code == 200, answer.text
    state: str = answer.json()["state"]
    return state


def row(kind: str, **cells: str) -> dict[str, Any]:
    return {"kind": kind, "fields": {name.rstrip("_"): text for name, text in cells.items()}}


def households(count: int, *, first: int = 1000) -> list[dict[str, Any]]:
    """Customers with a facility, a contract and a meter each."""
    made = []
    for n in range(first, first + count):
        number = person_number(n).digits
        made += [
            row("customer", key=f"K{n}", number=number, name=f"Kund {n}"),
            row("facility", gsrn=gsrn(n), address=f"Vägen {n}"),
            row("contract", key=f"A{n}", facility=gsrn(n), customer=f"K{n}", from_="2026-01-01"),
            row("meter", serial=f"S{n}", maker="Kamstrup", model="OMNIA", facility=gsrn(n), from_="2026-01-01"),
        ]
    return made


async def bring(api: httpx.AsyncClient, rows: list[dict[str, Any]], **headers: str) -> Any:
    answer = await api.post(f"{ROOT}/records", json={"records": rows}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_household_one_by_one(api: httpx.AsyncClient, grid: Grid) -> None:
    where = gsrn(7)
    cells = {
        f"facilities/{where}": {"address": "Storgatan 1, Malung", "grid_area": "MAL"},
        "customers/K7": {"number": NUMBER.digits, "name": "Anna Berg"},
        "contracts/A7": {"facility": where, "customer": "K7", "from": "2026-01-01"},
        "meters/M7": {"maker": "Kamstrup", "model": "OMNIA 3", "facility": where, "from": "2026-01-01"},
        "adapters/H7": {"meter": "M7", "fitted": "2026-05-04"},
        "exemptions/U7": {"facility": where, "from": "2030-01-01"},
        "powers/F7": {"grantor": "K7", "agent": person_number(501).digits, "from": "2026-01-01"},
        "models/Kamstrup/OMNIA 3": {"opens": "yes", "restarts": "no"},
    }
    for place, fields in cells.items():
        assert await put(api, place, **fields) == "added", place
    for place, fields in cells.items():
        assert await put(api, place, **fields) == "unchanged", place
    assert await put(api, f"facilities/{where}", address="Storgatan 2, Malung") == "changed"
    told = (await api.get(f"{ROOT}/facilities/{where}")).json()
    assert (told["address"], told["grid_area"], told["obstacles"]) == ("Storgatan 2, Malung", "MAL", [])
    assert told["contracts"][0]["holders"] == ["K7"]
    assert told["meters"][0]["adapters"][0]["serial"] == "H7"
    assert told["meters"][0]["port"]["why"] == "no_request"
    assert found_in(json.dumps(told).encode(), NUMBER) == []
    assert (await api.get(f"{ROOT}/meters/M7")).json()["gsrn"] == where
    for place in (f"facilities/{gsrn(8)}", "meters/M8"):
        assert (await api.get(f"{ROOT}/{place}")).status_code == 404


async def test_a_protected_address_is_shown_to_nobody(api: httpx.AsyncClient) -> None:
    await bring(api, households(1))
    await put(api, "customers/K1000", number=person_number(1000).digits, protected="yes")
    told = (await api.get(f"{ROOT}/facilities/{gsrn(1000)}")).json()
    assert (told["address"], told["is_protected"]) == ("", True)


async def test_what_cannot_be_put(api: httpx.AsyncClient) -> None:
    digits = NUMBER.digits
    rows: list[tuple[str, dict[str, Any], str]] = [
        ("customers/K1", {}, "body.number"),
        ("customers/K1", {"number": 191212121212}, "body.number"),
        ("customers/K1", {"number": digits[:-1] + str(9 - int(digits[-1]))}, "number"),
        ("customers/K1", {"number": digits, "nmae": "x"}, "body"),
        ("customers/K1", {"number": digits, "kind": "other"}, "kind"),
        (f"customers/{digits}", {"number": digits}, "key"),
        ("customers/K%00", {"number": digits}, "path.key"),
        ("customers/K1", {"number": digits, "name": "a\u0000"}, "name"),
        ("customers/K1", {"number": digits, "name": digits}, "name"),
        (f"facilities/{gsrn(1)[:-1]}x", {}, "gsrn"),
        ("contracts/A1", {"facility": gsrn(1), "customer": "K1", "from": "2026-01-01"}, "facility"),
        ("contracts/A1", {"facility": gsrn(1), "customer": "K1", "from": "1"}, "from"),
        ("models/A/B", {"opens": "perhaps", "restarts": "no"}, "opens"),
    ]
    for place, fields, where in rows:
        answer = await api.put(f"{ROOT}/{place}", json=fields)
        assert answer.status_code == 422, place
        assert answer.json()["place"] == where, answer.text
        assert found_in(answer.content, NUMBER) == []


async def test_many_at_once(api: httpx.AsyncClient, grid: Grid) -> None:
    rows = households(20)
    assert await bring(api, rows[::-1]) == {
        "state": "applied",
        "added": 80,
        "changed": 0,
        "unchanged": 0,
        "refused": [],
        "waiting": None,
    }
    assert (await bring(api, rows))["unchanged"] == 80


async def test_each_row_is_refused_by_itself(api: httpx.AsyncClient, grid: Grid) -> None:
    digits = NUMBER.digits
    rows = [
        row("customer", key="K1", number="19121212-1213"),
        *households(1),
        row("contract", key="A1", facility=gsrn(1), customer="K-none", from_="2026-01-01"),
        row("customer", key="K3", number=digits, unknown="x"),
        row("customer", key="K4", number=digits, name=f"{digits[:8]}-{digits[8:]}"),
    ]
    told = await bring(api, rows)
    assert (told["added"], [each["index"] for each in told["refused"]]) == (4, [0, 5, 6, 7])
    assert [each["field"] for each in told["refused"]] == ["number", "facility", "unknown", "name"]
    assert all(each["problem"] and each["remedy"] for each in told["refused"])
    assert found_in(json.dumps(told).encode(), NUMBER) == []


async def test_bulk_that_is_none(api: httpx.AsyncClient) -> None:
    one = row("facility", gsrn=gsrn(1))
    bodies: list[Any] = [{}, {"records": []}, {"records": [one] * 10_001}, {"records": [one | {"x": 1}]}, [one]]
    bodies += [{"records": [one | {"kind": "house"}]}, {"records": [row("facility") | {"fields": {"gsrn": 1}}]}]
    for body in bodies:
        assert (await api.post(f"{ROOT}/records", json=body)).status_code == 422
    answer = await api.post(f"{ROOT}/records", content=b"x" * (16 * 1024 * 1024 + 1))
    assert answer.status_code == 413


async def test_the_same_bulk_twice_at_once_is_done_once(api: httpx.AsyncClient, grid: Grid) -> None:
    rows = households(2)
    first = await bring(api, rows, **{"idempotency-key": "night-1"})
    assert await bring(api, rows, **{"idempotency-key": "night-1"}) == first
    assert first["added"] == 8


def open_ports(hands: Hands, grid: Grid, town: Town, first: int, count: int) -> None:
    """Orders that stand for the households, and ports that are open."""
    with grid.database.reading() as connection:
        chosen = (
            select(tables.contract.c.id, tables.contract_holder.c.customer_id, tables.installation.c.meter_id)
            .join(tables.contract_holder, tables.contract_holder.c.contract_id == tables.contract.c.id)
            .join(tables.installation, tables.installation.c.facility_id == tables.contract.c.facility_id)
        )
        found = connection.execute(chosen).all()
    for contract_id, customer_id, meter_id in found:
        town.request(contract_id, customer_id, state="read_back")
        hands.set_port(meter_id, reported="open", reported_at=town.database.clock.now(), may_be_open=True)


async def waiting_import(api: httpx.AsyncClient, grid: Grid, hands: Hands, town: Town) -> str:
    """An import that ends 21 contracts whose ports are open, one more than may be closed unasked."""
    await bring(api, households(21))
    open_ports(hands, grid, town, 1000, 21)
    ends = [
        row("contract", key=f"A{n}", facility=gsrn(n), customer=f"K{n}", from_="2026-01-01", to="2026-11-01")
        for n in range(1000, 1021)
    ]
    told = await bring(api, ends)
    assert (told["state"], told["changed"], told["waiting"]["closings"]) == ("waiting", 0, 21)
    again = await bring(api, ends)
    assert again["waiting"]["import_id"] == told["waiting"]["import_id"]
    import_id: str = told["waiting"]["import_id"]
    return import_id


def approver(grid: Grid, name: str) -> dict[str, str]:
    with grid.database.writing("system") as work:
        return {"authorization": f"Bearer {tokens.create(work, name, Scope.APPROVE.value)}"}


async def test_many_closings_wait_for_two_people(api: httpx.AsyncClient, grid: Grid, hands: Hands, town: Town) -> None:
    import_id = await waiting_import(api, grid, hands, town)
    place = f"{ROOT}/imports/{import_id}"
    alarms = (await api.get(f"{ROOT}/alarms")).json()["alarms"]
    assert [(each["kind"], each["subject"]) for each in alarms] == [("import_waiting", import_id)]
    listed = (await api.get(f"{ROOT}/imports", params={"state": "waiting"})).json()["imports"]
    assert [each["id"] for each in listed] == [import_id]
    anna, bo = approver(grid, "anna"), approver(grid, "bo")
    first = await api.post(f"{place}/approve", headers=anna)
    assert (first.json()["state"], [each["name"] for each in first.json()["approvals"]]) == ("waiting", ["anna"])
    assert (await api.post(f"{place}/approve", headers=anna)).status_code == 409
    second = await api.post(f"{place}/approve", headers=bo)
    assert (second.json()["state"], second.json()["closings"]) == ("applied", 21)
    assert (await api.post(f"{place}/reject", json={"reason": "late"}, headers=bo)).status_code == 409
    with grid.database.reading() as connection:
        ended = select(func.count()).where(tables.contract.c.ends_at.is_not(None))
        assert connection.execute(ended).scalar_one() == 21


async def test_an_import_is_thrown_away(api: httpx.AsyncClient, grid: Grid, hands: Hands, town: Town) -> None:
    import_id = await waiting_import(api, grid, hands, town)
    place = f"{ROOT}/imports/{import_id}"
    assert (await api.post(f"{place}/reject", json={"reason": " "})).status_code == 422
    told = (await api.post(f"{place}/reject", json={"reason": "a cut file"})).json()
    assert told["state"] == "rejected"
    assert (await api.get(f"{ROOT}/alarms")).json()["alarms"] == []
    assert (await api.get(place)).json()["closes"][0]["gsrn"]


async def test_ports_that_an_import_holds_are_released(
    api: httpx.AsyncClient, grid: Grid, hands: Hands, town: Town
) -> None:
    contract = {"facility": gsrn(1000), "customer": "K1000", "from": "2026-01-01"}
    await bring(api, households(1))
    await put(api, "contracts/A1000", **contract, to="2026-11-01")
    with grid.database.reading() as connection:
        contract_id, meter = (
            connection.execute(select(column)).scalar_one() for column in (tables.contract.c.id, tables.meter.c.id)
        )
        customer_id = connection.execute(select(tables.customer.c.id)).scalar_one()
    town.request(contract_id, customer_id)
    await put(api, "contracts/A1000", **contract, to="")
    (made,) = (await api.get(f"{ROOT}/imports")).json()["imports"]
    assert (made["state"], made["held"]) == ("applied", ["S1000"])
    assert (await api.get(f"{ROOT}/meters/S1000")).json()["meter"]["port"]["held_by"] == made["id"]
    place = f"{ROOT}/imports/{made['id']}/release"
    assert (await api.post(place, json={"reason": "checked", "serials": ["other"]})).status_code == 409
    assert (await api.post(place, json={"reason": "checked"})).json() == {"serials": ["S1000"]}
    assert hands.port(meter).held_by is None


async def test_an_import_that_is_not_there(api: httpx.AsyncClient) -> None:
    place = f"{ROOT}/imports/i0"
    assert (await api.get(place)).status_code == 404
    assert (await api.post(f"{place}/approve")).status_code == 404
    assert (await api.post(f"{place}/reject", json={"reason": "x"})).status_code == 404
    assert (await api.post(f"{place}/release", json={"reason": "x"})).status_code == 404


async def test_the_log_of_a_person(api: httpx.AsyncClient) -> None:
    await put(api, "customers/K7", number=NUMBER.digits, name="Anna Berg")
    told = await api.post(f"{ROOT}/log/search", json={"number": NUMBER.digits})
    assert [(each["action"], each["actor"]) for each in told.json()["entries"]] == [("customer.added", "token:all")]
    assert found_in(told.content, NUMBER) == []
    assert "Anna" not in told.text
    nobody: Number = person_number(1)
    assert (await api.post(f"{ROOT}/log/search", json={"number": nobody.digits})).json() == {"entries": []}


@pytest.mark.parametrize("key", ["", "å", "x" * 101, "a b"])
async def test_keys_that_are_none(api: httpx.AsyncClient, key: str) -> None:
    headers = {b"idempotency-key": key.encode()}
    answer = await api.post(f"{ROOT}/records", json={"records": households(1)[:1]}, headers=headers)
    assert (answer.status_code, answer.json()["place"]) == (422, "header.idempotency-key")
