"""Law 1: whatever bytes arrive, in whatever pieces, telegrams and rejections come out, and the whole ones always do."""

import random
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpus_index import CASES
from hanport.port import crc, mbus
from hanport.port.cipher import Keys
from hanport.port.decoder import Decoder, Event, decode_message
from hanport.port.p1 import MAX_TELEGRAM
from hanport.port.telegram import Telegram
from hanport.port.values import Checksum, Protocol, Reason, Rejected

KAMSTRUP = CASES["p1/se-kamstrup-omnia-220408-big.txt"].data
LANDIS = CASES["p1/se-landisgyr-e360-221105.txt"].data
AIDON_FRAME = CASES["hdlc/xx-aviborg-aidon.hex"].data
SHORT_FRAME = CASES["hdlc/no-aidon-7d-in-info.hex"].data
SEGMENTED = CASES["hdlc/xx-iskra550-segmented.hex"].data
BLOCKS = CASES["hdlc/ch-landisgyr-e450-gbt-enc.hex"]
MBUS = CASES["mbus/at-netznoe-mbus-enc.hex"]
NO_CHECKSUM = CASES["p1/nl-dsmr2-basjes-1.txt"].data
ENCRYPTED_P1 = CASES["p1-enc/lu-smarty-encrypted-est5.hex"]

PIECES = [KAMSTRUP, LANDIS, AIDON_FRAME, SHORT_FRAME, SEGMENTED, MBUS.data, NO_CHECKSUM, ENCRYPTED_P1.data]
PIECES += [CASES["p1/de-easymeter-q3db.txt"].data, CASES["p1-bad/bad-nl-smeterd-broken-packet.txt"].data]


def p1(body: str, ident: str = "KAM5", end: str | None = None) -> bytes:
    content = f"/{ident}\r\n\r\n{body}!".encode("latin-1")
    return content + (b"%04X\r\n" % crc.arc(content) if end is None else end.encode())


def telegrams(events: Iterable[Event]) -> list[Telegram]:
    return [event for event in events if isinstance(event, Telegram)]


def rejections(events: Iterable[Event]) -> list[Reason]:
    return [event.reason for event in events if isinstance(event, Rejected)]


def decode(data: bytes, cuts: Iterable[int] = ()) -> list[Event]:
    decoder = Decoder()
    events: list[Event] = []
    last = 0
    for cut in [*sorted(cuts), len(data)]:
        events += decoder.feed(data[last:cut])
        last = cut
    return events + decoder.finish()


def key(event: Event) -> tuple[object, ...]:
    return (type(event).__name__, event.raw, getattr(event, "reason", None), getattr(event, "registers", None))


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_the_same_bytes_give_the_same_events_however_they_are_cut(data: st.DataObject) -> None:
    parts = data.draw(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=40)), max_size=6))
    stream = bytearray(b"".join(parts))
    for _ in range(data.draw(st.integers(0, 4))):
        if stream:
            stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    expected = list(map(key, decode(bytes(stream))))
    assert list(map(key, decode(bytes(stream), range(len(stream))))) == expected
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=8))
    assert list(map(key, decode(bytes(stream), cuts))) == expected


@given(st.lists(st.one_of(st.sampled_from(PIECES[:6]), st.binary(max_size=60)), max_size=6))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_byte_is_lost(parts: list[bytes]) -> None:
    """What comes out, put together, is what came in, but for the filling between telegrams."""
    stream = b"".join(parts)
    out = b"".join(event.raw for event in decode(stream))
    filling = b"\r\n \t\0\x7e"
    assert Counter(out.translate(None, filling)) == Counter(stream.translate(None, filling))


@pytest.mark.parametrize("cut", range(1, len(KAMSTRUP)))
def test_a_telegram_cut_anywhere_never_takes_the_next_one_with_it(cut: int) -> None:
    events = decode(KAMSTRUP[:cut] + LANDIS)
    assert telegrams(events)[-1].raw == LANDIS.rstrip()
    assert len(telegrams(events)) == (2 if cut >= len(KAMSTRUP) - 2 else 1)


@pytest.mark.parametrize("cut", range(1, len(NO_CHECKSUM) - 3, 3))
def test_nor_one_without_a_checksum(cut: int) -> None:
    events = decode(NO_CHECKSUM[:cut] + NO_CHECKSUM)
    assert [telegram.raw for telegram in telegrams(events)] == [NO_CHECKSUM.rstrip()]


