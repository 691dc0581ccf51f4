"""Every field that a relying party may send, at its limits and beyond."""

import json
from base64 import b64encode
from typing import Any

import pytest

from hanport.testid.faults import Call
from hanport.testid.orders import Wanted
from hanport.testid.requests import Invalid, read_ref, read_wanted
from testid.scene import TOLVAN, base64

DEVICE = {"endUserIp": "192.0.2.1", "userVisibleData": base64("hej")}
PHONE = {"personalNumber": TOLVAN, "callInitiator": "RP", "userVisibleData": base64("hej")}


def read(call: Call, **changed: object) -> Wanted:
    body: dict[str, Any] = (PHONE if call.startswith("phone") else DEVICE) | changed
    return read_wanted(call, json.dumps({key: value for key, value in body.items() if value != "absent"}).encode())


def long(characters: int) -> str:
    return "aGVq" * (characters // 4)


def test_all_that_may_be_asked() -> None:
    requirement = {
        "pinCode": True,
        "personalNumber": TOLVAN,
        "mrtd": True,
        "certificatePolicies": ["1.2.3.4.10", "1.2.3.4.25"],
        "cardReader": "class1",
    }
    web = {"referringDomain": "a.b", "userAgent": "x", "deviceIdentifier": "y"}
    app = {"appIdentifier": "a", "deviceOS": "b", "deviceModelName": "c", "deviceIdentifier": "d"}
    wanted = read(
        Call.SIGN,
        userVisibleDataFormat="simpleMarkdownV1",
        userNonVisibleData=base64("hash"),
        requirement=requirement,
        returnUrl="https://example.test/back#nonce=1",
        returnRisk=True,
        web=web,
        app=app,
    )
    assert wanted == Wanted(
        call=Call.SIGN,
        visible=base64("hej"),
        is_marked=True,
        hidden=base64("hash"),
        number=TOLVAN,
        policies=("1.2.3.4.10", "1.2.3.4.25"),
        needs_card=True,
        needs_pin=True,
        needs_document=True,
        return_url="https://example.test/back#nonce=1",
        risk=True,
    )


def test_all_that_may_be_asked_during_a_call() -> None:
    wanted = read(Call.PHONE_AUTH, requirement={"pinCode": True, "certificatePolicies": ["1.2.3.4.25"]})
    assert wanted == Wanted(
        call=Call.PHONE_AUTH,
        visible=base64("hej"),
        number=TOLVAN,
        policies=("1.2.3.4.25",),
        needs_pin=True,
        initiator="RP",
    )


def test_the_least_that_may_be_asked() -> None:
    assert read(Call.AUTH, userVisibleData="absent") == Wanted(call=Call.AUTH)


@pytest.mark.parametrize(
    ("call", "field", "most"),
    [
        (Call.AUTH, "userVisibleData", 1500),
        (Call.AUTH, "userNonVisibleData", 1500),
        (Call.SIGN, "userVisibleData", 40_000),
        (Call.SIGN, "userNonVisibleData", 200_000),
        (Call.PHONE_AUTH, "userVisibleData", 1500),
        (Call.PHONE_AUTH, "userNonVisibleData", 1500),
        (Call.PHONE_SIGN, "userVisibleData", 40_000),
        (Call.PHONE_SIGN, "userNonVisibleData", 200_000),
    ],
)
def test_how_long_texts_may_be(call: Call, field: str, most: int) -> None:
    assert read(call, **{field: long(most)})
    for wrong in (long(most + 4), ""):
        with pytest.raises(Invalid, match=field):
            read(call, **{field: wrong})


WRONG_OF_DEVICE: list[dict[str, object]] = [
    {"endUserIp": "absent"},
    {"endUserIp": "localhost"},
    {"endUserIp": ""},
    {"endUserIp": 1},
    {"userVisibleData": "åäö="},
    {"userVisibleData": "aGV"},
    {"userVisibleData": b64encode(b"\xff").decode()},
    {"userVisibleDataFormat": "plaintext"},
    {"userNonVisibleData": "not base64"},
    {"requirement": {"risk": "LOW"}},
    {"requirement": {"personalNumber": "19121212"}},
    {"requirement": {"personalNumber": TOLVAN + "\n"}},
    {"requirement": {"certificatePolicies": []}},
    {"requirement": {"certificatePolicies": ["mobile"]}},
    {"requirement": {"certificatePolicies": ["1.2.*.4"]}},
    {"requirement": {"certificatePolicies": ["*"]}},
    {"requirement": {"cardReader": "class3"}},
    {"requirement": {"pinCode": "yes"}},
    {"requirement": []},
    {"returnUrl": ""},
    {"returnUrl": "x" * 513},
    {"returnRisk": "true"},
    {"web": {"referringDomain": "ab"}},
    {"web": {"referringDomain": "x" * 254}},
    {"web": {"userAgent": "x" * 257}},
    {"web": {"deviceIdentifier": "x" * 65}},
    {"web": {"deviceIdentifier": ""}},
    {"app": {"deviceIdentifier": "x" * 65}},
    {"app": {"deviceOs": "x"}},
    {"personalNumber": TOLVAN},
    {"somethingElse": 1},
]
WRONG_OF_PHONE: list[dict[str, object]] = [
    {"personalNumber": "absent"},
    {"personalNumber": "1912121212"},
    {"callInitiator": "absent"},
    {"callInitiator": "rp"},
    {"endUserIp": "192.0.2.1"},
    {"returnUrl": "https://example.test"},
    {"requirement": {"personalNumber": TOLVAN}},
]


@pytest.mark.parametrize("call", [Call.AUTH, Call.SIGN])
@pytest.mark.parametrize("wrong", WRONG_OF_DEVICE, ids=repr)
def test_what_is_not_taken(call: Call, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid) as raised:
        read(call, **wrong)
    assert TOLVAN not in str(raised.value)


@pytest.mark.parametrize("call", [Call.PHONE_AUTH, Call.PHONE_SIGN])
@pytest.mark.parametrize("wrong", WRONG_OF_PHONE, ids=repr)
def test_what_is_not_taken_during_a_call(call: Call, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid) as raised:
        read(call, **wrong)
    assert TOLVAN not in str(raised.value)


@pytest.mark.parametrize("call", [Call.SIGN, Call.PHONE_SIGN])
def test_a_signature_needs_a_text(call: Call) -> None:
    with pytest.raises(Invalid, match="userVisibleData"):
        read(call, userVisibleData="absent")


def test_a_format_needs_a_text() -> None:
    with pytest.raises(Invalid, match="userVisibleDataFormat"):
        read(Call.AUTH, userVisibleData="absent", userVisibleDataFormat="simpleMarkdownV1")


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"])
def test_addresses_of_both_kinds(address: str) -> None:
    assert read(Call.AUTH, endUserIp=address)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'{"orderRef": 1}', b'{"orderRef": ""}', b"{}", b"\xff"])
def test_what_is_no_reference(body: bytes) -> None:
    with pytest.raises(Invalid):
        read_ref(body)


def test_a_reference() -> None:
    assert read_ref(b'{"orderRef": "131daac9-16c6-4618-beb0-365768f37288"}') == "131daac9-16c6-4618-beb0-365768f37288"
