"""The ways by which customers can be told, and the addresses that are any for them."""

import re
from email.utils import parseaddr
from enum import StrEnum

from hanport.grid.config import GridConfig

_NO_DIGIT = re.compile(r"[\s()./-]")
_LONGEST_MAIL = 254  # RFC 5321, 4.5.3.1.3
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_MOBILE = re.compile(r"0(7[02369][0-9]{7})")  # the Swedish numbering plan's mobile series


class Way(StrEnum):
    """How a notice goes."""

    MAIL = "mail"
    SMS = "sms"
    LETTER = "letter"


def ways_of(config: GridConfig) -> frozenset[Way]:
    """The ways that the configuration offers. Letters need the company's address: they come back to it."""
    offered = {
        Way.MAIL: bool(config.mail.host),
        Way.SMS: bool(config.sms.url),
        Way.LETTER: bool(config.company.address.strip()),
    }
    return frozenset(way for way, is_offered in offered.items() if is_offered)


def mail_address(text: str) -> str:
    """The e-mail address that a text is; "" where it is none, several, or one that not all servers take (RFC 6531)."""
    address = text.strip()
    name, _, domain = address.rpartition("@")
    is_plain = address.isascii() and address.isprintable() and " " not in address and len(address) <= _LONGEST_MAIL
    return address if name and "." in domain and is_plain and parseaddr(address)[1] == address else ""


def mobile_number(text: str) -> str:
    """The number that an SMS can be sent to, as +46701740605; "" where a text is none: a Swedish landline gets none."""
    digits = _NO_DIGIT.sub("", text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    swedish = _MOBILE.fullmatch(digits if not digits.startswith("+46") else "0" + digits[3:].lstrip("0"))
    if swedish is not None:
        return "+46" + swedish[1]
    return digits if _ABROAD.fullmatch(digits) and not digits.startswith("+46") else ""