def test_a_frame_cut_anywhere_never_takes_the_next_one_with_it() -> None:
    for cut in range(1, len(AIDON_FRAME) - 1):
        events = decode(AIDON_FRAME[:cut] + AIDON_FRAME)
        assert telegrams(events)[-1].raw == AIDON_FRAME[:-1], cut


def six() -> list[bytes]:
    """Six telegrams that differ in their clock."""
    body = KAMSTRUP[len(b"/KAM5\r\n\r\n") : KAMSTRUP.index(b"!")].decode()
    return [p1(body.replace("220408135021", f"22040813{minute}21")) for minute in range(50, 56)]


@given(
    st.integers(0, 5),
    st.lists(st.tuples(st.integers(0, len(KAMSTRUP) - 1), st.integers(1, 255)), min_size=3, max_size=3),
)
@settings(max_examples=400, deadline=None)
@example(0, [(695, 0x35), (696, 0x33), (10, 1)])  # `!9` turned into line ends: no checksum instead of a wrong one
def test_three_flipped_bytes_cost_no_other_telegram(which: int, flips: list[tuple[int, int]]) -> None:
    sent = six()
    damaged = bytearray(sent[which])
    for place, change in flips:
        damaged[place] ^= change
    stream = b"".join([*sent[:which], bytes(damaged), *sent[which + 1 :]])
    got = [telegram.raw for telegram in telegrams(decode(stream))]
    for other in sent[:which] + sent[which + 1 :]:
        assert other.rstrip() in got
    for raw in got:
        content, _, sum_sent = raw.rpartition(b"!")
        assert int(sum_sent, 16) == crc.arc(content + b"!")


def test_every_watt_is_exact() -> None:
    """kW to W by way of a float goes wrong for 187 of these 20 000 values."""
    decoder = Decoder()
    for watts in range(20_000):
        (telegram,) = decoder.feed(p1(f"1-0:1.7.0({watts // 1000:04}.{watts % 1000:03}*kW)\r\n"))
        assert isinstance(telegram, Telegram)
        assert telegram.reading.power_import_w == watts


def test_damage_to_the_checksum_never_reads_as_none_sent() -> None:
    place = KAMSTRUP.index(b"!") + 1
    for offset in range(4):
        for byte in range(256):
            damaged = bytearray(KAMSTRUP)
            if damaged[place + offset] in (byte, byte ^ 0x20):  # lower case is the same number
                continue
            damaged[place + offset] = byte
            before = LANDIS if byte % 2 else b""
            assert len(telegrams(decode(before + bytes(damaged) + LANDIS))) == 1 + byte % 2


def test_ten_short_frames_one_damaged_byte_costs_one_frame() -> None:
    for place in range(len(SHORT_FRAME)):
        for change in (0x01, 0x80, 0xFF, 0x55):
            damaged = bytearray(SHORT_FRAME)
            damaged[place] ^= change
            assert len(telegrams(decode(bytes(damaged) + SHORT_FRAME * 9))) >= 9, (place, change)


def test_one_corrupt_frame_and_six_good_ones() -> None:
    corrupt = SHORT_FRAME[:20] + b"\xff" + SHORT_FRAME[21:]
    events = decode(corrupt + SHORT_FRAME * 6)
    assert len(telegrams(events)) == 6
    assert rejections(events) == [Reason.CRC]


def test_frames_share_a_flag() -> None:
    assert len(telegrams(decode(SHORT_FRAME[:-1] * 5 + b"\x7e"))) == 5


def test_a_stream_that_starts_in_the_middle() -> None:
    events = decode(AIDON_FRAME[300:] + AIDON_FRAME)
    assert len(telegrams(events)) == 1
    assert rejections(events) == [Reason.NOISE]


def test_eight_bit_bytes_and_slashes_inside_a_telegram() -> None:
    body = "0-0:96.13.0(caf\xe9 A/B \xff\xff)\r\n1-0:1.7.0(0001.000*kW)\r\n"
    (telegram,) = telegrams(decode(p1(body)))
    assert telegram.registers[0].raw == ("caf\xe9 A/B \xff\xff",)
    assert telegram.reading.power_import_w == 1000


def test_a_slash_inside_the_identification() -> None:
    (telegram,) = telegrams(decode(p1("1-0:1.7.0(0001.000*kW)\r\n", ident="HTI5/3x")))
    assert telegram.identification == "HTI5/3x"


def test_a_kilobyte_of_ff_and_a_row_of_ten() -> None:
    for length in (1024, 10_000):
        body = "0-0:96.13.0(" + "\xff" * length + ")\r\n1-0:1.7.0(0001.000*kW)\r\n"
        (telegram,) = telegrams(decode(p1(body)))
        assert len((telegram.registers[0].raw or ("",))[0]) == length


