"""Events over the API: each once, and back again."""

from typing import Any

import httpx
from sqlalchemy import select

from grid.planted import found_in
from grid.town import Town, gsrn, person_number
from hanport.grid.api.endpoint import ROOT
from hanport.grid.database.tables import facility


async def send(api: httpx.AsyncClient, status: int = 200, **event: Any) -> Any:
    answer = await api.post(f"{ROOT}/events", json=event)
    assert answer.status_code == status, answer.text
    return answer.json()


async def right(api: httpx.AsyncClient, where: str) -> str:
    """Why the port may be open, or may not."""
    told = (await api.get(f"{ROOT}/facilities/{where}")).json()
    why: str = told["meters"][0]["port"]["why"]
    return why


async def test_a_move_in_ends_the_right_and_its_withdrawal_restores_it(api: httpx.AsyncClient, town: Town) -> None:
    _, _, customer, contract = town.household()
    town.request(contract, customer)
    with town.database.reading() as connection:
        where = connection.execute(select(facility.c.gsrn)).scalar_one()
    event = {"key": "Z-1", "kind": "move_in", "facility": where, "at": "2026-11-01"}
    assert await right(api, where) == "right"
    assert await send(api, **event) == {"key": "Z-1", "kind": "move_in", "outcome": "applied", "is_repeat": False}
    assert await right(api, where) == "user_changed"
    assert (await send(api, **event))["is_repeat"] is True
    assert (await send(api, 409, **event | {"at": "2026-11-02"}))["error"]
    assert (await send(api, key="Z-2", kind="withdrawal", withdrawn="Z-1"))["outcome"] == "applied"
    assert await right(api, where) == "right"


async def test_what_is_no_event(api: httpx.AsyncClient) -> None:
    number = person_number(600)
    rows: list[tuple[dict[str, Any], str]] = [
        ({}, "body.key"),
        ({"key": "Z-1"}, "body.kind"),
        ({"key": "Z-1", "kind": "party"}, "body.kind"),
        ({"key": "Z-1", "kind": "move_in"}, "facility"),
        ({"key": "Z-1", "kind": "move_in", "facility": gsrn(1), "at": "2026-11-01", "contract": "A1"}, "contract"),
        ({"key": "Z-1", "kind": "move_in", "facility": gsrn(1), "at": 1}, "body.at"),
        ({"key": "Z-1", "kind": "move_in", "facility": gsrn(1), "at": "soon"}, "at"),
        ({"key": number.digits, "kind": "user_gone", "facility": gsrn(1), "at": "2026-11-01"}, "key"),
        ({"key": "Z-1", "kind": "move_in", "facility": gsrn(1), "at": "2026-11-01"}, ""),  # nobody knows it
        ({"key": "Z-1", "kind": "withdrawal", "withdrawn": "Z-0"}, ""),
        ({"key": "Z-1", "kind": "move_in", number.digits: "x"}, "body"),
    ]
    for event, place in rows:
        answer = await api.post(f"{ROOT}/events", json=event)
        assert (answer.status_code, answer.json()["place"]) == (422, place), answer.text
        assert found_in(answer.content, number) == []
