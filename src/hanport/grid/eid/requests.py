"""What is asked of BankID, and its form on the wire: every limit is kept here, before anything is sent.

Source: Relying Party API v6.0. Lengths of texts are those after base64. `requirement.risk` is withdrawn by BankID, and
is never sent; `returnRisk` asks for the risk instead.
"""

import base64
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal
from urllib.parse import urlsplit

from hanport.grid.eid.errors import AlertStaff, ours
from hanport.grid.identifiers import Number

MARKDOWN = "simpleMarkdownV1"
LONGEST_SHOWN = 1_500  # of an identification, after base64; both texts
LONGEST_SIGNED = 40_000  # the text that is signed
LONGEST_HIDDEN = 200_000
LONGEST_USER_AGENT = 256
_NO_USER_AGENT = "unknown"

Form = Mapping[str, object]


class Way(StrEnum):
    """How the person starts the app: on another device by QR, on this one by a link, or while on the phone."""

    QR = "qr"
    SAME_DEVICE = "same_device"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class WebDevice:
    """The browser that the order is begun in, which BankID judges the risk by. `referring_domain` is ours;
    `device_identifier` is a long-lived cookie or a hash of it (1 to 64 characters).
    """

    referring_domain: str
    user_agent: str = field(repr=False)
    device_identifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the signature must be made with. Without `policies` BankID takes its usual ones; with any, those alone.
    `pin_code`: the code, even where a fingerprint would do. `mrtd`: a passport or ID card is read too, which is not
    for orders by phone. `card_reader` is class1 or class2.
    """

    personal_number: str = field(default="", repr=False)
    policies: tuple[str, ...] = ()
    pin_code: bool = False
    mrtd: bool = False
    card_reader: Literal["", "class1", "class2"] = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One order at BankID. `visible` is plain text (or simple markdown) that the person reads; `hidden` is signed with
    it unseen. `user_ip` is the browser's address as we see it. `return_url` is where the app goes when it is done.
    """

    user_ip: str = field(default="", repr=False)
    visible: str = field(default="", repr=False)
    hidden: bytes = field(default=b"", repr=False)
    markdown: bool = False
    return_url: str = field(default="", repr=False)
    web: WebDevice | None = None
    requirement: Requirement = Requirement()
    return_risk: bool = True


def auth_form(ask: Ask) -> Form:
    """The body of /auth. Raises AlertStaff, which names the field that is wrong."""
    return _online(ask) | _texts(ask, LONGEST_SHOWN, LONGEST_SHOWN)


def sign_form(ask: Ask) -> Form:
    """The body of /sign. Raises AlertStaff, which names the field that is wrong."""
    _need_text(ask)
    return _online(ask) | _texts(ask, LONGEST_SIGNED, LONGEST_HIDDEN)


def phone_auth_form(ask: Ask, number: Number | str, caller: str) -> Form:
    """The body of /phone/auth. Raises AlertStaff, which names the field that is wrong."""
    return _by_phone(ask, number, caller) | _texts(ask, LONGEST_SHOWN, LONGEST_SHOWN)


def phone_sign_form(ask: Ask, number: Number | str, caller: str) -> Form:
    """The body of /phone/sign. Raises AlertStaff, which names the field that is wrong."""
    _need_text(ask)
    return _by_phone(ask, number, caller) | _texts(ask, LONGEST_SIGNED, LONGEST_HIDDEN)


def _online(ask: Ask) -> dict[str, object]:
    form: dict[str, object] = {"endUserIp": _address(ask.user_ip)}
    requirement = _requirement(ask.requirement)
    if ask.requirement.mrtd:
        requirement["mrtd"] = True
    if ask.requirement.personal_number:
        requirement["personalNumber"] = _number(ask.requirement.personal_number, "requirement.personalNumber")
    if requirement:
        form["requirement"] = requirement
    if ask.return_url:
        form["returnUrl"] = _url(ask.return_url)
    if ask.return_risk:
        form["returnRisk"] = True
    if ask.web is not None:
        form["web"] = _web(ask.web)
    return form