def test_longer_than_the_bound_is_rejected_and_the_next_is_read() -> None:
    events = decode(p1("0-0:96.13.0(" + "A" * MAX_TELEGRAM + ")\r\n") + KAMSTRUP)
    assert [telegram.raw for telegram in telegrams(events)] == [KAMSTRUP.rstrip()]
    assert Reason.FRAMING in rejections(events)


def test_an_identification_that_never_ends() -> None:
    events = decode(b"/KAM5" + b"x" * 500 + KAMSTRUP)
    assert len(telegrams(events)) == 1
    assert rejections(events)[0] is Reason.FRAMING


def test_a_source_that_has_sent_checksums_must_go_on() -> None:
    bare = p1("1-0:1.7.0(0001.000*kW)\r\n", end="\r\n")
    assert [type(event) for event in decode(bare + bare + bare)] == [Telegram] * 3
    events = decode(KAMSTRUP + bare + KAMSTRUP)
    assert [getattr(event, "reason", "ok") for event in events] == ["ok", Reason.CRC, "ok"]
    events = decode(bare + KAMSTRUP)  # the first one waits for the second one's word
    assert [getattr(event, "reason", "ok") for event in events] == [Reason.CRC, "ok"]


def test_the_first_telegram_without_a_checksum_waits_for_the_second_only() -> None:
    bare = p1("1-0:1.7.0(0001.000*kW)\r\n", end="\r\n")
    decoder = Decoder()
    assert [len(decoder.feed(bare)) for _ in range(4)] == [0, 2, 1, 1]


def test_what_was_learned_survives_a_lost_connection() -> None:
    bare = p1("1-0:1.7.0(0001.000*kW)\r\n", end="\r\n")
    decoder = Decoder()
    decoder.feed(KAMSTRUP + LANDIS[:100])
    assert rejections(decoder.disconnect()) == [Reason.TRUNCATED]
    assert rejections(decoder.feed(bare)) == [Reason.CRC]
    decoder.finish()
    assert len(telegrams(decoder.feed(bare) + decoder.finish())) == 1


def test_checksum_forms() -> None:
    content = KAMSTRUP[: KAMSTRUP.index(b"!") + 1]
    number = crc.arc(content)
    assert len(telegrams(decode(content + b"%04x\r\n" % number))) == 1  # lower case
    assert len(telegrams(decode(content + b"%04X" % number))) == 1  # without a line end
    assert len(telegrams(decode(content + b"%04X\r\n\0\0\0\0" % number))) == 1  # NUL padding
    x25 = content + b"%04X\r\n" % crc.x25(content)
    assert [telegram.checksum for telegram in telegrams(decode(x25 * 2))] == [Checksum.OK] * 2  # Holley
    assert rejections(decode(KAMSTRUP + x25)) == [Reason.CRC]
    assert rejections(decode(x25 + KAMSTRUP)) == [Reason.CRC]


@pytest.mark.parametrize("end", ["80G2\r\n", " 8012\r\n", "8 12\r\n", "+123\r\n", "\r8012\r\n", "zzzz", "\rx"])
def test_all_else_behind_the_end_is_damage(end: str) -> None:
    events = decode(p1("1-0:1.7.0(0001.000*kW)\r\n", end=end))
    assert not telegrams(events)
    assert rejections(events)[0] is Reason.FRAMING


def test_an_input_that_ends_in_the_checksum_is_cut() -> None:
    for end in ("8", "80", "801"):
        assert rejections(decode(p1("1-0:1.7.0(0001.000*kW)\r\n", end=end))) == [Reason.TRUNCATED]


def test_the_end_right_behind_the_last_value() -> None:
    for end in ("", "\r\n", "\n"):
        (telegram,) = telegrams(decode(b"/ADN9 6534\r\n\r\n1-0:1.7.0(0001.000*kW)!" + end.encode()))
        assert telegram.reading.power_import_w == 1000


def test_rows_that_are_none_are_damage_only_without_a_checksum() -> None:
    body = "1-0:1.7.0(0001.000*kW)\r\nnothing\r\n"
    (telegram,) = telegrams(decode(p1(body)))
    assert [(register.obis, register.raw) for register in telegram.registers] == [
        ("1-0:1.7.0", ("0001.000*kW",)),
        ("nothing", ()),
    ]
    assert rejections(decode(p1(body, end="\r\n"))) == [Reason.FRAMING]
    assert rejections(decode(p1("", end="\r\n"))) == [Reason.FRAMING]


