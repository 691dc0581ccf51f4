"""The notifier over a real store and real servers; hours pass in a moment."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hanport.clock import ManualClock
from hanport.errors import HanportError
from hanport.home.config import HomeConfig, HubTable, MailTable, NoticeTable, WebhookTable
from hanport.home.live import Live
from hanport.home.notices import Notifier
from hanport.home.store.errors import StoreError
from hanport.home.store.thread import StoreThread
from hanport.home.values import PartState, PortState, PortStatus
from notice_servers import USER, MailServer, WebServer, mail_server, web_server

START = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
SECRET = "open sesame"


@dataclass
class KnownHealth:
    """What the notifier asks of the port's health."""

    restart_guide: str | None = "guide.restart"
    age_s: float | None = 1.0


@dataclass
class House:
    """A hub with its notifier, a mail server and a webhook."""

    store: StoreThread
    mail: MailServer
    web: WebServer
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    health: KnownHealth = field(default_factory=KnownHealth)
    answer: list[str] = field(default_factory=lambda: ["204 No Content"])

    def __post_init__(self) -> None:
        self.live = Live(PortStatus(PortState.STARTING, START))
        self.settings = HomeConfig(
            hub=HubTable(name="Hemma", language="sv"),
            notice=NoticeTable(
                mail=MailTable(
                    enabled=True,
                    host="localhost",
                    port=self.mail.port,
                    security="none",
                    sender=USER,
                    to=("anna@example.se",),
                ),
                webhook=WebhookTable(enabled=True, url=self.web.url, secret=SECRET),
            ),
        )
        self.notifier = self.new_notifier()

    def new_notifier(self) -> Notifier:
        return Notifier(self.live, self.store, self.clock, lambda: self.settings, lambda: self.health)

    def becomes(self, state: PortState, finding: str = "", *, ago_s: float = 0) -> None:
        since = self.clock.now() - timedelta(seconds=ago_s)
        self.live.becomes(PortStatus(state, since, finding))

    async def pass_time(self, minutes: float) -> None:
        for _ in range(round(minutes * 12)):
            await self.clock.advance(5)
        await asyncio.sleep(0.05)

    async def until(self, condition: Callable[[], bool]) -> None:
        """What the servers do takes real time; the simulated one stands still meanwhile."""
        for _ in range(400):
            if condition():
                return
            await asyncio.sleep(0.01)
        assert condition()

    @property
    def mails(self) -> list[str]:
        return [str(envelope.content) for envelope in self.mail.envelopes]

    @property
    def hooks(self) -> list[str]:
        return [json.loads(body)["event"] for _, body in self.web.requests]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    answer = ["204 No Content"]
    store = await StoreThread.open(tmp_path / "hub.db")
    async with mail_server() as mail, web_server(lambda: answer[0]) as web:
        yield House(store, mail, web, answer=answer)
    await store.close()


@asynccontextmanager
async def running(notifier: Notifier) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(notifier.run())
    await asyncio.sleep(0.05)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_silence_is_told_after_ten_minutes_and_its_end_at_once(house: House) -> None:
    async with running(house.notifier):
        house.becomes(PortState.WELL)
        await house.pass_time(30)
        house.becomes(PortState.SILENT, "silent-since", ago_s=70)
        await house.pass_time(8)
        assert (house.mails, house.hooks) == ([], [])
        await house.pass_time(2)
        await house.until(lambda: len(house.mails) == len(house.hooks) == 1)
        await house.pass_time(60)
        house.becomes(PortState.WELL)
        await house.pass_time(1)
        await house.until(lambda: len(house.mails) == len(house.hooks) == 2)
        await house.pass_time(60)
    assert house.hooks == ["port.silent", "port.back"]
    assert len(house.mails) == 2
    silent = json.loads(house.web.requests[0][1])
    assert "huvudbrytaren" in silent["text"]
    assert silent["id"] in house.mails[0]
    back = json.loads(house.web.requests[1][1])
    assert (back["state"], back["finding"], back["until"]) == ("well", "", "2026-11-25T09:40:00Z")
    assert house.live.parts == {}


