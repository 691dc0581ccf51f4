"""General-global-ciphering: AES-128-GCM as DLMS security suite 0 has it (IEC 62056-5-3; Green Book 9.2.3.3)."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

GENERAL_GLO_CIPHERING = 0xDB
_AUTHENTICATED = 0x10
_ENCRYPTED = 0x20
_TAG_BYTES = 12
_TITLE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that the network company hands out: 16 bytes each (GPK60/EK and GPK61/AK on a Kamstrup).

    Without the authentication key a telegram is still read; its tag is then not checked.
    """

    encryption: bytes
    authentication: bytes | None = None

    def __post_init__(self) -> None:
        for name, key in (("encryption", self.encryption), ("authentication", self.authentication)):
            if key is not None and len(key) != 16:
                raise ValueError(f"the {name} key has {len(key)} bytes; AES-128 takes 16 (32 hex digits)")

    def __repr__(self) -> str:
        return "Keys(…)"


@dataclass(frozen=True, slots=True)
class Ciphered:
    """An encrypted message, taken apart. `security` is the security control byte, `counter` the invocation counter."""

    title: bytes
    security: int
    counter: bytes
    payload: bytes


class WrongKey(Exception):
    """The tag does not fit the keys."""


def header(data: bytes | bytearray, start: int = 0) -> tuple[int, int] | None:
    """Length of the header at `start` and of the whole message, or None for bytes that are no such message.

    The title is 8 bytes in every meter known; IndexError says that more bytes are needed to tell.
    """
    if data[start] != GENERAL_GLO_CIPHERING or data[start + 1] != _TITLE_BYTES:
        return None
    at = start + 2 + _TITLE_BYTES
    size, after = length_at(data, at)
    security = data[after]
    if not security & _ENCRYPTED or security & 0x0F or size < 5 + _TAG_BYTES:
        return None
    return after - start, after - start + size


def length_at(data: bytes | bytearray, at: int) -> tuple[int, int]:
    """An A-XDR length and the place behind it. IndexError where it is cut; a form beyond 65 535 counts as 0."""
    first = data[at]
    if first < 0x80:
        return first, at + 1
    if first == 0x81:
        return data[at + 1], at + 2
    if first == 0x82:
        return data[at + 1] << 8 | data[at + 2], at + 3
    return 0, at + 1


def take_apart(message: bytes) -> Ciphered | None:
    """The parts of a whole general-glo-ciphering message; None for anything else."""
    try:
        found = header(message)
    except IndexError:
        return None
    if found is None or found[1] > len(message):
        return None
    head, end = found
    title = message[2 : 2 + _TITLE_BYTES]
    return Ciphered(title, message[head], message[head + 1 : head + 5], message[head + 5 : end])


def decipher(message: Ciphered, keys: Keys) -> bytes:
    """The plain text. Raises WrongKey where the tag is there, can be checked and does not fit."""
    payload, tag = message.payload, b""
    if message.security & _AUTHENTICATED:
        payload, tag = payload[:-_TAG_BYTES], payload[-_TAG_BYTES:]
    nonce = message.title + message.counter
    check = bool(tag) and keys.authentication is not None
    mode = modes.GCM(nonce, tag, min_tag_length=_TAG_BYTES) if check else modes.GCM(nonce)
    decryptor = Cipher(algorithms.AES(keys.encryption), mode).decryptor()
    if keys.authentication is not None:
        decryptor.authenticate_additional_data(bytes((message.security,)) + keys.authentication)
    plain = decryptor.update(payload)
    if check:
        try:
            decryptor.finalize()
        except InvalidTag as wrong:
            raise WrongKey from wrong
    return plain
