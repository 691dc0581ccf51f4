"""A whole DLMS message: plain, ciphered, with P1 inside, and with the wrong keys."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from corpus_index import CASES
from hanport.port import crc
from hanport.port.cipher import Keys
from hanport.port.message import read_message, without_llc
from hanport.port.telegram import Telegram
from hanport.port.values import Checksum, Protocol, Reason, Rejected

EK, AK = bytes(range(16)), bytes(range(16, 32))
TITLE, COUNTER = b"KFM\x10\x20\x00\x00\x01", b"\0\0\0\x2a"
PLAIN = b"\x0f\x40\0\0\0\0\x02\x02\x09\x06\x01\x00\x01\x07\x00\xff\x06\0\0\x0b\0"
P1 = b"/EST5\\2\r\n\r\n1-0:1.7.0(00001.727*kW)\r\n!"


def seal(plain: bytes, security: int = 0x30) -> bytes:
    body = AESGCM(EK).encrypt(TITLE + COUNTER, plain, bytes((security,)) + AK)
    content = bytes((security,)) + COUNTER + (body[:-4] if security & 0x10 else body[:-16])
    return b"\xdb\x08" + TITLE + b"\x82" + len(content).to_bytes(2) + content


def read(apdu: bytes, keys: Keys | None = None) -> Telegram | Rejected:
    return read_message(apdu, raw=b"raw", protocol=Protocol.HDLC, checksum=Checksum.OK, keys=keys)


def refused(apdu: bytes, keys: Keys | None = None) -> tuple[Reason, str]:
    event = read(apdu, keys)
    assert isinstance(event, Rejected)
    assert event.raw == b"raw"
    return event.reason, event.hint


def taken(apdu: bytes, keys: Keys | None = None) -> Telegram:
    event = read(apdu, keys)
    assert isinstance(event, Telegram)
    assert event.raw == b"raw"
    return event


def test_the_llc_is_taken_off_where_there_is_one() -> None:
    assert without_llc(b"\xe6\xe7\x00" + PLAIN) == PLAIN
    assert without_llc(b"\xe6\xe6\x00" + PLAIN) == PLAIN
    assert without_llc(PLAIN) is PLAIN
    assert without_llc(b"\xe6\xe7") == b"\xe6\xe7"


def test_a_plain_message() -> None:
    telegram = taken(PLAIN)
    assert (telegram.protocol, telegram.checksum, telegram.identification) == (Protocol.HDLC, Checksum.OK, None)
    assert [register.value for register in telegram.registers] == [2816]


@pytest.mark.parametrize("security", [0x20, 0x30])
def test_a_ciphered_message(security: int) -> None:
    """20 is encrypted without a tag (Netz NÖ), 30 with one."""
    telegram = taken(seal(PLAIN, security), Keys(EK, AK))
    assert telegram.identification == "KFM"
    assert telegram.reading.power_import_w == 2816
    assert taken(seal(PLAIN, security), Keys(EK)).reading.power_import_w == 2816


def test_a_captured_one_without_a_tag() -> None:
    case = CASES["mbus/at-netznoe-mbus-enc.hex"]
    first, second = case.data[9:254], case.data[265:-2]
    telegram = taken(first + second, case.keys)
    assert telegram.reading.energy_import_wh == 12_937


def test_without_a_key() -> None:
    reason, hint = refused(seal(PLAIN))
    assert reason is Reason.CIPHER
    assert "ask the network company" in hint


@pytest.mark.parametrize("keys", [Keys(AK, EK), Keys(AK), Keys(bytes(16))])
def test_with_a_wrong_key(keys: Keys) -> None:
    reason, hint = refused(seal(PLAIN), keys)
    assert reason is Reason.CIPHER
    assert "do not fit" in hint


def test_a_wrong_key_that_gives_a_slash() -> None:
    """Without the authentication key nothing but the plain text tells; one wrong key in 256 begins it with a `/`."""
    for number in range(2000):
        keys = Keys(number.to_bytes(16))
        assert refused(seal(PLAIN, 0x20), keys)[0] is Reason.CIPHER


def test_p1_inside() -> None:
    """Luxembourg and Austria."""
    for plain, checksum in ((P1 + b"%04X\r\n" % crc.arc(P1), Checksum.OK), (P1 + b"\r\n", Checksum.ABSENT)):
        telegram = taken(seal(plain), Keys(EK, AK))
        assert (telegram.protocol, telegram.identification, telegram.checksum) == ("p1", "EST5\\2", checksum)
        assert telegram.reading.power_import_w == 1727
        assert telegram.registers[0].raw == ("00001.727*kW",)


def test_damaged_p1_inside() -> None:
    keys = Keys(EK, AK)
    assert refused(seal(P1 + b"0000\r\n"), keys) == (Reason.CRC, "")
    assert refused(seal(P1[:20]), keys) == (Reason.TRUNCATED, "")
    assert refused(seal(P1 + b"zzzz\r\n"), keys)[0] is Reason.FRAMING


def test_a_ciphered_message_that_is_cut() -> None:
    reason, hint = refused(seal(PLAIN)[:-1], Keys(EK, AK))
    assert reason is Reason.STRUCTURE
    assert "taken apart" in hint
    assert refused(b"\xdb", Keys(EK, AK))[0] is Reason.STRUCTURE


@pytest.mark.parametrize("apdu", [b"", b"\xc4\x01\x41\x00", PLAIN[:-1], PLAIN + b"x"])
def test_what_is_no_push(apdu: bytes) -> None:
    reason, hint = refused(apdu)
    assert reason is Reason.STRUCTURE
    assert hint
