"""What the API tells everybody, without a token."""

import json

import httpx
import pytest

from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.api.endpoint import ROOT
from hanport.grid.api.public import ENDPOINTS, FRESH_S
from hanport.grid.context import Grid
from hanport.grid.receipts.format import KEYS_PLACE
from hanport.grid.receipts.keys import read_keys


@pytest.fixture
def anybody(api: httpx.AsyncClient) -> httpx.AsyncClient:
    del api.headers["authorization"]
    return api


def test_the_place_of_the_keys_is_the_one_that_receipts_name() -> None:
    assert KEYS_PLACE in [each.place for each in ENDPOINTS]


async def test_the_keys_are_read_as_they_are_published(anybody: httpx.AsyncClient, grid: Grid) -> None:
    answer = await anybody.get(KEYS_PLACE)
    assert answer.status_code == 200
    assert read_keys(answer.content) == set(grid.database.keyring.public_keys().values())
    assert answer.json()["company"] == grid.config.company.name


async def test_statistics_are_whole_and_coarse(anybody: httpx.AsyncClient, town: Town) -> None:
    for _ in range(3):
        _, _, customer_id, contract_id = town.household()
        town.request(contract_id, customer_id)
    answer = await anybody.get(f"{ROOT}/statistics")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["as_of"], told["least"]) == ("2026-11-25T08:00:00Z", 5)
    assert [told["days"][n]["day"] for n in (0, -1)] == ["2026-10-26", "2026-11-24"]
    assert [told["months"][n]["month"] for n in (0, -1)] == ["2025-11", "2026-10"]
    assert told["months"][0]["orders"] == {"open": 0, "close": 0, "restart": 0, "warranty": 0}
    assert told["months"][0]["opening"] == {"median_s": None, "p90_s": None, "in_time": None}
    assert (told["open_ports"], told["out_of_step"]) == (0, 0)
    assert "735" not in json.dumps(told)


async def test_statistics_are_read_now_and_then(anybody: httpx.AsyncClient, clock: ManualClock) -> None:
    first = (await anybody.get(f"{ROOT}/statistics")).json()
    await clock.advance(FRESH_S - 1)
    assert (await anybody.get(f"{ROOT}/statistics")).json() == first
    await clock.advance(1)
    assert (await anybody.get(f"{ROOT}/statistics")).json()["as_of"] > first["as_of"]


async def test_the_exact_ones_need_a_token(anybody: httpx.AsyncClient) -> None:
    answer = await anybody.get(f"{ROOT}/statistics/exact", params={"begin": "2026-11-01", "end": "2026-12-01"})
    assert answer.status_code == 401