def _by_phone(ask: Ask, number: Number | str, caller: str) -> dict[str, object]:
    """Nothing of a browser belongs to an order by phone."""
    if caller not in ("user", "RP"):
        raise _wrong("callInitiator", "is neither `user` nor `RP`")
    digits = number.digits if isinstance(number, Number) else number
    if ask.requirement.personal_number not in ("", digits):
        raise _wrong("requirement.personalNumber", "is not that of the person on the phone")
    form: dict[str, object] = {"personalNumber": _number(digits, "personalNumber"), "callInitiator": caller}
    requirement = _requirement(ask.requirement)
    return form | {"requirement": requirement} if requirement else form


def _texts(ask: Ask, longest_visible: int, longest_hidden: int) -> dict[str, object]:
    form: dict[str, object] = {}
    if ask.visible:
        try:
            encoded = ask.visible.encode()
        except UnicodeEncodeError:
            raise _wrong("userVisibleData", "is no text") from None
        form["userVisibleData"] = _base64(encoded, longest_visible, "userVisibleData")
        if ask.markdown:
            form["userVisibleDataFormat"] = MARKDOWN
    if ask.hidden:
        form["userNonVisibleData"] = _base64(ask.hidden, longest_hidden, "userNonVisibleData")
    return form


def _need_text(ask: Ask) -> None:
    if not ask.visible.strip():
        raise _wrong("userVisibleData", "is empty: nothing would be signed")


def _requirement(requirement: Requirement) -> dict[str, object]:
    form: dict[str, object] = {}
    if requirement.policies:
        form["certificatePolicies"] = list(requirement.policies)
    if requirement.pin_code:
        form["pinCode"] = True
    if requirement.card_reader:
        form["cardReader"] = requirement.card_reader
    return form


def _web(device: WebDevice) -> dict[str, str]:
    # A browser may call itself anything, and nobody is refused for it: it is cut, and signs that control are left out.
    agent = "".join(sign for sign in device.user_agent if sign.isprintable())[:LONGEST_USER_AGENT].strip()
    return {
        "referringDomain": _between(_domain(device.referring_domain), 3, 253, "web.referringDomain"),
        "userAgent": agent or _NO_USER_AGENT,
        "deviceIdentifier": _between(device.device_identifier, 1, 64, "web.deviceIdentifier"),
    }


def _domain(text: str) -> str:
    """A domain with letters of its own goes in its ASCII form (RFC 3490)."""
    try:
        return text if text.isascii() else text.encode("idna").decode()
    except UnicodeError:
        raise _wrong("web.referringDomain", "is no domain") from None


def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        raise _wrong("endUserIp", "is no IP address") from None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _number(text: str, name: str) -> str:
    if not (len(text) == 12 and text.isascii() and text.isdigit()):
        raise _wrong(name, "has not 12 digits")
    return text


def _url(text: str) -> str:
    _between(text, 1, 512, "returnUrl")
    try:
        parts = urlsplit(text)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_url = False
    if not is_url:
        raise _wrong("returnUrl", "is no http(s) address")
    return text


def _between(text: str, shortest: int, longest: int, name: str) -> str:
    if not shortest <= len(text) <= longest:
        raise _wrong(name, f"has not {shortest} to {longest} characters")
    if not (text.isascii() and text.isprintable() and " " not in text):
        raise _wrong(name, "has signs that do not belong there")
    return text


def _base64(data: bytes, longest: int, name: str) -> str:
    text = base64.b64encode(data).decode()
    if len(text) > longest:
        raise _wrong(name, f"has {len(text)} characters in base64, more than {longest}")
    return text


def _wrong(name: str, how: str) -> AlertStaff:
    """The value itself is never repeated."""
    return ours("invalidRequest", f"What is asked of BankID is wrong: {name} {how}.")
