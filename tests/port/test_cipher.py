"""Ciphered messages: taken apart, deciphered, and refused with the wrong keys."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from corpus_index import CASES
from hanport.port import cipher
from hanport.port.cipher import Keys, WrongKey

EK, AK = bytes(range(16)), bytes(range(16, 32))
TITLE, COUNTER = b"KFM\x10\x20\x00\x00\x01", b"\0\0\0\x2a"
PLAIN = b"\x0f\x40\0\0\0\0\x02\x01\x06\0\0\x0b\0"


def seal(plain: bytes, security: int, *, ak: bytes = AK, length: bytes | None = None) -> bytes:
    """As IEC 62056-5-3 has it: the tag is over the security byte, the authentication key and the text."""
    body = AESGCM(EK).encrypt(TITLE + COUNTER, plain, bytes((security,)) + ak)
    if not security & 0x10:
        body = body[:-16]
    elif len(body) > 4:
        body = body[:-4]  # 12 of the 16 bytes of the tag
    content = bytes((security,)) + COUNTER + body
    return b"\xdb\x08" + TITLE + (bytes((len(content),)) if length is None else length) + content


def test_keys_have_sixteen_bytes() -> None:
    with pytest.raises(ValueError, match="the encryption key has 15 bytes"):
        Keys(bytes(15))
    with pytest.raises(ValueError, match="the authentication key has 32 bytes"):
        Keys(bytes(16), bytes(32))


def test_keys_are_not_printed() -> None:
    assert EK.hex() not in repr(Keys(EK, AK)) + str(Keys(EK, AK))
    assert "0x" not in repr(Keys(EK, AK))


@given(st.binary(min_size=12, max_size=100), st.sampled_from([0x20, 0x30]))
def test_what_is_sealed_opens(plain: bytes, security: int) -> None:
    message = cipher.take_apart(seal(plain, security))
    assert message is not None
    assert (message.title, message.security, message.counter) == (TITLE, security, COUNTER)
    assert cipher.decipher(message, Keys(EK, AK)) == plain
    assert cipher.decipher(message, Keys(EK)) == plain  # without AK it is read, and not checked


def test_wrong_keys_show_where_a_tag_can_be_checked() -> None:
    message = cipher.take_apart(seal(PLAIN, 0x30))
    assert message is not None
    for keys in (Keys(AK, EK), Keys(EK, EK)):
        with pytest.raises(WrongKey):
            cipher.decipher(message, keys)
    assert cipher.decipher(message, Keys(AK)) != PLAIN


def test_damage_shows() -> None:
    sealed = bytearray(seal(PLAIN, 0x30))
    sealed[-1] ^= 1
    message = cipher.take_apart(bytes(sealed))
    assert message is not None
    with pytest.raises(WrongKey):
        cipher.decipher(message, Keys(EK, AK))


def test_a_captured_message_opens() -> None:
    case = CASES["p1-enc/lu-smarty-encrypted-est5.hex"]
    message = cipher.take_apart(case.data)
    assert message is not None
    assert case.keys is not None
    assert cipher.decipher(message, case.keys).startswith(b"/EST5")


def test_lengths_of_one_two_and_three_bytes() -> None:
    plain = bytes(40)
    size = 5 + len(plain)
    for length in (bytes((size,)), bytes((0x81, size)), bytes((0x82, 0, size))):
        sealed = seal(plain, 0x20, length=length)
        assert cipher.header(sealed) == (10 + len(length), len(sealed))
        assert cipher.header(b"xx" + sealed, 2) == (10 + len(length), len(sealed))
        for cut in range(10 + len(length)):
            with pytest.raises(IndexError):
                cipher.header(sealed[:cut] if cut else b"")


@pytest.mark.parametrize(
    "data",
    [
        b"\xdc\x08" + bytes(40),  # another tag
        b"\xdb\x07" + bytes(40),  # a title of seven bytes
        b"\xdb\x08" + TITLE + b"\x20\x00" + bytes(40),  # not encrypted
        b"\xdb\x08" + TITLE + b"\x20\x31" + bytes(40),  # security suite 1
        b"\xdb\x08" + TITLE + b"\x10\x30" + bytes(40),  # too short for a tag
        b"\xdb\x08" + TITLE + b"\x84\0\0\0\x20\x30" + bytes(40),  # a length of four bytes
    ],
)
def test_other_messages_are_none_of_ours(data: bytes) -> None:
    assert cipher.header(data) is None
    assert cipher.take_apart(data) is None


def test_a_cut_message_is_not_taken_apart() -> None:
    sealed = seal(PLAIN, 0x30)
    for cut in range(1, len(sealed)):
        assert cipher.take_apart(sealed[:cut]) is None
    assert cipher.take_apart(sealed + b"behind") == cipher.take_apart(sealed)
