"""The layouts of a source: learned once, the same readings as row by row, and bounded."""

from corpus_index import CASES
from hanport.port import crc
from hanport.port.layouts import Layouts
from hanport.port.p1 import Integrity
from hanport.port.telegram import Telegram
from hanport.port.values import Checksum

KAMSTRUP = CASES["p1/se-kamstrup-omnia-220408-big.txt"].data
CONTENT = KAMSTRUP[: KAMSTRUP.index(b"!") + 1]
LATER = CONTENT.replace(b"00060995.424", b"00060995.425")


def sealed(content: bytes) -> bytes:
    return content + b"%04X" % crc.arc(content)


def give(layouts: Layouts, content: bytes, integrity: Integrity = Integrity.ARC) -> Telegram:
    return layouts.telegram(content, sealed(content), integrity)


def knowing() -> Layouts:
    layouts = Layouts()
    for _ in range(3):
        give(layouts, CONTENT)
    assert layouts.last is not None
    return layouts


def again(layouts: Layouts, data: bytes, start: int = 0) -> Telegram | None:
    return layouts.same_again(bytearray(data), start)


def test_the_second_telegram_is_learned_from_and_the_next_is_sliced() -> None:
    layouts = Layouts()
    assert again(layouts, sealed(CONTENT)) is None
    first = give(layouts, CONTENT)
    assert (len(layouts), layouts.last) == (0, None)  # to learn does not pay for a single one
    give(layouts, CONTENT)
    assert len(layouts) == 1
    assert layouts.last is not None
    third = give(layouts, LATER)
    assert (first.reading.energy_import_wh, third.reading.energy_import_wh) == (60_995_424, 60_995_425)
    assert (third.identification, third.checksum, third.raw) == ("KAM5", Checksum.OK, sealed(LATER))


def test_two_forms_in_turn_are_both_learned() -> None:
    layouts = Layouts()
    shorter = CONTENT.replace(b"00060995.424", b"060995.424")
    for _ in range(3):
        give(layouts, CONTENT)
        assert give(layouts, shorter).reading.energy_import_wh == 60_995_424
    assert len(layouts) == 2
    assert layouts.last is not None
    assert layouts.last.length == len(shorter)


def test_the_other_checksum_is_learned_from_too() -> None:
    """Holley; but only CRC-16/ARC is believed without asking what the source has shown."""
    layouts = Layouts()
    for _ in range(3):
        give(layouts, CONTENT, Integrity.X25)
    assert len(layouts) == 1
    assert layouts.last is None


def test_the_same_again() -> None:
    layouts = knowing()
    data = sealed(LATER)
    telegram = again(layouts, b"xx" + data + b"\r\n", 2)
    assert telegram is not None
    assert telegram.raw == data
    assert telegram.reading.energy_import_wh == 60_995_425
    assert telegram.registers == Telegram(telegram.protocol, "KAM5", Checksum.OK, data).registers


def test_not_the_same_again() -> None:
    layouts = knowing()
    data = sealed(LATER)
    assert again(layouts, data[:-1]) is None
    assert again(layouts, LATER + b"0000") is None
    assert again(layouts, LATER + b"\r\n\r\n") is None
    assert again(layouts, sealed(CONTENT.replace(b"*kWh", b"*MWh"))) is None


def test_only_a_right_arc_makes_it_the_last() -> None:
    for integrity, checksum in ((Integrity.ABSENT, Checksum.ABSENT), (Integrity.X25, Checksum.OK)):
        layouts = knowing()
        telegram = layouts.telegram(LATER, LATER, integrity)
        assert telegram.checksum is checksum
        assert telegram.reading.energy_import_wh == 60_995_425
        assert layouts.last is None


def test_a_telegram_without_a_checksum_teaches_nothing() -> None:
    layouts = Layouts()
    for _ in range(3):
        telegram = give(layouts, CONTENT, Integrity.ABSENT)
    assert telegram.checksum is Checksum.ABSENT
    assert telegram.reading.energy_import_wh == 60_995_424
    assert len(layouts) == 0


def test_a_form_that_cannot_be_sliced_is_tried_once() -> None:
    fine = b"/ESY5\r\n\r\n1-0:1.8.0(0052185.7831234*kWh)\r\n!"
    layouts = Layouts()
    for _ in range(3):
        assert give(layouts, fine).reading.energy_import_wh == 52_185_783
    assert layouts.last is None
    assert len(layouts) == 1


def test_a_changed_form_of_the_same_length_is_learned_anew() -> None:
    layouts = knowing()
    changed = CONTENT.replace(b"1-0:1.8.0", b"1-0:9.8.0")
    assert give(layouts, changed).reading.energy_import_wh is None
    assert give(layouts, changed).reading.energy_import_wh is None
    assert again(layouts, sealed(changed)) is not None
    assert again(layouts, sealed(CONTENT)) is None


def test_line_ends_without_cr() -> None:
    """Bridges that serve the lines anew; the checksum is then over what they send."""
    content = CONTENT.replace(b"\r\n", b"\n")
    layouts = Layouts()
    assert {give(layouts, content).identification for _ in range(3)} == {"KAM5"}
    assert layouts.last is not None


def test_a_clock_that_is_set_later() -> None:
    """Iskraemeco sends date and time apart and not set at first: the layout must not keep that there is no time."""
    content = b"/ISk5\\2M550T-2006\r\n\r\n0-0:0.9.1(000000)\r\n0-0:0.9.2(000000)\r\n1-0:1.8.0(00000001.000*kWh)\r\n!"
    layouts = Layouts()
    assert give(layouts, content).at is None
    give(layouts, content)
    later = give(layouts, content.replace(b"1(000000)", b"1(124510)").replace(b"2(000000)", b"2(220905)"))
    assert later.at is not None
    assert later.at.isoformat() == "2022-09-05T11:45:10+00:00"


def test_few_layouts_are_kept() -> None:
    layouts = Layouts()
    for width in range(1, 40):
        content = b"/KAM5\r\n\r\n1-0:1.7.0(%0*d.000*kW)\r\n!" % (width, 1)
        for _ in range(2):
            assert give(layouts, content).reading.power_import_w == (1000 if width <= 20 else None)
        assert len(layouts) <= 16
    assert len(layouts) == 16
