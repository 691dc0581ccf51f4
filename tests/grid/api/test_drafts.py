"""Installers ask, the customer is told and signs: who asks learns that alone, and nothing before it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import insert, select, update

from grid.notices.office import CONFIG, URL, Office
from grid.ordering.desk import Desk
from grid.reconcile.hands import Hands
from grid.town import BEGIN, Town, gsrn, person_number
from hanport.clock import ManualClock
from hanport.grid import tokens
from hanport.grid.api.app import application
from hanport.grid.api.endpoint import ROOT
from hanport.grid.config import LimitsTable
from hanport.grid.context import Grid
from hanport.grid.database import tables
from hanport.grid.database.draft_tables import draft_ask
from hanport.grid.database.notice_tables import notice
from hanport.grid.database.work import Database
from hanport.grid.ordering import asks, taking
from hanport.grid.ordering.identity import CheckedIdentity
from hanport.grid.right import IdentityCheck
from hanport.grid.tokens import Scope
from hanport.grid.web.limits import Limits
from hanport.grid.web.parts import WebParts
from hanport.grid.web.upkeep import upkeep

PATH = f"{ROOT}/drafts"
UNKNOWN = gsrn(9999)
FIRM = "Fjällby El & Laddning"


@dataclass
class Trade:
    """A company with a customer, and two installers with tokens of their own."""

    database: Database
    clock: ManualClock
    town: Town
    config = msgspec.structs.replace(CONFIG, limits=LimitsTable(drafts_per_hour=5))

    def __post_init__(self) -> None:
        self.desk, self.office = Desk(self.database), Office(self.database, self.config)
        self.facility, self.meter, self.customer, _ = self.town.household()
        self.gsrn = self.desk.gsrn(self.facility)
        values = {"email": "eva@privat.example", "phone": "070-1234567"}
        self.desk.change(update(tables.customer).where(tables.customer.c.id == self.customer).values(values))

    def client(self, name: str, *scopes: Scope, shown_as: str = "") -> httpx.AsyncClient:
        with self.database.writing("system") as work:
            secret = tokens.create(work, name, scopes or (Scope.DRAFTS,), shown_as=shown_as)
        transport = httpx.ASGITransport(application(Grid(self.config, self.database), self.clock))
        headers = {"authorization": f"Bearer {secret}"}
        return httpx.AsyncClient(transport=transport, base_url="https://grid", headers=headers)

    def sign(self, order_id: str, person_id: int | None = None) -> str:
        person = person_id or self.desk.person(self.customer)
        with self.database.writing("customer") as work:
            identity = CheckedIdentity(self.desk.number(person), IdentityCheck.BANKID, work.at, b"signed")
            return taking.sign(work, self.config, order_id, identity).state.value


@pytest.fixture
def trade(database: Database, clock: ManualClock, town: Town) -> Trade:
    return Trade(database, clock, town)


@pytest.fixture
async def firm(trade: Trade) -> AsyncIterator[httpx.AsyncClient]:
    async with trade.client("fjallby-el", shown_as=FIRM) as client:
        yield client


async def ask(client: httpx.AsyncClient, number: str, **headers: str) -> dict[str, Any]:
    answer = await client.post(PATH, json={"gsrn": number}, headers=headers)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def state(client: httpx.AsyncClient, id: str) -> str:
    return str((await client.get(f"{PATH}/{id}")).json()["state"])


async def test_the_customer_is_told_who_asks_signs_and_the_port_opens(trade: Trade, firm: httpx.AsyncClient) -> None:
    asked = await ask(firm, trade.gsrn)
    assert asked["sign_at"] == f"{URL}/sign/{asked['id']}" and asked["state"] == "waiting"
    assert trade.desk.row(asked["id"]).state == "draft"
    trade.office.spread()
    assert trade.office.told() == [("mail", "asked"), ("sms", "asked")]
    mail, sms = (trade.office.said(row).text for row in trade.office.messages())
    for said in (mail, sms):
        assert FIRM in said and asked["sign_at"] in said and "/not-me" not in said
    assert await state(firm, asked["id"]) == "waiting"
    trade.sign(asked["id"])
    assert await state(firm, asked["id"]) == "ordered"
    Hands(trade.database, trade.config).opened()
    assert await state(firm, asked["id"]) == "opened"
    row = trade.desk.row(asked["id"])
    assert (row.reason, row.identity) == (FIRM, "bankid")
    assert "draft.asked" in trade.desk.actions()


async def test_the_answer_names_nobody(trade: Trade, firm: httpx.AsyncClient) -> None:
    asked = await ask(firm, trade.gsrn)
    trade.sign(asked["id"])
    told = (await firm.get(f"{PATH}/{asked['id']}")).json()
    assert set(told) == {"id", "gsrn", "state", "asked_at", "ends_at", "sign_at"}


async def test_what_is_not_there_or_cannot_be_opened_looks_no_different(trade: Trade, firm: httpx.AsyncClient) -> None:
    exempted, unable = trade.town.household()[0], trade.town.facility()
    trade.desk.change(insert(tables.exemption).values(key="U1", facility_id=exempted, begins_at=BEGIN))
    numbers = [trade.gsrn, UNKNOWN, trade.desk.gsrn(exempted), trade.desk.gsrn(unable)]
    answers = [await firm.post(PATH, json={"gsrn": number}) for number in numbers]
    assert {answer.status_code for answer in answers} == {201}
    told = [answer.json() for answer in answers]
    for each, number in zip(told, numbers, strict=True):
        assert each.pop("gsrn") == number
        assert len(each["id"]) == 16 and each["sign_at"] == f"{URL}/sign/{each['id']}"
        assert (each["state"], each["ends_at"]) == ("waiting", "2026-12-02T08:00:00Z")
        again = await ask(firm, number)
        assert again["id"] == each["id"]  # what waits is given again, whether there is anything or not
    with trade.database.reading() as connection:
        assert connection.execute(select(notice.c.facility_id)).scalars().all() == [trade.facility]  # one notice
    await trade.clock.advance(asks.LASTS.total_seconds())
    with trade.database.writing("system") as work:
        taking.expire_drafts(work)
    assert {await state(firm, each["id"]) for each in told} == {"expired"}
    assert {row["state"] for row in (await firm.get(PATH)).json()["drafts"]} == {"expired"}


async def test_a_draft_ends_by_itself_before_anybody_has_swept(trade: Trade, firm: httpx.AsyncClient) -> None:
    asked = await ask(firm, trade.gsrn)
    await trade.clock.advance(asks.LASTS.total_seconds() - 1)
    assert await state(firm, asked["id"]) == "waiting"
    await trade.clock.advance(1)
    assert await state(firm, asked["id"]) == "expired"
    with pytest.raises(taking.OrderError):
        trade.sign(asked["id"])


async def test_who_has_no_right_signs_for_nothing(trade: Trade, firm: httpx.AsyncClient) -> None:
    asked = await ask(firm, trade.gsrn)
    assert trade.sign(asked["id"], trade.town.person(person_number(901))) == "refused"
    assert await state(firm, asked["id"]) == "not_opened"


async def test_what_was_ordered_before_is_said_once_the_customer_has_signed(
    trade: Trade, firm: httpx.AsyncClient
) -> None:
    first = await ask(firm, trade.gsrn)
    async with trade.client("other") as other:
        second = await ask(other, trade.gsrn)
        trade.sign(first["id"])
        assert await state(other, second["id"]) == "waiting"
        trade.sign(second["id"])
        assert await state(other, second["id"]) == "already"


async def test_others_see_nothing_and_may_do_nothing_else(trade: Trade, firm: httpx.AsyncClient) -> None:
    asked = await ask(firm, trade.gsrn)
    async with trade.client("other") as other:
        assert (await other.get(f"{PATH}/{asked['id']}")).status_code == 404
        assert (await other.get(PATH)).json() == {"drafts": []}
    for method, path in [("GET", f"/orders/{asked['id']}"), ("GET", f"/facilities/{trade.gsrn}"), ("POST", "/orders")]:
        assert (await firm.request(method, ROOT + path, json={})).status_code == 403, path
    async with trade.client("reader", Scope.READ, Scope.ORDERS) as reader:
        assert (await reader.post(PATH, json={"gsrn": trade.gsrn})).status_code == 403
        assert (await reader.get(f"{PATH}/{asked['id']}")).status_code == 403


async def test_an_idempotency_key_asks_once_and_belongs_to_one_request(trade: Trade, firm: httpx.AsyncClient) -> None:
    first = await firm.post(PATH, json={"gsrn": trade.gsrn}, headers={"idempotency-key": "a1"})
    again = await firm.post(PATH, json={"gsrn": trade.gsrn}, headers={"idempotency-key": "a1"})
    assert again.content == first.content and again.headers["idempotency-replayed"] == "true"
    other = await firm.post(PATH, json={"gsrn": UNKNOWN}, headers={"idempotency-key": "a1"})
    assert other.status_code == 409


async def test_a_token_asks_only_so_often(trade: Trade, firm: httpx.AsyncClient) -> None:
    for n in range(5):
        await ask(firm, gsrn(9000 + n))
    await trade.clock.advance(600)
    answer = await firm.post(PATH, json={"gsrn": trade.gsrn})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3000")
    await ask(firm, gsrn(9001))  # what waits already is no new one
    async with trade.client("other") as other:
        await ask(other, trade.gsrn)
    await trade.clock.advance(3000)
    await ask(firm, trade.gsrn)


async def test_a_customer_is_not_overrun_by_many(trade: Trade) -> None:
    for n in range(5):
        async with trade.client(f"firm-{n}") as client:
            await ask(client, trade.gsrn)
    with trade.database.reading() as connection:
        assert len(connection.execute(select(notice)).all()) == 3
    trade.office.spread()
    assert "firm-0" in trade.office.said(trade.office.messages()[0]).text  # without a title the name is read


async def test_it_costs_no_letter(trade: Trade, firm: httpx.AsyncClient) -> None:
    unreached = update(tables.customer).values(email="", phone="", address="Storgatan 1")
    trade.desk.change(unreached)
    await ask(firm, trade.gsrn)
    trade.office.spread()
    assert trade.office.told() == []


async def test_who_has_asked_is_forgotten_in_the_end(trade: Trade, firm: httpx.AsyncClient, tmp_path: Path) -> None:
    asked = await ask(firm, trade.gsrn)
    await trade.clock.advance(asks.KEPT.total_seconds())
    await ask(firm, UNKNOWN)
    grid = Grid(trade.config, trade.database)
    limits = Limits(trade.config.limits, trade.clock)
    await upkeep(WebParts(grid=grid, clock=trade.clock, folder=tmp_path, limits=limits))
    with trade.database.reading() as connection:
        assert connection.execute(select(draft_ask.c.gsrn)).scalars().all() == [UNKNOWN]
    assert (await firm.get(f"{PATH}/{asked['id']}")).status_code == 404


@pytest.mark.parametrize("wrong", [{}, {"gsrn": "1"}, {"gsrn": "735999000000000010"}, {"gsrn": UNKNOWN, "who": "Eva"}])
async def test_what_is_no_facility_at_all_is_said(firm: httpx.AsyncClient, wrong: dict[str, str]) -> None:
    assert (await firm.post(PATH, json=wrong)).status_code == 422