def test_only_the_identification_comes() -> None:
    """Kamstrup OMNIPOWER without 5 V on pin 1."""
    decoder = Decoder()
    events = [event for _ in range(3) for event in decoder.feed(b"/KAM5\r\n\r\n")]
    assert rejections(events) == [Reason.TRUNCATED] * 2


def test_segments_and_blocks() -> None:
    assert len(telegrams(decode(SEGMENTED * 3))) == 3
    events = decode(SEGMENTED[:180] + SEGMENTED)
    assert len(telegrams(events)) == 1
    assert Reason.TRUNCATED in rejections(events)
    frames = BLOCKS.data.split(b"\x7e\x7e")
    events = Decoder(BLOCKS.keys).message(frames[0] + b"\x7e" + BLOCKS.data)
    assert len(telegrams(events)) == 1
    assert rejections(events) == [Reason.TRUNCATED]  # a new block 1 drops the old rest


def test_a_lost_segment() -> None:
    first_end = 1 + (int.from_bytes(SEGMENTED[1:3]) & 0x7FF)
    assert rejections(decode(SEGMENTED[first_end:]))[0] is Reason.TRUNCATED
    decoder = Decoder()
    assert decoder.feed(SEGMENTED[: first_end + 1]) == []
    assert rejections(decoder.disconnect()) == [Reason.TRUNCATED]


def test_mbus_in_two_frames() -> None:
    assert [t.protocol for t in telegrams(Decoder(MBUS.keys).message(MBUS.data * 2))] == [Protocol.MBUS] * 2
    second = 4 + MBUS.data[1] + 2
    assert rejections(Decoder(MBUS.keys).message(MBUS.data[second:]))[0] is Reason.TRUNCATED
    stop = bytearray(MBUS.data)
    stop[second - 1] = 0
    assert Reason.FRAMING in rejections(Decoder(MBUS.keys).message(bytes(stop)))
    damaged = bytearray(MBUS.data)
    damaged[50] ^= 1
    assert Reason.CRC in rejections(Decoder(MBUS.keys).message(bytes(damaged)))


def test_encrypted_without_a_key_and_with_a_wrong_one() -> None:
    for case in (BLOCKS, ENCRYPTED_P1, CASES["hdlc/dk-kamstrup-omnipower-dummykey.hex"], MBUS):
        (event,) = decode_message(case.data)
        assert isinstance(event, Rejected)
        assert event.reason is Reason.CIPHER
        assert "ask the network company" in event.hint
        (event,) = decode_message(case.data, Keys(bytes(16), bytes(16)))
        assert isinstance(event, Rejected)
        assert event.reason is Reason.CIPHER
        assert "do not fit" in event.hint


def test_encrypted_telegrams_in_a_stream() -> None:
    decoder = Decoder(ENCRYPTED_P1.keys)
    events = [event for byte in ENCRYPTED_P1.data * 3 for event in decoder.feed(bytes((byte,)))]
    assert [telegram.protocol for telegram in telegrams(events)] == [Protocol.P1] * 3
    assert rejections(decode(ENCRYPTED_P1.data + KAMSTRUP)) == [Reason.CIPHER]


def test_the_polish_form_is_known_as_encrypted() -> None:
    body = b"\0\x82\x00\x20\x30\0\0\0\x01" + b"\r\n!ABCD)!1234" + bytes(13)
    content = b"/EGM5G35\r\n\r\n" + body + b"\r\n!"
    events = decode(content + b"%04X\r\n" % crc.arc(content) + KAMSTRUP)
    assert rejections(events)[0] is Reason.CIPHER
    assert len(telegrams(events)) == 1


def test_mixed_protocols_in_one_stream() -> None:
    events = decode(KAMSTRUP + AIDON_FRAME + b"xx" + LANDIS + SHORT_FRAME)
    assert [telegram.protocol for telegram in telegrams(events)] == ["p1", "hdlc", "p1", "hdlc"]


def test_bare_messages_are_never_searched_for_inside_a_stream() -> None:
    bare = CASES["hdlc/se-aidon-amshan-se-list.hex"].data
    assert decode_message(bare)[0].__class__ is Telegram
    assert not telegrams(decode_message(b"x" + bare))
    assert not telegrams(decode(bare))
    assert len(telegrams(decode_message(b"\x0f" + KAMSTRUP))) == 1  # a stream that happens to begin with 0F