async def test_a_restart_neither_repeats_nor_forgets(house: House) -> None:
    house.becomes(PortState.SILENT, "silent-since")
    async with running(house.notifier):
        await house.pass_time(11)
        await house.until(lambda: len(house.hooks) == 1 and len(house.mails) == 1)
        await house.pass_time(1)
    house.becomes(PortState.STARTING)
    async with running(house.new_notifier()):
        await house.pass_time(2)
        house.becomes(PortState.SILENT, "silent-since", ago_s=900)
        await house.pass_time(30)
    house.becomes(PortState.STARTING)
    async with running(house.new_notifier()):
        house.becomes(PortState.WELL)
        await house.pass_time(1)
        await house.until(lambda: len(house.hooks) == 2 and len(house.mails) == 2)
        await house.pass_time(30)
    assert house.hooks == ["port.silent", "port.back"]


async def test_a_way_that_fails_is_shown_tried_again_and_holds_up_nobody(house: House) -> None:
    house.answer[0] = "503 Service Unavailable"
    house.becomes(PortState.SILENT, "silent-since", ago_s=700)
    async with running(house.notifier):
        await house.until(lambda: "notices.webhook" in house.live.parts)
        part = house.live.parts["notices.webhook"]
        assert (part.state, part.problem) == (PartState.FAILED, "Webhookens server svarade med 503.")
        assert part.retry_in_s == 30
        for _ in range(60):  # two hours
            await house.pass_time(2)
        tries = len(house.hooks)
        assert 8 <= tries <= 14  # after 30 s, doubling to 15 min
        assert house.live.parts["notices.webhook"].retry_in_s == 900
        house.answer[0] = "200 OK"
        for _ in range(10):
            await house.pass_time(2)
        await house.until(lambda: house.live.parts == {})
    assert len(house.mails) == 1
    assert len(house.hooks) == tries + 1
    assert len(set(json.loads(body)["id"] for _, body in house.web.requests)) == 1
    assert len(house.mails) == 1


async def test_telegrams_that_cannot_be_understood_are_an_absence_and_other_illness_is_not(house: House) -> None:
    async with running(house.notifier):
        house.becomes(PortState.ILL, "noise", ago_s=7200)
        await house.pass_time(30)
        assert house.hooks == []
        house.health.age_s = 700.0
        house.becomes(PortState.ILL, "setting-likely")
        await house.pass_time(1)
        await house.until(lambda: len(house.hooks) == 1)
    assert "går inte att tolka" in json.loads(house.web.requests[0][1])["subject"]


async def test_a_store_that_fails_is_said(house: House) -> None:
    house.becomes(PortState.SILENT, "silent-since", ago_s=700)
    notifier = house.notifier
    async with running(notifier):
        await house.until(lambda: len(house.hooks) == 1 and len(house.mails) == 1)
        await house.pass_time(0.5)
    await house.store.close()
    house.becomes(PortState.WELL)
    with pytest.raises(StoreError):
        await asyncio.wait_for(notifier.run(), 5)


async def test_a_trial(house: House) -> None:
    await house.notifier.send_test("mail", house.settings, "sv")
    await house.notifier.send_test("webhook", house.settings, "en")
    assert "Message-ID: <test-" in house.mails[0]
    assert house.hooks == ["test"]
    assert json.loads(house.web.requests[0][1])["language"] == "en"
    house.answer[0] = "404 Not Found"
    with pytest.raises(HanportError, match="svarade med 404"):
        await house.notifier.send_test("webhook", house.settings, "sv")
    with pytest.raises(HanportError, match="switched off"):
        await house.notifier.send_test("mqtt", house.settings, "en")
    with pytest.raises(HanportError, match="brevduva"):
        await house.notifier.send_test("brevduva", house.settings, "sv")


async def test_the_log_holds_neither_secrets_nor_people(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.answer[0] = "500 Oops"
    house.mail.answers["RCPT"] = "550 anna@example.se does not live here"
    house.becomes(PortState.SILENT, "silent-since", ago_s=700)
    with caplog.at_level(logging.DEBUG, "hanport"):
        async with running(house.notifier):
            await house.until(lambda: len(house.live.parts) == 2)
            assert "anna" not in house.live.parts["notices.mail"].problem
    said = " ".join(str(vars(record)) for record in caplog.records if record.name.startswith("hanport"))
    assert "problem.mail-recipient" in said
    assert "anna" not in said
    assert SECRET not in said
