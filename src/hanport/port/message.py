"""One whole DLMS message, out of whatever frames: deciphered if need be, and read."""

import re

from hanport.port import axdr, p1, push
from hanport.port.cipher import GENERAL_GLO_CIPHERING, Keys, WrongKey, decipher, take_apart
from hanport.port.telegram import Telegram, identification_of
from hanport.port.values import Checksum, Protocol, Reason, Rejected

_P1_START = re.compile(p1.START)
LLC = (b"\xe6\xe7\x00", b"\xe6\xe6\x00")
_NO_KEY = "encrypted: ask the network company for the encryption key and the authentication key"
_WRONG_KEY = "the keys do not fit: check that they are this meter's, and that EK and AK are not exchanged"


def without_llc(information: bytes) -> bytes:
    """The APDU behind the LLC header, where there is one."""
    return information[3:] if information[:3] in LLC else information


def read_message(
    apdu: bytes, *, raw: bytes, protocol: Protocol, checksum: Checksum, keys: Keys | None
) -> Telegram | Rejected:
    """A message as a telegram. `checksum` says what its frames have shown."""
    title: bytes | None = None
    if apdu[:1] == bytes((GENERAL_GLO_CIPHERING,)):
        message = take_apart(apdu)
        if message is None:
            return Rejected(Reason.STRUCTURE, raw, "a ciphered message that cannot be taken apart")
        if keys is None:
            return Rejected(Reason.CIPHER, raw, _NO_KEY)
        title = message.title
        try:
            apdu = decipher(message, keys)
        except WrongKey:
            return Rejected(Reason.CIPHER, raw, _WRONG_KEY)
        if _P1_START.match(apdu):
            return _inner_p1(apdu, raw)
    try:
        pushed = push.read(apdu, title)
    except axdr.Malformed as wrong:
        if title is not None:  # without the authentication key a wrong key shows only here
            return Rejected(Reason.CIPHER, raw, _WRONG_KEY)
        return Rejected(Reason.STRUCTURE, raw, str(wrong))
    return Telegram(protocol, pushed.identification, checksum, raw, pushed)


def _inner_p1(plain: bytes, raw: bytes) -> Telegram | Rejected:
    """The P1 telegram that Luxembourg and Austria send inside a ciphered message."""
    found = p1.frame(bytearray(plain), 0, 0, True)
    if isinstance(found, p1.P1Frame):
        checksum = Checksum.ABSENT if found.integrity is p1.Integrity.ABSENT else Checksum.OK
        return Telegram(Protocol.P1, identification_of(found.content), checksum, raw, found.content)
    assert isinstance(found, p1.Broken)  # nothing more will come
    return Rejected(found.reason, raw, found.hint)
