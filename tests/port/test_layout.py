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


@pytest.mark.parametrize("character", b":;<=>?")
def test_what_shares_the_upper_half_of_digits_is_none(character: int) -> None:
    content = bytearray(content_of(WITH_CHECKSUM[0].data))
    learned = layout.learn(bytes(content), slowly(bytes(content)).reading)
    assert learned is not None
    content[learned.mask.index(0xF0)] = character
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


def of(body: str) -> bytes:
    return f"/KAM5\r\n\r\n{body}!".encode("latin-1")


def learned(content: bytes) -> layout.Layout | None:
    return layout.learn(content, slowly(content).reading)


@pytest.mark.parametrize(
    "body",
    [
        "1-0:1.8.0(00000000000001*kWh)\r\n",  # other digits could be more than a measurement
        "1-0:1.8.0(1)(0001.000*kWh)\r\n1-0:1.8.0(0001.000*kWh)\r\n",  # the first row counts, and has two brackets
        "0-0:1.0.0(000101000000W)(x)\r\n1-0:1.8.0(0001.000*kWh)\r\n",
        "0-1:1.0.0(000101000000W)\r\n0-0:1.0.0(000101000000W)\r\n1-0:1.8.0(0001.000*kWh)\r\n",
    ],
)
def test_what_equal_digits_hide_has_no_layout(body: str) -> None:
    assert learned(of(body)) is None


def test_a_clock_in_date_and_time_that_is_not_set_has_none_either() -> None:
    body = "0-0:0.9.1(000000)\r\n0-0:0.9.2(000000)\r\n1-0:1.8.0(0001.000*kWh)\r\n"
    assert learned(of(body)) is not None  # of a meter whose two rows are not read as a time
    assert learned(of(body).replace(b"/KAM5", rb"/ISk5\2M550T")) is None


def test_rows_that_reading_has_no_use_for_do_no_harm() -> None:
    body = "1-0:1.7.0(x)\r\n1-0:1.7.0(0001.727*kW)\r\n1-0:1.7.0(0009.000*kW)\r\n1-0:2.7.0(0001*V)\r\n1-0:2.7.0(5)\r\n"
    found = learned(of(body))
    assert found is not None
    other = of(body.replace("1.727", "2.828").replace("9.000", "8.000"))
    assert found.read(other) == slowly(other).reading
    assert slowly(other).reading.power_import_w == 2828


def test_digits_of_the_identification_are_fixed() -> None:
    content = b"/KAM5(12)\r\n\r\n1-0:1.7.0(0001.727*kW)\r\n!"
    found = learned(content)
    assert found is not None
    assert found.identification == "KAM5(12)"
    assert found.read(content.replace(b"(12)", b"(13)")) is None


def test_seconds_of_the_same_minute() -> None:
    content = content_of(CASES["p1/se-kamstrup-omnia-220408-big.txt"].data)
    found = learned(content)
    assert found is not None
    for second in range(60):
        changed = content.replace(b"220408135021", b"2204081350%02d" % second)
        read = found.read(changed)
        assert read is not None
        assert read.at == slowly(changed).at


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
        for telegram in decoder.feed((content + b"%04X\r\n" % crc.arc(content)) * 2):
            assert isinstance(telegram, Telegram)
            assert telegram.reading.power_import_w == (1000 if width <= 20 else None)
    assert len(decoder._layouts) == 16
