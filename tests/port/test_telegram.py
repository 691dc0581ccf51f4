"""A telegram: what it says, worked out once and only when asked."""

from datetime import UTC, datetime

from corpus_index import CASES
from hanport.port.push import Pushed
from hanport.port.telegram import Telegram, identification_of, p1_body, p1_registers
from hanport.port.values import Checksum, Protocol, Reading, Register

KAMSTRUP = CASES["p1/se-kamstrup-omnia-220408-big.txt"].data.rstrip()
AT = datetime(2022, 4, 8, 12, 50, 21, tzinfo=UTC)


def p1(raw: bytes = KAMSTRUP, known: Reading | Pushed | bytes | None = None) -> Telegram:
    return Telegram(Protocol.P1, identification_of(raw), Checksum.OK, raw, known)


def test_a_p1_telegram_from_its_bytes() -> None:
    telegram = p1()
    assert telegram.identification == "KAM5"
    assert telegram.at == telegram.reading.at == AT
    assert telegram.reading.energy_import_wh == 60_995_424
    assert len(telegram.registers) == 27
    assert telegram.registers[1] == Register("1-0:1.8.0", ("00060995.424*kWh",), telegram.registers[1].value, "kWh")


def test_it_is_worked_out_once() -> None:
    telegram = p1()
    assert telegram.registers is telegram.registers
    assert telegram.reading is telegram.reading


def test_registers_do_not_depend_on_the_reading_being_asked_first() -> None:
    asked, plain = p1(), p1()
    assert asked.reading
    assert asked.registers == plain.registers


def test_a_reading_that_is_known_is_taken() -> None:
    reading = Reading(power_import_w=1)
    telegram = p1(known=reading)
    assert telegram.reading is reading
    assert telegram.at is None
    assert len(telegram.registers) == 27


def test_a_list_that_is_known_is_taken() -> None:
    registers = (Register("1-0:1.7.0", None),)
    telegram = Telegram(Protocol.HDLC, "KFM_001", Checksum.OK, b"raw", Pushed("KFM_001", AT, registers))
    assert telegram.reading == Reading(at=AT)
    assert telegram.registers is registers


def test_the_text_of_an_encrypted_telegram_is_read_instead_of_its_bytes() -> None:
    telegram = Telegram(Protocol.P1, "KAM5", Checksum.OK, b"\xdb\x08", KAMSTRUP)
    assert telegram.reading.energy_import_wh == 60_995_424
    assert telegram.raw == b"\xdb\x08"
    assert len(telegram.registers) == 27


def test_what_is_printed_is_short() -> None:
    assert repr(p1()) == f"Telegram(p1, 'KAM5', ok, {len(KAMSTRUP)} bytes)"


def test_identifications() -> None:
    assert identification_of(b"/ELL5\\253833635_A\r\n\r\n!") == "ELL5\\253833635_A"
    assert identification_of(b"/ADN9 6534\n\n!") == "ADN9 6534"  # bridges that leave the CR out
    assert identification_of(b"/HTI5/3x \xe5\r\n!") == "HTI5/3x \xe5"


def test_the_body_goes_from_the_first_line_to_the_last_end() -> None:
    assert p1_body(b"/KAM5\r\n\r\n0-0:96.13.0(a!b)\r\n!1234") == "\r\n0-0:96.13.0(a!b)\r\n"
    assert [register.obis for register in p1_registers(b"/KAM5\r\n1-0:1.7.0(1*kW)!")] == ["1-0:1.7.0"]
