"""Messages in parts: put together in order, dropped when a part is lost, bounded whatever comes."""

from hanport.port import hdlc
from hanport.port.assembly import Assembler
from hanport.port.hdlc import HdlcFrame
from hanport.port.mbus import MbusFrame
from hanport.port.telegram import Telegram
from hanport.port.values import Checksum, Protocol, Reason, Rejected

APDU = b"\x0f\x40\0\0\0\0\x02\x02\x09\x06\x01\x00\x01\x07\x00\xff\x06\0\0\x0b\0"
LLC = b"\xe6\xe7\x00"


def told(events: list[Telegram | Rejected]) -> list[object]:
    """A telegram as its raw bytes, a rejection as its reason and raw bytes."""
    return [event.raw if isinstance(event, Telegram) else (event.reason, event.raw) for event in events]


def segment(assembler: Assembler, information: bytes, raw: bytes, *, more: bool) -> list[object]:
    return told(assembler.hdlc(HdlcFrame(0, information, more), raw))


def part(assembler: Assembler, information: bytes, raw: bytes, sequence: int, *, more: bool) -> list[object]:
    return told(assembler.mbus(MbusFrame(0, information, sequence, more), raw))


def block(number: int, data: bytes, *, last: bool = False) -> bytes:
    return bytes((0xE0, 0x80 if last else 0)) + number.to_bytes(2) + b"\0\0" + bytes((len(data),)) + data


def test_one_frame_is_one_message() -> None:
    (telegram,) = Assembler(None).hdlc(HdlcFrame(0, LLC + APDU, False), b"1")
    assert isinstance(telegram, Telegram)
    assert (telegram.protocol, telegram.checksum, telegram.raw) == (Protocol.HDLC, Checksum.OK, b"1")
    (telegram,) = Assembler(None).mbus(MbusFrame(0, APDU, 0, False), b"1")
    assert telegram.raw == b"1"


def test_segments() -> None:
    assembler = Assembler(None)
    assert segment(assembler, LLC + APDU[:5], b"1", more=True) == []
    assert segment(assembler, APDU[5:9], b"2", more=True) == []
    assert segment(assembler, APDU[9:], b"3", more=False) == [b"123"]
    assert assembler.drop() == []


def test_a_new_first_segment_drops_the_rest() -> None:
    assembler = Assembler(None)
    segment(assembler, LLC + APDU[:5], b"1", more=True)
    assert segment(assembler, LLC + APDU, b"2", more=False) == [(Reason.TRUNCATED, b"1"), b"2"]


def test_a_segment_without_its_beginning() -> None:
    assembler = Assembler(None)
    assert segment(assembler, APDU[5:9], b"2", more=True) == [(Reason.TRUNCATED, b"2")]
    assert segment(assembler, APDU[9:], b"3", more=False) == [(Reason.STRUCTURE, b"3")]


def test_a_message_that_never_ends_is_dropped() -> None:
    assembler = Assembler(None)
    segment(assembler, LLC + APDU[:5], b"1", more=True)
    (rejected,) = assembler.drop()
    assert isinstance(rejected, Rejected)
    assert (rejected.reason, rejected.raw, rejected.hint) == (
        Reason.TRUNCATED,
        b"1",
        "the rest of the message never came",
    )


def test_sequences_of_mbus() -> None:
    assembler = Assembler(None)
    assert part(assembler, APDU[:5], b"1", 0, more=True) == []
    assert part(assembler, APDU[5:], b"2", 1, more=False) == [b"12"]


def test_a_lost_frame_of_a_sequence() -> None:
    assembler = Assembler(None)
    part(assembler, APDU[:5], b"1", 0, more=True)
    assert part(assembler, APDU[9:], b"3", 2, more=False) == [(Reason.TRUNCATED, b"1"), (Reason.TRUNCATED, b"3")]
    assert part(assembler, APDU[9:], b"3", 1, more=False) == [(Reason.TRUNCATED, b"3")]
    part(assembler, APDU[:5], b"1", 0, more=True)
    assert part(assembler, APDU, b"1", 0, more=False) == [(Reason.TRUNCATED, b"1"), b"1"]


def test_blocks() -> None:
    assembler = Assembler(None)
    assert segment(assembler, LLC + block(1, APDU[:5]), b"1", more=False) == []
    assert segment(assembler, block(2, APDU[5:], last=True), b"2", more=False) == [b"12"]
    assert segment(assembler, block(1, APDU, last=True), b"3", more=False) == [b"3"]


def test_a_block_in_segments() -> None:
    assembler = Assembler(None)
    whole = LLC + block(1, APDU, last=True)
    segment(assembler, whole[:10], b"1", more=True)
    assert segment(assembler, whole[10:], b"2", more=False) == [b"12"]


def test_a_new_block_1_drops_the_old_rest() -> None:
    assembler = Assembler(None)
    segment(assembler, LLC + block(1, APDU[:5]), b"1", more=False)
    assert segment(assembler, LLC + block(1, APDU[:5]), b"1", more=False) == [(Reason.TRUNCATED, b"1")]
    assert segment(assembler, LLC + block(2, APDU[5:], last=True), b"2", more=False) == [b"12"]


def test_a_lost_block() -> None:
    assembler = Assembler(None)
    assert segment(assembler, LLC + block(2, APDU[5:]), b"2", more=False) == [(Reason.TRUNCATED, b"2")]
    segment(assembler, LLC + block(1, APDU[:5]), b"1", more=False)
    assert segment(assembler, LLC + block(3, APDU[5:]), b"3", more=False) == [
        (Reason.TRUNCATED, b"1"),
        (Reason.TRUNCATED, b"3"),
    ]


def test_a_block_that_is_cut() -> None:
    assembler = Assembler(None)
    assert segment(assembler, LLC + block(1, APDU)[:-1], b"1", more=False) == [(Reason.TRUNCATED, b"1")]
    assert segment(assembler, LLC + b"\xe0\x80\0", b"1", more=False) == [(Reason.STRUCTURE, b"1")]


def test_unfinished_blocks_are_dropped_too() -> None:
    assembler = Assembler(None)
    segment(assembler, LLC + block(1, APDU[:5]), b"1", more=False)
    segment(assembler, LLC + APDU[:5], b"2", more=True)
    assert told(assembler.drop()) == [(Reason.TRUNCATED, b"1"), (Reason.TRUNCATED, b"2")]


def test_a_message_is_bounded_even_when_its_parts_are_empty() -> None:
    frame = hdlc.wrap(b"", addresses=b"\x01\x03", more=True)
    assembler = Assembler(None)
    segment(assembler, LLC, frame, more=True)
    held, most = len(frame), 0
    for _ in range(5000):
        held += len(frame)
        for event in segment(assembler, b"", frame, more=True):
            assert isinstance(event, tuple)
            assert event[0] is Reason.TRUNCATED
            held -= len(event[1])
        most = max(most, held)
    assert most <= 17 * 1024


def test_blocks_are_bounded_even_when_they_are_empty() -> None:
    assembler = Assembler(None)
    events = [
        event
        for number in range(1, 3000)
        for event in segment(assembler, LLC + block(number, b""), b"x" * 20, more=False)
    ]
    assert events
    assert max(len(event[1]) for event in events if isinstance(event, tuple)) <= 17 * 1024
