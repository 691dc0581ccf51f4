"""EndDeviceEvents: what they say of commands and ports, and what the head-end is replied."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from grid.headend.cim.broken import broken
from grid.headend.cim.documents import EVENT, EXAMPLES, SOAP_11, SOAP_12, THANKS, event, without_declaration
from grid.headend.commands import NOW
from hanport.grid.headend.cim import xml
from hanport.grid.headend.cim.codes import codes
from hanport.grid.headend.cim.events import receive
from hanport.grid.headend.contract import Answer, Outcome, PortState
from hanport.grid.headend.reported import PortReport, Received, Unreadable

CODES = codes({}, "vendor")
DONE = Answer(
    command_id="c-open-1",
    outcome=Outcome.DONE,
    at=datetime(2026, 11, 25, 8, 0, 20, tzinfo=UTC),
    port=PortState.OPEN,
    meter_serial="12345678",
    detail="module answered",
)


def received(document: bytes) -> Received:
    return receive(document, CODES, source="hanport", at=NOW)


@pytest.mark.parametrize(
    ("code", "outcome", "port"),
    [
        ("3.1.0.76", Outcome.DONE, PortState.OPEN),
        ("3.1.0.66", Outcome.DONE, PortState.CLOSED),
        ("3.1.0.215", Outcome.DONE, PortState.UNKNOWN),
        ("3.1.0.221", Outcome.FAILED, PortState.UNKNOWN),
        ("3.1.0.220", Outcome.FAILED, PortState.UNKNOWN),
        ("3.1.0.65", Outcome.FAILED, PortState.UNKNOWN),
        ("3.1.0.85", Outcome.FAILED, PortState.UNKNOWN),
        ("3.1.0.161", Outcome.IMPOSSIBLE, PortState.UNKNOWN),
    ],
)
def test_a_code_says_how_the_command_went(code: str, outcome: Outcome, port: PortState) -> None:
    assert received(event(code)).answers == (replace(DONE, outcome=outcome, port=port),)


def test_a_code_that_nobody_knows_is_a_failure() -> None:
    [answer] = received(event("3.26.0.85")).answers
    assert answer == replace(
        DONE, outcome=Outcome.FAILED, port=PortState.UNKNOWN, detail="unknown code 3.26.0.85; module answered"
    )


def test_the_event_s_own_id_goes_before_the_header_s() -> None:
    [answer] = received(EVENT.replace(b"<m:CorrelationID>c-01JD9V3M6T", b"<m:CorrelationID>other")).answers
    assert answer == replace(DONE, command_id="c-01JD9V3M6T")


def test_an_event_without_an_id_is_a_report() -> None:
    found = received(event("3.1.0.66", correlation=""))
    assert (found.answers, found.reports) == ((), (PortReport("12345678", PortState.CLOSED, DONE.at),))
    assert received(event("3.26.0.185", correlation="")).reports == ()


def test_several_events_in_one_message() -> None:
    one = without_declaration(event("3.1.0.76"))
    inner = one[one.index(b"<e:EndDeviceEvent>") : one.index(b"</e:EndDeviceEvents>")]
    document = event().replace(b"</e:EndDeviceEvents>", inner * 999 + b"</e:EndDeviceEvents>")
    assert len(received(document).answers) == 1000
    with pytest.raises(Unreadable):
        received(document.replace(b"</e:EndDeviceEvents>", inner + b"</e:EndDeviceEvents>"))


def test_times_have_an_offset_and_words_are_clean() -> None:
    [answer] = received(
        event(createdDateTime="2026-11-25T09:00:20+01:00", reason="a\n\t b &#x2028; 191212121212")
    ).answers
    assert (answer.at, answer.detail) == (DONE.at, "a b [masked]")
    for wrong in ("2026-11-25T08:00:20", "2026-13-01T00:00:00Z", "12026-01-01T00:00:00Z", ""):
        with pytest.raises(Unreadable):
            received(event(createdDateTime=wrong))


@pytest.mark.parametrize("wrong", ["a b", "x" * 65, "å", "&lt;"])
def test_an_id_that_cannot_be_one_is_refused(wrong: str) -> None:
    with pytest.raises(Unreadable):
        received(event(correlation=wrong))


def test_the_reply_is_as_the_page_says() -> None:
    def shape(document: bytes) -> list[tuple[str, str]]:
        free = ("Timestamp",)
        return [
            (each.tag, "" if each.tag.endswith(free) else (each.text or "").strip())
            for each in xml.read(document).root.iter()
        ]

    found = received(EVENT)
    assert shape(found.reply) == shape(THANKS)
    assert found.content_type == "application/xml"


@pytest.mark.parametrize(
    ("envelope", "content_type"), [(SOAP_11, "text/xml"), (SOAP_12, "application/soap+xml")], ids=["1.1", "1.2"]
)
def test_a_soap_message_is_replied_in_soap(envelope: bytes, content_type: str) -> None:
    found = received(envelope % without_declaration(EVENT))
    assert [answer.command_id for answer in found.answers] == ["c-01JD9V3M6T"]
    reply = xml.read(found.reply)
    assert (reply.kind, reply.text("Reply/Result"), found.content_type) == ("ResponseMessage", "OK", content_type)
    assert reply.envelope


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<a/>",
        *(each for each in EXAMPLES if b"EventMessage" not in each),
        EVENT.replace(b"/EndDeviceEvents#", b"/X#"),
    ],
)
def test_anything_else_is_refused_with_a_reply(document: bytes) -> None:
    with pytest.raises(Unreadable) as raised:
        received(document)
    reply = xml.read(raised.value.reply)
    assert (reply.text("Reply/Result"), reply.text("Reply/Error/code")) == ("FAILED", "1.4")
    assert reply.text("Reply/Error/reason") == raised.value.problem
    assert reply.text("Header/Noun") == "EndDeviceEvents"


def _survives(count: int, seed: int) -> None:
    for document in broken(seed, [EVENT, event(), event(correlation=""), SOAP_11 % without_declaration(EVENT)], count):
        try:
            found = received(document)
            reply = found.reply
            for answer in found.answers:
                assert len(answer.detail) <= 200 and (answer.detail.isprintable() or not answer.detail)
        except Unreadable as error:
            reply = error.reply
        assert xml.read(reply).kind == "ResponseMessage"


def test_broken_events_are_read_or_refused() -> None:
    _survives(300, seed=2)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_10_000_broken_events_are_read_or_refused(seed: int) -> None:
    _survives(2_500, seed=200 + seed)
