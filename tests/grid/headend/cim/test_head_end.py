"""The CIM adapter against a scripted peer on a real socket."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from grid.headend.cim.broken import broken
from grid.headend.cim.documents import CREATE, GET, SOAP_11, SOAP_12, TAKEN, event, reply, standing, without_declaration
from grid.headend.commands import NOW, SERIAL, command, configured
from grid.headend.scripted import Act, Peer, drips, floods, hangs_up, is_silent, peer, raw, says
from hanport.clock import ManualClock
from hanport.grid.headend.cim import xml
from hanport.grid.headend.contract import Answer, CommandKind, HeadEnd, Outcome, PortState, Unreachable
from hanport.grid.headend.registry import build

REPLY_URL = "https://hanport.example/api/v1/head-ends/vendor/answers"
_FREE = ("Timestamp", "MessageID", "start", "end")


@asynccontextmanager
async def head_end(*script: Act, extra: str = "") -> AsyncIterator[tuple[HeadEnd, Peer]]:
    async with peer(*script) as made:
        table = f'name = "vendor"\nkind = "cim"\nurl = "{made.url}/cim"\nreply_url = "{REPLY_URL}"\ntimeout_s = 0.5\n'
        head_ends = build(configured(table + extra), Path(), ManualClock(NOW))
        try:
            yield head_ends.named("vendor"), made
        finally:
            await head_ends.close()


def xml_says(document: bytes) -> Act:
    return says(200, document, "application/xml")


def shape(document: bytes) -> list[tuple[str, str, dict[str, str]]]:
    """Names, texts and attributes in their order; what is new every time is left out."""
    return [
        (each.tag, "" if each.tag.endswith(_FREE) else (each.text or "").strip(), dict(each.attrib))
        for each in xml.read(document).root.iter()
    ]


async def test_a_command_is_sent_as_the_page_says() -> None:
    async with head_end(xml_says(reply("OK", correlation="c-01JD9V3M6T"))) as (cim, made):
        assert await cim.send(command(id="c-01JD9V3M6T", meter_serial="12345678")) is None
    [asked] = made.asked
    assert (asked.method, asked.path) == ("POST", "/cim")
    assert asked.headers["content-type"] == "application/xml; charset=utf-8"
    assert shape(asked.body) == shape(CREATE)
    assert b"<c:end>2026-11-25T08:15:00Z</c:end><c:start>2026-11-25T08:00:00Z</c:start>" in asked.body
    assert b"Storgatan" not in asked.body


async def test_each_command_has_its_code_and_each_sending_its_message_id() -> None:
    async with head_end(says(500), extra='[head_end.codes]\nrestart = "3.0.0.214"') as (cim, made):
        for kind in [*CommandKind, CommandKind.READ]:
            with pytest.raises(Unreachable):
                await cim.send(command(kind, gsrn=""))
    refs = [re.findall(rb'ref="([^"]*)"', asked.body)[0].decode() for asked in made.asked]
    assert refs == ["3.1.0.26", "3.1.0.22", "3.0.0.214", "3.1.0.46", "3.1.0.46"]
    assert len({xml.read(asked.body).text("Header/MessageID") for asked in made.asked}) == 5
    assert all(b"UsagePoints" not in asked.body for asked in made.asked)


@pytest.mark.parametrize(
    ("version", "envelope", "content_type"),
    [("1.1", SOAP_11, "text/xml"), ("1.2", SOAP_12, "application/soap+xml")],
)
async def test_soap_where_it_is_wanted(version: str, envelope: bytes, content_type: str) -> None:
    answer = envelope % without_declaration(reply("OK"))
    async with head_end(says(200, answer, content_type), extra=f'soap = "{version}"') as (cim, made):
        assert await cim.send(command()) is None
    [asked] = made.asked
    assert asked.headers["content-type"] == f"{content_type}; charset=utf-8"
    assert ("soapaction" in asked.headers) is (version == "1.1")
    assert xml.read(asked.body).envelope


@pytest.mark.parametrize(
    ("code", "outcome"), [("2.4", Outcome.IMPOSSIBLE), ("2.9", Outcome.FAILED)], ids=["for good", "used id"]
)
async def test_a_refusal_is_an_answer(code: str, outcome: Outcome) -> None:
    async with head_end(xml_says(reply("FAILED", code, "Unknown meter"))) as (cim, _):
        assert await cim.send(command()) == Answer("c-open-1", outcome, NOW, detail=f"{code} Unknown meter")


async def test_another_refusal_leaves_the_command_to_be_sent_again() -> None:
    async with head_end(xml_says(reply("FAILED", "5.5", "busy 191212121212"))) as (cim, _):
        with pytest.raises(Unreachable, match=r"5\.5 busy \[masked\]"):
            await cim.send(command())


GARBAGE = [
    says(500, SOAP_11 % b"<s:Fault/>", "text/xml"),
    says(202, reply("OK"), "application/xml"),
    says(302, b"", "text/plain", "Location: /elsewhere"),
    xml_says(b""),
    xml_says(b"<html></html>"),
    xml_says(reply("OK", correlation="c-open-2")),
    xml_says(reply("OK").replace(b"c-open-1", b"")),
    xml_says(reply("PARTIAL")),
    xml_says(reply("MAYBE")),
    xml_says(reply("OK").replace(b">reply<", b">created<")),
    xml_says(TAKEN[: len(TAKEN) // 2]),
    xml_says(CREATE),
    xml_says(event()),
    xml_says(reply("OK").replace(b"?>", b'?><!DOCTYPE m SYSTEM "file:///etc/passwd">', 1)),
    floods(),
    drips(0.05),
    is_silent(),
    hangs_up(),
    raw(b"SSH-2.0-OpenSSH\r\n"),
]


@pytest.mark.parametrize("act", GARBAGE, ids=range(len(GARBAGE)))
async def test_garbage_leaves_the_command_to_be_sent_again(act: Act) -> None:
    async with head_end(act) as (cim, _):
        for speak in (cim.send, cim.ask):
            with pytest.raises(Unreachable, match=r"^vendor "):
                await speak(command())


async def test_broken_replies_are_survived() -> None:
    replies = list(broken(3, [reply("OK"), standing(event())], 150))
    async with head_end(*map(xml_says, replies)) as (cim, _):
        for n in range(len(replies)):
            try:
                await (cim.send if n % 2 else cim.ask)(command())
            except Unreachable:
                continue


async def test_asking_gives_the_newest_answer_or_none() -> None:
    older = event("3.1.0.221", createdDateTime="2026-11-25T07:59:00Z")
    script = [reply("OK"), standing(older, event()), reply("FAILED", "2.9"), reply("FAILED")]
    async with head_end(*map(xml_says, script)) as (cim, made):
        assert await cim.ask(command()) is None
        answer = await cim.ask(command())
        assert answer is not None
        assert (answer.outcome, answer.port, answer.meter_serial) == (Outcome.DONE, PortState.OPEN, SERIAL)
        with pytest.raises(Unreachable, match=r"code 2\.9"):
            await cim.ask(command())
        with pytest.raises(Unreachable, match="code missing"):
            await cim.ask(command())
    assert shape(made.asked[0].body.replace(b"c-open-1", b"c-01JD9V3M6T")) == shape(GET)


async def test_answers_to_other_commands_are_left_aside() -> None:
    other = event(correlation="x").replace(b"<e:reason>", b"<e:issuerTrackingID>c-9</e:issuerTrackingID><e:reason>")
    async with head_end(xml_says(standing(other)), xml_says(standing(event("1", reason="", createdDateTime="x")))) as (
        cim,
        _,
    ):
        assert await cim.ask(command()) is None
        with pytest.raises(Unreachable, match="cannot be read"):
            await cim.ask(command())


async def test_a_head_end_that_cannot_be_asked_is_not() -> None:
    async with head_end(says(500), extra="asks = false") as (cim, made):
        assert await cim.ask(command()) is None
    assert made.asked == []


async def test_a_serial_number_that_xml_cannot_hold_is_impossible() -> None:
    async with head_end(says(500)) as (cim, made):
        answer = await cim.send(command(meter_serial="12\x0034"))
    assert answer is not None and answer.outcome is Outcome.IMPOSSIBLE
    assert made.asked == []
