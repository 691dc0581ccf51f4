"""The worker's turn, to a real mail server and a real gateway: all arrive, whatever is down meanwhile."""

import asyncio
import email.policy
import json
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from grid.notices.office import CONFIG, ON_ONE, Office, config_with
from grid.ordering.desk import Desk
from grid.planted import found_in
from grid.reconcile.hands import later
from grid.town import Town, person_number
from hanport.clock import ManualClock
from hanport.grid.config import MailTable, SmsTable, WorkTable
from hanport.grid.context import Grid
from hanport.grid.notices.channels import Channels, build
from hanport.grid.notices.outgoing import Outgoing
from hanport.grid.notices.sending import AT_ONCE, send_due
from hanport.grid.notices.ways import Way
from hanport.grid.orders import Kind
from notice_servers import MailServer, mail_server, web_server


def _orders(town: Town, desk: Desk, count: int) -> None:
    for n in range(count):
        facility_id = town.facility()
        person_id = town.person(person_number(7000 + n))
        customer_id = town.customer(person_id, email=f"{n}@example.se", phone=f"070-174060{n}")
        town.meter(facility_id)
        town.contract(facility_id, customer_id)
        desk.order(Kind.OPEN, facility_id, desk.person(customer_id))


def _reaching(mail_port: int, sms_url: str) -> Channels:
    mail = MailTable(host="localhost", port=mail_port, security="none", sender="han@example.se")
    return build(config_with(mail=mail, sms=SmsTable(url=sms_url)), Path("/nowhere"))


def _ids(server: MailServer) -> list[str]:
    return [
        message_from_bytes(each.content, policy=email.policy.default)["Message-ID"]
        for each in server.envelopes
        if isinstance(each.content, bytes)
    ]


async def test_all_that_is_owed_arrives(
    town: Town, desk: Desk, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    _orders(town, desk, 3)
    async with mail_server() as mail, web_server(lambda: "200 OK") as gateway:
        channels = _reaching(mail.port, gateway.url)
        while await send_due(office.grid, channels, "w"):
            pass
        assert not await send_due(office.grid, channels, "w")
        await channels.close()
    assert sorted(each.rcpt_tos[0] for each in mail.envelopes) == ["0@example.se", "1@example.se", "2@example.se"]
    assert {row.state for row in office.messages()} == {"sent"}
    assert sorted(_ids(mail)) == sorted(f"<{row.id}@example.se>" for row in office.messages() if row.way == "mail")
    texts = [json.loads(body)["text"] for _, body in gateway.requests]
    assert len({text.rsplit("/", 1)[1] for text in texts}) == 3
    mails = b"".join(each.content for each in mail.envelopes if isinstance(each.content, bytes))
    logged = "".join(each.getMessage() for each in caplog.records if each.name != "mail.log")  # that is the server's
    for n in range(3):
        assert found_in(mails + ("".join(texts) + logged).encode(), person_number(7000 + n)) == []
    assert "POST" in logged and "example.se" not in logged and "not-me" not in logged


@ON_ONE
async def test_what_is_down_comes_back(town: Town, desk: Desk, office: Office, clock: ManualClock) -> None:
    """The mail server refuses, the gateway fails, then both hang up, then all is well."""
    _orders(town, desk, 2)
    answers: Iterator[str] = iter(["503 Service Unavailable"] * 2)
    async with mail_server() as mail, web_server(lambda: next(answers, "200 OK")) as gateway:
        channels, gone = _reaching(mail.port, gateway.url), _reaching(1, "http://127.0.0.1:1/")
        mail.answers["MAIL"] = "421 closing"
        await send_due(office.grid, channels, "w")
        assert Counter(row.state for row in office.messages()) == {"due": 4}
        assert not await send_due(office.grid, channels, "w")
        await later(clock, minutes=2)
        await send_due(office.grid, gone, "w")
        assert Counter(row.state for row in office.messages()) == {"due": 4}
        mail.answers.clear()
        await later(clock, minutes=5)
        await send_due(office.grid, channels, "w")
        await channels.close()
        await gone.close()
    assert {row.state for row in office.messages()} == {"sent"}
    assert max(Counter(_ids(mail)).values()) == 1


@ON_ONE
async def test_a_slow_channel_holds_up_nobody_for_longer_than_the_lease(town: Town, desk: Desk, office: Office) -> None:
    _orders(town, desk, 1)
    office.config = config_with(work=WorkTable(lease_s=0.5))
    async with mail_server() as mail, web_server(lambda: None) as gateway:
        channels = _reaching(mail.port, gateway.url)
        async with asyncio.timeout(5):
            await send_due(office.grid, channels, "w")
        await channels.close()
    states = {row.way: (row.state, row.problem) for row in office.messages()}
    assert states == {"mail": ("sent", ""), "sms": ("due", "It took too long.")}


async def test_several_workers_send_each_once(town: Town, desk: Desk, office: Office) -> None:
    _orders(town, desk, 9)
    async with mail_server() as mail, web_server(lambda: "200 OK") as gateway:
        channels = _reaching(mail.port, gateway.url)
        for _ in range(3):
            await asyncio.gather(*(send_due(office.grid, channels, f"w{n}") for n in range(4)))
        await channels.close()
    assert Counter(_ids(mail)) == {f"<{row.id}@example.se>": 1 for row in office.messages() if row.way == "mail"}
    assert len(gateway.requests) == 9


@ON_ONE
async def test_more_than_fits_into_a_turn(town: Town, desk: Desk, office: Office) -> None:
    _orders(town, desk, AT_ONCE - 1)
    sent: list[str] = []

    class Box:
        async def send(self, message: Outgoing) -> None:
            sent.append(message.id)

        async def close(self) -> None: ...

    channels = Channels({Way.MAIL: Box(), Way.SMS: Box()})
    assert await send_due(office.grid, channels, "w")
    assert not await send_due(office.grid, channels, "w")
    assert len(sent) == len(set(sent)) == 2 * (AT_ONCE - 1)


async def test_a_database_that_goes_away_after_the_sending_is_told_to_the_worker(
    town: Town, desk: Desk, office: Office, clock: ManualClock
) -> None:
    _orders(town, desk, 1)
    async with mail_server() as mail:
        channels = Channels({Way.MAIL: _reaching(mail.port, "http://127.0.0.1:1/").by_way[Way.MAIL]})

        def refuse(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if mail.envelopes:
                raise OperationalError("a statement", {}, OSError("gone"))

        event.listen(office.database.engine, "before_cursor_execute", refuse)
        with pytest.raises(OperationalError):
            await send_due(office.grid, channels, "w")
        event.remove(office.database.engine, "before_cursor_execute", refuse)
        await later(clock, seconds=61)
        await send_due(Grid(CONFIG, office.database), channels, "w")
    first, second = _ids(mail)
    assert first == second
    assert mail.envelopes[0].content == mail.envelopes[1].content
    assert Counter(row.state for row in office.messages()) == {"sent": 1, "due": 1}


def test_channels_are_those_of_the_configuration() -> None:
    assert set(build(CONFIG, Path()).by_way) == {Way.MAIL, Way.SMS}
    assert build(config_with(mail=MailTable(), sms=SmsTable()), Path()).by_way == {}
