"""Thousands of malformed bodies: each is answered by a clear error or taken, none stops the service or is repeated."""

import json
import random
from collections import Counter
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from grid.planted import found_in
from grid.town import gsrn, person_number
from hanport.grid.api.endpoint import ROOT
from hanport.grid.context import Grid
from hanport.grid.database import tables

NUMBER = person_number(800)
_ODD: list[Any] = [None, True, -1, 1e308, 10**400, "", " ", "\x00", "\ud800", "\u2028", "å" * 70_000, [], {}, [[]]]
# Ten bare digits are left out: they are a key, a phone or a serial number as well.
_ODD += [NUMBER.digits, f"{NUMBER.digits[:8]}-{NUMBER.digits[8:]}", f"{NUMBER.digits[2:8]}-{NUMBER.digits[8:]}"]
_ODD += ["0001-01-01", "9999-12-31T23:59:59Z"]

GOOD: dict[str, Any] = {
    "PUT /customers/K1": {"number": NUMBER.digits, "name": "Anna", "protected": "no", "died": ""},
    f"PUT /facilities/{gsrn(1)}": {"address": "Storgatan 1", "grid_area": "MAL"},
    "PUT /contracts/A1": {"facility": gsrn(1), "customer": "K1", "joint": "", "from": "2026-01-01", "to": ""},
    "PUT /meters/M1": {"maker": "Kamstrup", "model": "OMNIA", "facility": gsrn(1), "from": "2026-01-01"},
    "PUT /powers/F1": {"grantor": "K1", "agent": NUMBER.digits, "from": "2026-01-01"},
    "POST /records": {"records": [{"kind": "customer", "fields": {"key": "K1", "number": NUMBER.digits}}] * 2},
    "POST /events": {"key": "Z-1", "kind": "move_in", "facility": gsrn(1), "at": "2026-11-01"},
    "POST /orders": {
        "kind": "open",
        "gsrn": gsrn(1),
        "number": NUMBER.digits,
        "checked_by": "desk",
        "staff": "Karin",
        "document": "passport",
        "checked_at": "2026-11-25T08:00:00Z",
        "reason": "",
        "accept_price": False,
    },
    "POST /orders/close": {"gsrn": gsrn(1), "staff": "Karin", "reason": "x"},
    "POST /orders/search": {"number": NUMBER.digits},
    "POST /log/search": {"number": NUMBER.digits},
    "POST /head-ends/vendor/answers": {"id": "c-1", "state": "done", "at": "2026-11-25T08:00:00Z", "port": "open"},
    "POST /head-ends/vendor/states": {"states": [{"meter_serial": "M1", "port": "open", "at": "2026-11-25T08:00:00Z"}]},
}


def spoilt(good: Any, chance: random.Random) -> Any:
    """The value with one place in it made odd."""
    if isinstance(good, dict) and good and chance.random() < 0.9:
        name = chance.choice(list(good))
        match chance.randrange(4):
            case 0:
                return {key: value for key, value in good.items() if key != name}
            case 1:
                return good | {chance.choice(["x", NUMBER.digits, "\x00", "å" * 100]): chance.choice(_ODD)}
            case _:
                return good | {name: spoilt(good[name], chance)}
    if isinstance(good, list) and good and chance.random() < 0.9:
        place = chance.randrange(len(good))
        return [*good[:place], spoilt(good[place], chance), *good[place + 1 :]]
    return chance.choice(_ODD)


def body_of(good: Any, chance: random.Random) -> bytes:
    """A body that is wrong in its meaning, or no JSON at all."""
    text = json.dumps(spoilt(good, chance))
    if chance.random() < 0.7:
        return text.encode()
    raw = bytearray(text.encode())
    match chance.randrange(4):
        case 0:
            return bytes(raw[: chance.randrange(len(raw))])
        case 1:
            raw[chance.randrange(len(raw))] = chance.randrange(256)
            return bytes(raw)
        case 2:
            return chance.choice([b"[" * 60_000, b'{"a":' * 9_000, b"9" * 5_000, b"NaN", b"\xff\xfe", b"\x00"])
        case _:
            return bytes(raw) + raw


async def ask(api: httpx.AsyncClient, place: str, body: bytes) -> int:
    method, path = place.split(" ")
    answer = await api.request(method, ROOT + path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code < 500, (place, body[:200])
    if answer.status_code >= 400:
        told = answer.json()
        assert told["error"] and told["remedy"], (place, body[:200])
    assert found_in(answer.content, NUMBER) == [], (place, body[:200])
    return answer.status_code


async def _try(api: httpx.AsyncClient, grid: Grid, count: int, seed: int) -> None:
    chance = random.Random(seed)
    statuses = Counter([await ask(api, *_choice(chance)) for _ in range(count)])
    assert statuses[422] > count / 3
    with grid.database.reading() as connection:
        names = connection.execute(select(tables.event.c.key)).scalars().all()
        # One, and the one of 2012 that the short form of a number says.
        assert connection.execute(select(func.count()).select_from(tables.person)).scalar_one() <= 2
    assert found_in("".join(names).encode(), NUMBER) == []


def _choice(chance: random.Random) -> tuple[str, bytes]:
    place = chance.choice(list(GOOD))
    return place, body_of(GOOD[place], chance)


async def test_malformed_bodies(api: httpx.AsyncClient, grid: Grid) -> None:
    await _try(api, grid, 500, seed=1)


@pytest.mark.soak
async def test_ten_thousand_malformed_bodies(api: httpx.AsyncClient, grid: Grid) -> None:
    await _try(api, grid, 10_000, seed=2)