def test_the_header_of_a_frame_inside_a_broken_telegram_is_waited_for() -> None:
    broken = p1("0-0:96.13.0(\x7e\xa2)", end="0001")
    decoder = Decoder()
    assert decoder.feed(broken) == []
    assert rejections(decoder.feed(b"\r\n" + KAMSTRUP)) == [Reason.CRC]
    frame = b"/KAM5\r\n\r\n" + SHORT_FRAME[:9] + b"\r\n!0000"
    events = decode(frame)
    assert [event.raw for event in events] == [frame[:9], frame[9:]]


def test_a_frame_that_begins_with_the_last_byte_of_a_broken_one() -> None:
    """The stop byte of an M-Bus frame is missing, and the flag of the next frame stands in its place."""
    broken = mbus.wrap(b"hello")[:-1]
    decoder = Decoder()
    assert decoder.feed(broken + SHORT_FRAME[:1]) == []
    events = decoder.feed(SHORT_FRAME[1:])
    assert [event.raw for event in events] == [broken, SHORT_FRAME[:-1]]
    assert rejections(events) == [Reason.FRAMING]


def test_a_telegram_that_begins_inside_a_broken_frame_and_ends_behind_it() -> None:
    """Found by the fuzzer: the start came in two pieces, the first of which went beyond the broken frame."""
    inside = len(SHORT_FRAME) - 5
    broken = SHORT_FRAME[:inside] + b"\xff"
    assert [event.raw for event in decode(broken + LANDIS)] == [broken, LANDIS.rstrip()]
    for cut in range(len(broken), len(broken) + 7):
        assert [event.raw for event in decode(broken + LANDIS, [cut])] == [broken, LANDIS.rstrip()], cut


def test_the_layout_is_known_only_between_telegrams() -> None:
    decoder = Decoder()
    assert decoder.layout is None
    decoder.feed(KAMSTRUP * 2)
    assert decoder.layout is not None
    assert decoder.layout.identification == "KAM5"
    decoder.feed(b"/")
    assert decoder.layout is None


def test_lines_behind_an_easymeter_are_forgotten_with_it() -> None:
    easymeter = CASES["p1/de-easymeter-q3db.txt"].data
    decoder = Decoder()
    decoder.feed(easymeter[: easymeter.index(b"!") + 3])
    assert len(telegrams(decoder.finish())) == 1
    assert rejections(decoder.feed(b"line\r\n") + decoder.finish()) == [Reason.NOISE]


def test_noise_comes_in_bounded_pieces() -> None:
    events = decode(b"z" * 5000 + KAMSTRUP)
    assert [len(event.raw) for event in events[:-1]] == [1024] * 4 + [904]


def random_megabytes(count: int) -> None:
    chance = random.Random(1)
    decoder = Decoder()
    tracemalloc.start()
    peaks = []
    for _ in range(count):
        for _ in range(16):
            decoder.feed(chance.randbytes(65536))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.reset_peak()
    tracemalloc.stop()
    assert max(peaks[1:]) < peaks[0] + 200_000


def test_random_bytes_raise_nothing_and_memory_stays_flat() -> None:
    random_megabytes(3)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_hundred_megabytes_of_random_bytes() -> None:
    random_megabytes(100)


HOSTILE = {
    "starts": b"/AAA1",
    "starts on lines": b"\n/AAA1",
    "ends": b"/AAA1\n!\r",
    "flags": b"\x7e\xa0",
    "frames that promise 2047 bytes": b"\x7e\xa7\xff\x03\x03\x13"
    + crc.x25(b"\xa7\xff\x03\x03\x13").to_bytes(2, "little"),
    "M-Bus heads": b"\x68\xff\xff\x68\x53",
    "ciphered heads": b"\xdb\x08AAAAAAAA\x82\x3f\xff\x30",
    "brackets": b"/AAA1\n\n1-0:1.8.0(((((((",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_cost_bounded_work(name: str) -> None:
    """The work per byte has a bound: twice the bytes take about twice the calls, not four times."""

    def calls(length: int) -> int:
        count = 0

        def tracer(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += 1

        decoder = Decoder()
        stream = (HOSTILE[name] * (length // len(HOSTILE[name]) + 1))[:length]
        sys.setprofile(tracer)
        try:
            for start in range(0, length, 4096):
                decoder.feed(stream[start : start + 4096])
        finally:
            sys.setprofile(None)
        return count

    assert calls(128 * 1024) < 2.5 * calls(64 * 1024) + 1000


def test_undecided_is_what_may_still_become_a_telegram() -> None:
    decoder = Decoder()
    assert decoder.undecided == 0
    decoder.feed(p1("1-0:1.7.0(0001.727*kW)\r\n") + b"/KAM5\r\n")
    assert decoder.undecided == len(b"/KAM5\r\n")
    decoder.finish()
    assert decoder.undecided == 0
