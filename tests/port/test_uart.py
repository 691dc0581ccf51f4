"""The serial line bit by bit."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.port.uart import Setting, receive, transmit

TEXT = b"/KAM5\r\n\r\n1-0:1.8.0(00060995.424*kWh)\r\n1-0:32.7.0(235.5*V)\r\n!92F5\r\n"
NORMAL = Setting(115_200, 8, "N", 1)
SETTINGS = st.builds(
    Setting,
    st.sampled_from([300, 2400, 9600, 19_200, 115_200]),
    st.just(8),
    st.sampled_from(["N", "E", "O"]),
    st.sampled_from([1, 2]),
)


def test_setting_is_written_as_people_write_it() -> None:
    assert str(NORMAL) == "115200 8N1"
    assert Setting.parse("9600 7e1") == Setting(9600, 7, "E", 1)
    assert Setting.parse("8E1", 2400) == Setting(2400, 8, "E", 1)
    assert NORMAL.byte_bits == 10
    assert Setting(9600, 7, "E", 1).byte_bits == 10
    assert Setting(2400, 8, "E", 2).duration_s(200) == pytest.approx(1.0)


@pytest.mark.parametrize("text", ["", "8", "8X1", "9N1", "8N3", "x 8N1", "0 8N1", "5000000 8N1", "1 2 8N1", "٨N1"])
def test_setting_refuses_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"8N1|baud"):
        Setting.parse(text)


@given(SETTINGS)
def test_setting_is_read_as_it_was_written(setting: Setting) -> None:
    assert Setting.parse(str(setting)) == setting


def test_levels_of_one_byte() -> None:
    # 0x53 = 0b01010011: start, data with the lowest bit first, parity, stop
    assert transmit(b"\x53", NORMAL) == bytes([0, 1, 1, 0, 0, 1, 0, 1, 0, 1])
    assert transmit(b"\x53", NORMAL, inverted=True) == bytes([1, 0, 0, 1, 1, 0, 1, 0, 1, 0])
    assert transmit(b"\x53", Setting(9600, 7, "E", 1)) == bytes([0, 1, 1, 0, 0, 1, 0, 1, 0, 1])
    assert transmit(b"\x53", Setting(9600, 8, "O", 2)) == bytes([0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1])


@given(st.binary(max_size=80), SETTINGS)
def test_the_same_setting_receives_what_was_sent(data: bytes, setting: Setting) -> None:
    assert receive(data, sent=setting, read=setting, inverted=False) == data


@given(st.binary(max_size=80), st.sampled_from(["7E1", "7O2", "7N1"]))
def test_seven_bits_carry_seven_bits(data: bytes, text: str) -> None:
    setting = Setting.parse(text, 9600)
    assert receive(data, sent=setting, read=setting) == bytes(value & 0x7F for value in data)


@given(st.binary(max_size=40), SETTINGS, SETTINGS, st.booleans())
def test_any_pair_of_settings_gives_bytes_and_ends(data: bytes, sent: Setting, read: Setting, inverted: bool) -> None:
    received = receive(data, sent=sent, read=read, inverted=inverted)
    line_s = sent.duration_s(len(data)) + 2 / read.baud
    # no frame can be found more often than once in the time that its data bits take
    assert len(received) <= line_s * read.baud / (read.bits + 1) + 2


@given(st.binary(min_size=1, max_size=80))
def test_a_small_difference_in_speed_does_no_harm(data: bytes) -> None:
    # half a bit is missed only after ten bits: 4 % are allowed, as every UART allows
    for baud in (111_000, 119_000):
        assert receive(data, sent=NORMAL, read=Setting(baud)) == data


def test_a_slow_reader_sees_few_bytes_and_a_fast_one_many() -> None:
    slow = receive(TEXT, sent=NORMAL, read=Setting(9600))
    fast = receive(TEXT, sent=Setting(9600), read=NORMAL)
    assert 0 < len(slow) <= len(TEXT) / 10
    assert len(fast) > 2 * len(TEXT)
    assert b"KAM5" not in slow + fast


def test_seven_even_read_as_eight_has_the_parity_on_top() -> None:
    sent = Setting(9600, 7, "E", 1)
    assert receive(b"/1a", sent=sent, read=Setting(9600)) == bytes([0xAF, 0xB1, 0xE1])


def test_eight_none_read_as_seven_even_keeps_text() -> None:
    # the eighth bit is taken for the parity, and Linux delivers a byte of wrong parity as it is
    assert receive(TEXT, sent=NORMAL, read=Setting(115_200, 7, "E", 1)) == TEXT


def test_a_wrong_stop_bit_does_not_lose_the_next_byte() -> None:
    # read as 8E1 the stop bit is taken for the parity, and the next start bit for the stop bit
    assert receive(TEXT, sent=NORMAL, read=Setting(115_200, 8, "E", 1)) == TEXT


def test_a_break_is_one_nul() -> None:
    # nine zero bits of 2400 baud are a low line for several frames of 9600 baud
    assert receive(b"\0", sent=Setting(2400), read=Setting(9600)) == b"\0"


def test_a_spike_is_no_start_bit() -> None:
    # single bits of 115200 baud are shorter than half a bit of 9600
    assert receive(b"\xff", sent=NORMAL, read=Setting(9600)) == b""


def test_an_inverted_line_gives_other_bytes() -> None:
    received = receive(TEXT, sent=NORMAL, read=NORMAL, inverted=True)
    assert received
    assert b"KAM5" not in received
    assert sum(value > 0x7F for value in received) > len(received) / 4  # most text has its highest bit at 0


def test_a_long_idle_inverted_line_ends_in_a_break() -> None:
    # U is 01010101, so that every inverted bit begins a frame of its own; the line falls to its rest at the end
    assert receive(b"", sent=NORMAL, read=NORMAL, inverted=True) == b""
    assert receive(b"\xff", sent=NORMAL, read=NORMAL, inverted=True) == b"\0"


def test_a_telegram_is_quick() -> None:
    telegram = TEXT * 8
    for sent, read in ((NORMAL, NORMAL), (NORMAL, Setting(2400)), (Setting(2400), NORMAL)):
        best = min(_timed(telegram, sent, read) for _ in range(5))
        assert best < 0.1, f"{sent} read as {read} took {best * 1000:.1f} ms"


def _timed(data: bytes, sent: Setting, read: Setting) -> float:
    begun = time.perf_counter()
    receive(data, sent=sent, read=read)
    return time.perf_counter() - begun
