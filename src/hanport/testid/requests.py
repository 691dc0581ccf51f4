"""What a relying party may send: every field with its limits, and nothing else.

Stricter than BankID is known to be: a field that is not in these lists is an error, also those that earlier versions
had (a person's number beside the requirement, `requirement.risk`).
"""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from hanport.testid.faults import Call
from hanport.testid.orders import Wanted

LONGEST_BODY = 300_000  # bytes
_MARKED = "simpleMarkdownV1"

_Number = Annotated[str, Meta(pattern=r"^[0-9]{12}\Z")]
_Oid = Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+)*(\.\*)?\Z", max_length=100)]
_Policies = Annotated[tuple[_Oid, ...], Meta(min_length=1, max_length=20)]
_ShortText = Annotated[str, Meta(min_length=1, max_length=1500)]
_Ref = Annotated[str, Meta(min_length=1, max_length=100)]


class Invalid(Exception):
    """A request cannot be taken; the text says which parameter is wrong, never its value."""


class _Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A JSON object of the API, its names in camel case."""


class PhoneRequirement(_Body, frozen=True):
    """How an order during a call is to be carried out."""

    certificate_policies: _Policies = ()
    card_reader: Literal["class1", "class2"] | None = None
    pin_code: bool = False


class Requirement(PhoneRequirement, frozen=True):
    """How an order is to be carried out."""

    personal_number: _Number | None = None
    mrtd: bool = False


class Web(_Body, frozen=True):
    """The browser of the user."""

    referring_domain: Annotated[str, Meta(min_length=3, max_length=253)] | None = None
    user_agent: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    device_identifier: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class App(_Body, frozen=True):
    """The app of the user."""

    app_identifier: str | None = None
    device_os: str | None = msgspec.field(default=None, name="deviceOS")
    device_model_name: str | None = None
    device_identifier: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class AuthRequest(_Body, frozen=True):
    """`/auth`."""

    end_user_ip: str
    user_visible_data: _ShortText | None = None
    user_visible_data_format: Literal["simpleMarkdownV1"] | None = None
    user_non_visible_data: _ShortText | None = None
    requirement: Requirement = Requirement()
    return_url: Annotated[str, Meta(min_length=1, max_length=512)] | None = None
    return_risk: bool = False
    web: Web | None = None
    app: App | None = None


class SignRequest(AuthRequest, frozen=True):
    """`/sign`: the text has to be there, and may be long."""

    user_visible_data: Annotated[str, Meta(min_length=1, max_length=40_000)]
    user_non_visible_data: Annotated[str, Meta(min_length=1, max_length=200_000)] | None = None


class PhoneAuthRequest(_Body, frozen=True):
    """`/phone/auth`."""

    personal_number: _Number
    call_initiator: Literal["user", "RP"]
    user_visible_data: _ShortText | None = None
    user_visible_data_format: Literal["simpleMarkdownV1"] | None = None
    user_non_visible_data: _ShortText | None = None
    requirement: PhoneRequirement = PhoneRequirement()


class PhoneSignRequest(PhoneAuthRequest, frozen=True):
    """`/phone/sign`."""

    user_visible_data: Annotated[str, Meta(min_length=1, max_length=40_000)]
    user_non_visible_data: Annotated[str, Meta(min_length=1, max_length=200_000)] | None = None


class RefRequest(_Body, frozen=True):
    """`/collect` and `/cancel`."""

    order_ref: _Ref


_OPENING: Mapping[Call, type[AuthRequest] | type[PhoneAuthRequest]] = {
    Call.AUTH: AuthRequest,
    Call.SIGN: SignRequest,
    Call.PHONE_AUTH: PhoneAuthRequest,
    Call.PHONE_SIGN: PhoneSignRequest,
}
_Kind = TypeVar("_Kind", bound=msgspec.Struct)


def read_ref(body: bytes) -> str:
    """The order that is meant. Raises Invalid."""
    return _decoded(body, RefRequest).order_ref


def read_wanted(call: Call, body: bytes) -> Wanted:
    """What is asked for in one of the calls that open an order. Raises Invalid."""
    asked = _decoded(body, _OPENING[call])
    visible = _checked_text("userVisibleData", asked.user_visible_data)
    if asked.user_visible_data_format and not visible:
        raise Invalid("userVisibleDataFormat without userVisibleData")
    wanted = Wanted(
        call=call,
        visible=visible,
        is_marked=asked.user_visible_data_format == _MARKED,
        hidden=_checked_base64("userNonVisibleData", asked.user_non_visible_data),
        policies=asked.requirement.certificate_policies,
        needs_card=bool(asked.requirement.card_reader),
        needs_pin=asked.requirement.pin_code,
    )
    return _of_phone(wanted, asked) if isinstance(asked, PhoneAuthRequest) else _of_device(wanted, asked)


def _of_phone(wanted: Wanted, asked: PhoneAuthRequest) -> Wanted:
    return replace(wanted, number=asked.personal_number, initiator=asked.call_initiator)


def _of_device(wanted: Wanted, asked: AuthRequest) -> Wanted:
    try:
        ip_address(asked.end_user_ip)
    except ValueError:
        raise Invalid("endUserIp") from None
    return replace(
        wanted,
        number=asked.requirement.personal_number or "",
        needs_document=asked.requirement.mrtd,
        return_url=asked.return_url or "",
        risk=asked.return_risk,
    )


def _decoded(body: bytes, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as wrong:  # ValidationError is one
        raise Invalid(str(wrong)) from None


def _checked_base64(name: str, text: str | None) -> str:
    try:
        b64decode(text or "", validate=True)
    except ValueError:
        raise Invalid(f"{name} is no base64") from None
    return text or ""


def _checked_text(name: str, text: str | None) -> str:
    checked = _checked_base64(name, text)
    try:
        b64decode(checked).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid(f"{name} is no UTF-8") from None
    return checked
