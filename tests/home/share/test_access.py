"""Who may ask, and how often."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hanport.clock import ManualClock
from hanport.home.share.access import KEPT_ADDRESSES, PROBLEM_TYPE, Allowance, Door, Endpoint, only_reading
from share_samples import NOW, SomeTokens


class House:
    """A door with one thing behind it."""

    def __init__(self) -> None:
        self.open = True
        self.clock = ManualClock(NOW)
        tokens = SomeTokens(hp_read={"read"}, hp_metrics={"metrics"})
        self.door = Door("read", "share.api", lambda: self.open, tokens, Allowance(self.clock, per_s=2, burst=3))

    async def answer(self, request: Request) -> Response:
        await self.door.admit(request)
        only_reading(request)
        return PlainTextResponse("well")


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[Route("/", Endpoint(house.answer))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as made:
        yield made


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("", 401),
        ("hp_read", 401),
        ("Bearer", 401),
        ("Bearer hp_unknown", 401),
        ("Basic hp_read", 401),
        ("Bearer hp_metrics", 403),
        ("Bearer hp_read", 200),
        ("bearer  hp_read ", 200),
    ],
)
async def test_tokens(client: httpx.AsyncClient, header: str | None, status: int) -> None:
    answer = await client.get("/", headers={} if header is None else {"authorization": header})
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == PROBLEM_TYPE
        told = answer.json()
        assert told["status"] == status
        assert told["detail"] and told["remedy"]
        assert ("www-authenticate" in answer.headers) is (status == 401)


async def test_a_share_that_is_off_says_how_to_switch_it_on(client: httpx.AsyncClient, house: House) -> None:
    house.open = False
    answer = await client.get("/", headers={"authorization": "Bearer hp_read"})
    assert answer.status_code == 404
    assert "[share.api] enabled = true" in answer.json()["remedy"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_nothing_can_be_changed(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/", headers={"authorization": "Bearer hp_read"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_who_asks_too_often_is_told_when_to_come_back(client: httpx.AsyncClient, house: House) -> None:
    headers = {"authorization": "Bearer hp_read"}
    assert [(await client.get("/", headers=headers)).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = await client.get("/", headers=headers)
    assert int(refused.headers["retry-after"]) == 1
    await house.clock.advance(0.5)
    assert (await client.get("/", headers=headers)).status_code == 200
    assert (await client.get("/", headers=headers)).status_code == 429


async def test_guessing_is_slowed_down_as_well(client: httpx.AsyncClient) -> None:
    codes = [(await client.get("/", headers={"authorization": f"Bearer hp_{n}"})).status_code for n in range(5)]
    assert codes == [401, 401, 401, 429, 429]


def test_addresses_do_not_fill_the_memory() -> None:
    allowance = Allowance(ManualClock(NOW), per_s=1, burst=1)
    for number in range(KEPT_ADDRESSES + 50):
        assert allowance.wait_s(f"192.0.2.{number}") == 0
    assert len(allowance) == KEPT_ADDRESSES
    assert allowance.wait_s(f"192.0.2.{KEPT_ADDRESSES + 49}") == pytest.approx(1)
    assert allowance.wait_s("192.0.2.0") == 0, "forgotten"
