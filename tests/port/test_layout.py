"""The layout's slices give what reading row by row gives, or nothing."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_index import CASES
from hanport.port import crc, layout
from hanport.port.decoder import Decoder, decode_message
from hanport.port.telegram import Telegram

WITH_CHECKSUM = [c for c in CASES.values() if c.folder == "p1" and c.index["crc_ok"]]
# Numbers finer than the field's unit, or no row that Reading knows.
NOT_SLICED = {"p1/de-easymeter-q3da.txt", "p1/de-easymeter-q3db.txt"}


def content_of(data: bytes) -> bytes:
    return data[data.index(b"/") : data.index(b"!") + 1]


def slowly(content: bytes) -> Telegram:
    (telegram,) = decode_message(content + b"%04X\r\n" % crc.arc(content))
    assert isinstance(telegram, Telegram)
    return telegram


@pytest.mark.parametrize("case", WITH_CHECKSUM, ids=lambda case: str(case.file))
def test_every_checksummed_telegram_of_the_corpus_has_a_layout(case: object) -> None:
    content = content_of(case.data)  # type: ignore[attr-defined]
    found = layout.learn(content, slowly(content).reading)
    assert found is not None
    assert found.read(content) == slowly(content).reading


@given(st.sampled_from(WITH_CHECKSUM), st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=300, deadline=None)
def test_other_digits_read_the_same_both_ways(case: object, chance: object, all_digits: bool) -> None:
    content = bytearray(content_of(case.data))  # type: ignore[attr-defined]
    learned = layout.learn(bytes(content), slowly(bytes(content)).reading)
    assert learned is not None
    randrange: Callable[[int], int] = chance.randrange  # type: ignore[attr-defined]
    for place, mask in enumerate(learned.mask):
        if mask == 0xF0 and (all_digits or randrange(4) == 0):
            content[place] = 0x30 + randrange(10)
    sliced = learned.read(bytes(content))
    assert sliced is not None
    assert sliced == slowly(bytes(content)).reading


@given(st.sampled_from(WITH_CHECKSUM), st.data())
@settings(max_examples=300, deadline=None)
def test_any_other_change_is_seen(case: object, data: st.DataObject) -> None:
    content = bytearray(content_of(case.data))  # type: ignore[attr-defined]
    learned = layout.learn(bytes(content), slowly(bytes(content)).reading)
    assert learned is not None
    place = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place] and not 0x30 <= byte <= 0x39))
    content[place] = byte
    assert learned.read(bytes(content)) is None


def test_digits_of_codes_are_fixed() -> None:
    content = content_of(CASES["p1/se-kamstrup-omnia-220408-big.txt"].data)
    learned = layout.learn(content, slowly(content).reading)
    assert learned is not None
    assert learned.read(content.replace(b"1-0:1.8.0", b"1-0:9.8.0")) is None


def test_a_reading_that_slices_cannot_give_has_no_layout() -> None:
    content = content_of(CASES["p1/de-easymeter-q3db.txt"].data)
    assert layout.learn(content, slowly(content).reading) is None
    content = b"/KAM5\r\n\r\n0-0:96.1.1(00)\r\n!"
    assert layout.learn(content, slowly(content).reading) is None
    content = content_of(CASES["p1/se-kamstrup-omnia-220408-big.txt"].data)
    other = msgspec.structs.replace(slowly(content).reading, power_import_w=1)
    assert layout.learn(content, other) is None


def test_clocks_that_are_none() -> None:
    content = content_of(CASES["p1/se-kamstrup-omnia-220408-big.txt"].data)
    learned = layout.learn(content, slowly(content).reading)
    assert learned is not None
    for clock in (b"000101010000", b"251301000000", b"250230000000", b"250101240000", b"250101006000", b"250101000060"):
        changed = content.replace(b"220408135021", clock)
        sliced = learned.read(changed)
        assert sliced is not None
        assert sliced.at is None
        assert sliced == slowly(changed).reading


def test_a_decoder_keeps_a_bounded_number_of_layouts() -> None:
    decoder = Decoder()
    for width in range(1, 40):
        content = b"/KAM5\r\n\r\n1-0:1.7.0(%0*d.000*kW)\r\n!" % (width, 1)
        (telegram,) = decoder.feed(content + b"%04X\r\n" % crc.arc(content))
        assert isinstance(telegram, Telegram)
        assert telegram.reading.power_import_w == (1000 if width <= 20 else None)
    assert len(decoder._layouts) == 16
