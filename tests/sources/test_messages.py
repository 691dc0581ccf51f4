"""MQTT messages: whole telegrams, hex text, single lines, pieces, and bare DLMS messages, without being told which."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hanport.port.telegram import Telegram
from hanport.port.values import Checksum, Reason, Rejected
from hanport.sources.messages import Event, FileDecoder, MessageDecoder, bytes_of_message

CORPUS = Path(__file__).parents[1] / "corpus"
P1 = (CORPUS / "p1" / "se-landisgyr-e360-220204.txt").read_bytes()
OTHER = (CORPUS / "p1" / "se-sagemcom-ell5-201020.txt").read_bytes()
HDLC = bytes.fromhex((CORPUS / "hdlc" / "se-aidon-amshan-se-list.hex").read_text())
APDU = bytes.fromhex((CORPUS / "hdlc" / "at-salzburg-kaifa-apdu.hex").read_text())
WITHOUT_CHECKSUM = (CORPUS / "p1" / "nl-dsmr22-ndokter.txt").read_bytes()


def publish(*messages: bytes) -> list[Event]:
    """What a reader's messages say, its end not included."""
    decoder = MessageDecoder()
    return [event for message in messages for event in decoder.feed(bytes_of_message(message))]


def raws(events: list[Event]) -> list[bytes]:
    assert all(isinstance(event, Telegram) for event in events), events
    return [event.raw.strip(b"\r\n") for event in events]


@pytest.mark.parametrize("telegram", [P1, P1.rstrip(), HDLC, APDU, WITHOUT_CHECKSUM])
def test_a_whole_telegram_comes_at_once(telegram: bytes) -> None:
    assert raws(publish(telegram)) == [telegram.strip(b"\r\n")]
    assert raws(publish(telegram.hex().encode())) == [telegram.strip(b"\r\n")]
    assert raws(publish(telegram.hex(" ").upper().encode() + b"\r\n")) == [telegram.strip(b"\r\n")]


def test_two_telegrams_in_one_message() -> None:
    assert raws(publish(P1 + OTHER)) == [P1.strip(), OTHER.strip()]


@pytest.mark.parametrize("line_end", [b"\r\n", b""])
def test_line_by_line_with_or_without_the_line_ends(line_end: bytes) -> None:
    lines = [line + line_end for line in (P1 + OTHER + P1).split(b"\r\n")[:-1]]
    assert raws(publish(*lines)) == [P1.strip(), OTHER.strip(), P1.strip()]


def test_line_by_line_is_recorded_as_the_meter_sent_it() -> None:
    assert b"".join(map(bytes_of_message, P1.split(b"\r\n")[:-1])) == P1


@settings(max_examples=100)
@example([len(P1) - 3])  # in the checksum
@example([len(P1) - 2])
@given(st.lists(st.integers(1, 300), min_size=1, max_size=30))
def test_pieces_of_any_size_are_joined(sizes: list[int]) -> None:
    stream, messages, at = P1 + OTHER + P1, [], 0
    for size in [*sizes, len(stream)]:
        messages.append(stream[at : at + size])
        at += size
    decoder = MessageDecoder()
    events = [event for message in messages if message for event in decoder.feed(message)]
    assert raws(events) == [P1.strip(), OTHER.strip(), P1.strip()]


def test_a_piece_that_ends_before_its_checksum_is_no_whole_telegram() -> None:
    assert raws(publish(P1, OTHER[:-6], OTHER[-6:] + P1)) == [P1.strip(), OTHER.strip(), P1.strip()]


def test_a_whole_one_ends_what_was_half() -> None:
    events = publish(P1[:200], OTHER)
    assert [type(event) for event in events] == [Rejected, Telegram]
    assert isinstance(events[0], Rejected) and events[0].reason is Reason.TRUNCATED
    assert events[0].raw == P1[:200]


def test_a_damaged_one_is_named_and_the_next_is_whole() -> None:
    damaged = P1.replace(b"0", b"1", 3)
    events = publish(damaged, P1)
    assert [getattr(event, "reason", None) for event in events] == [Reason.CRC, None]


def test_a_key_that_is_missing_is_named() -> None:
    frame = bytes.fromhex((CORPUS / "hdlc" / "dk-kamstrup-omnipower-dummykey.hex").read_text())
    events = publish(frame)
    assert any(isinstance(event, Rejected) and event.reason is Reason.CIPHER for event in events)


def test_other_talk_does_not_disturb() -> None:
    events = publish(b"online", b'{"power": 12}', P1, b"offline", P1)
    assert [event.raw.strip() for event in events if isinstance(event, Telegram)] == [P1.strip()] * 2
    assert b"online" in b"".join(event.raw for event in events if isinstance(event, Rejected))


def test_a_source_that_sends_checksums_sends_them_always() -> None:
    events = publish(P1, P1.replace(P1[-6:], b"\r\n"))
    assert isinstance(events[0], Telegram) and events[0].checksum is Checksum.OK
    assert not any(isinstance(event, Telegram) for event in events[1:])


def test_what_is_half_when_the_broker_is_lost_is_a_rejection() -> None:
    decoder = MessageDecoder()
    assert decoder.feed(P1[:100]) == []
    assert [event.raw for event in decoder.disconnect()] == [P1[:100]]
    assert decoder.finish() == []
    assert raws(decoder.feed(P1[100:] + P1)[-1:]) == [P1.strip()]


def test_no_message_is_empty() -> None:
    assert bytes_of_message(b"") == b"\r\n"
    assert bytes_of_message(b" ") == b" "


@pytest.mark.parametrize("pieces", [[APDU], [P1, OTHER], [P1[:10], P1[10:]], [HDLC]])
def test_a_file_is_a_message_or_a_stream(pieces: list[bytes]) -> None:
    decoder = FileDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)] + decoder.finish()
    assert b"".join(raws(events)).replace(b"\r\n", b"") == b"".join(pieces).replace(b"\r\n", b"")
    assert decoder.disconnect() == []
