"""BankID's answers: what was begun, how an order stands, and what a completed one says of the person.

Source: Relying Party API v6.0. Answers are read strictly in what we build upon, and leniently in the rest: a hint that
is not known yet is one of the hints.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

import msgspec

from hanport.grid.eid.errors import BankIDError, ours, unreadable
from hanport.grid.free_text import tidy

_WRONG = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_TOKEN = re.compile(r"[\x21-\x7e]{1,128}")
_HINT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_NUMBER = re.compile(r"[0-9]{12}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_ISSUED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[0-9TZ:.+-]{0,40}")


@dataclass(frozen=True, slots=True)
class Started:
    """An order that was begun. `qr_start_secret` never leaves the server; orders by phone have the first alone."""

    order_ref: str
    auto_start_token: str = field(default="", repr=False)
    qr_start_token: str = field(default="", repr=False)
    qr_start_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Pending:
    """The person is at it. `hint` is any word of BankID's, "" where it gave none that is one."""

    hint: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The order has ended without a signature; it must not be collected again."""

    hint: str


@dataclass(frozen=True, slots=True)
class Completion:
    """What BankID vouches for. `personal_number` has 12 digits, and is compared as it is: BankID's may be impossible
    as a date. `device_ip` is that of the app. `issued_on` is a date, with or without an offset. `risk` is low,
    moderate or high, another word, or "" where it is not known. `signature` and `ocsp_response` are the base64 text
    as it was sent. `raw` is the whole answer, for the archive.
    """

    personal_number: str = field(repr=False)
    name: str = field(repr=False)
    given_name: str = field(repr=False)
    surname: str = field(repr=False)
    device_ip: str = field(repr=False)
    device_uhi: str = field(repr=False)
    issued_on: str
    risk: str
    signature: bytes = field(repr=False)
    ocsp_response: bytes = field(repr=False)
    raw: bytes = field(repr=False)

    @property
    def issued_date(self) -> date | None:
        """When the person's BankID was issued; None where BankID does not say it in a form that is known.

        Both `2020-02-01` and `2023-11-29Z` have been seen.
        """
        found = _ISSUED.fullmatch(self.issued_on)
        try:
            return date.fromisoformat(found[1]) if found else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Complete:
    """The person has signed. It can be collected once only."""

    completion: Completion


Collected: TypeAlias = Pending | Failed | Complete


class _Started(msgspec.Struct, frozen=True, rename="camel"):
    order_ref: str
    auto_start_token: str
    qr_start_token: str
    qr_start_secret: str


class _StartedByPhone(msgspec.Struct, frozen=True, rename="camel"):
    order_ref: str


class _Collected(msgspec.Struct, frozen=True, rename="camel"):
    order_ref: str
    status: str
    hint_code: str | None = None
    completion_data: msgspec.Raw = msgspec.Raw(b"null")


class _User(msgspec.Struct, frozen=True, rename="camel"):
    personal_number: str
    name: str
    given_name: str | None = None
    surname: str | None = None


class _Device(msgspec.Struct, frozen=True, rename="camel"):
    ip_address: str | None = None
    uhi: str | None = None


class _Completion(msgspec.Struct, frozen=True, rename="camel"):
    user: _User
    signature: str
    ocsp_response: str
    device: _Device | None = None
    bank_id_issue_date: str | None = None
    risk: str | None = None


_STARTED = msgspec.json.Decoder(_Started)
_STARTED_BY_PHONE = msgspec.json.Decoder(_StartedByPhone)
_COLLECTED = msgspec.json.Decoder(_Collected)
_COMPLETION = msgspec.json.Decoder(_Completion)


def started(body: bytes) -> Started:
    """The answer to /auth and /sign. Raises RetryLater for anything else."""
    try:
        found = _STARTED.decode(body)
    except _WRONG as error:
        raise unreadable(_place(error)) from None
    tokens = (found.order_ref, found.auto_start_token, found.qr_start_token, found.qr_start_secret)
    if not all(_TOKEN.fullmatch(token) for token in tokens):
        raise unreadable("its tokens")
    return Started(*tokens)


def started_by_phone(body: bytes) -> Started:
    """The answer to /phone/auth and /phone/sign. Raises RetryLater for anything else."""
    try:
        order_ref = _STARTED_BY_PHONE.decode(body).order_ref
    except _WRONG as error:
        raise unreadable(_place(error)) from None
    if not _TOKEN.fullmatch(order_ref):
        raise unreadable("$.orderRef")
    return Started(order_ref)


def collected(body: bytes, order_ref: str) -> Collected:
    """The answer to /collect for that order.

    Raises RetryLater for what cannot be read; AlertStaff for an answer about another order, and for a completed order
    that lacks what we need: it cannot be collected again.
    """
    try:
        body.decode()  # also where nobody looks: it is kept as it came
        found = _COLLECTED.decode(body)
    except _WRONG as error:
        raise unreadable(_place(error)) from None
    if found.order_ref != order_ref:
        raise ours("otherOrder", "BankID answered about another order than the one that was asked for.")
    match found.status:
        case "pending":
            return Pending(_hint(found.hint_code))
        case "failed":
            return Failed(_hint(found.hint_code))
        case "complete":
            return Complete(_completion(bytes(found.completion_data), body))
    raise unreadable("$.status")


def _completion(data: bytes, body: bytes) -> Completion:
    try:
        found = _COMPLETION.decode(data)
    except _WRONG as error:
        raise _unusable(_place(error)) from None
    if not _NUMBER.fullmatch(found.user.personal_number):
        raise _unusable("$.user.personalNumber")
    for name, text in (("signature", found.signature), ("ocspResponse", found.ocsp_response)):
        if not _BASE64.fullmatch(text):
            raise _unusable(f"$.{name}")
    device, issued = found.device or _Device(), found.bank_id_issue_date or ""
    return Completion(
        personal_number=found.user.personal_number,
        name=found.user.name,
        given_name=found.user.given_name or "",
        surname=found.user.surname or "",
        device_ip=device.ip_address or "",
        device_uhi=device.uhi or "",
        issued_on=issued if _ISSUED.fullmatch(issued) else "",
        risk=_hint(found.risk),
        signature=found.signature.encode(),
        ocsp_response=found.ocsp_response.encode(),
        raw=body,
    )


def _hint(text: str | None) -> str:
    """A word of BankID's. What is none is left out: it is stored and logged as it is."""
    return text if text is not None and _HINT.fullmatch(text) and tidy(text) == text else ""


def _unusable(where: str) -> BankIDError:
    return ours("unusableCompletion", f"A completed order lacks what is needed{f' at {where}' if where else ''}.")


def _place(error: Exception) -> str:
    """Where in the answer, without the value itself: it may be a person's number."""
    _, _, place = str(error).rpartition(" - at ")
    place = place.strip("`")
    return place if place.startswith("$") and "[" not in place else ""
