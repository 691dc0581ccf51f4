"""What is asked of BankID: its form on the wire, and every limit."""

from base64 import b64decode
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.grid.eid.errors import AlertStaff
from hanport.grid.eid.requests import (
    Ask,
    Requirement,
    WebDevice,
    auth_form,
    phone_auth_form,
    phone_sign_form,
    sign_form,
)
from hanport.grid.identifiers import Number, NumberKind

NUMBER = "191212121212"
WEB = WebDevice(referring_domain="han.example.se", user_agent="Mozilla/5.0", device_identifier="c0ffee")
ASK = Ask(user_ip="192.0.2.7", visible="# Öppna", hidden=b"hidden", markdown=True, web=WEB)


def test_a_whole_request() -> None:
    ask = replace(
        ASK,
        return_url="https://han.example.se/back?nonce=n",
        requirement=Requirement(NUMBER, ("1.2.752.78.1.5",), pin_code=True, mrtd=True, card_reader="class2"),
    )
    assert sign_form(ask) == {
        "endUserIp": "192.0.2.7",
        "userVisibleData": "IyDDlnBwbmE=",
        "userVisibleDataFormat": "simpleMarkdownV1",
        "userNonVisibleData": "aGlkZGVu",
        "returnUrl": "https://han.example.se/back?nonce=n",
        "returnRisk": True,
        "requirement": {
            "personalNumber": NUMBER,
            "certificatePolicies": ["1.2.752.78.1.5"],
            "pinCode": True,
            "mrtd": True,
            "cardReader": "class2",
        },
        "web": {"referringDomain": "han.example.se", "userAgent": "Mozilla/5.0", "deviceIdentifier": "c0ffee"},
    }
    assert auth_form(ask) == sign_form(ask)


def test_what_was_not_asked_for_is_not_sent() -> None:
    assert auth_form(Ask(user_ip="192.0.2.7", return_risk=False)) == {"endUserIp": "192.0.2.7"}
    assert auth_form(Ask(user_ip="192.0.2.7", markdown=True)) == {"endUserIp": "192.0.2.7", "returnRisk": True}


def test_a_request_by_phone_has_nothing_of_a_browser() -> None:
    ask = replace(ASK, return_url="https://han.example.se/", requirement=Requirement(NUMBER, ("1.2.3",), mrtd=True))
    expected = {
        "personalNumber": NUMBER,
        "callInitiator": "RP",
        "requirement": {"certificatePolicies": ["1.2.3"]},
        "userVisibleData": "IyDDlnBwbmE=",
        "userVisibleDataFormat": "simpleMarkdownV1",
        "userNonVisibleData": "aGlkZGVu",
    }
    assert phone_sign_form(ask, NUMBER, "RP") == expected
    assert phone_auth_form(ask, Number(NUMBER, NumberKind.PERSON), "RP") == expected
    assert phone_auth_form(Ask(), NUMBER, "user") == {"personalNumber": NUMBER, "callInitiator": "user"}


def test_what_is_personal_is_not_in_the_repr() -> None:
    said = repr(replace(ASK, requirement=Requirement(NUMBER)))
    assert not any(word in said for word in (NUMBER, "192.0.2.7", "Öppna", "hidden'", "Mozilla", "c0ffee"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"user_ip": ""}, "endUserIp"),
        ({"user_ip": "localhost"}, "endUserIp"),
        ({"user_ip": "192.0.2"}, "endUserIp"),
        ({"visible": "\ud800"}, "userVisibleData"),
        ({"visible": "x" * 30_001}, "userVisibleData"),
        ({"hidden": b"x" * 150_001}, "userNonVisibleData"),
        ({"return_url": "https://han.example.se/" + "x" * 490}, "returnUrl"),
        ({"return_url": "han.example.se"}, "returnUrl"),
        ({"return_url": "https://"}, "returnUrl"),
        ({"return_url": "https://[::1"}, "returnUrl"),
        ({"return_url": "javascript:alert(1)"}, "returnUrl"),
        ({"return_url": "https://han.example.se/a b"}, "returnUrl"),
        ({"return_url": "https://han.example.se/\n"}, "returnUrl"),
        ({"web": replace(WEB, referring_domain="se")}, "web.referringDomain"),
        ({"web": replace(WEB, referring_domain="x" * 254)}, "web.referringDomain"),
        ({"web": replace(WEB, referring_domain="å" * 80 + ".se")}, "web.referringDomain"),
        ({"web": replace(WEB, device_identifier="")}, "web.deviceIdentifier"),
        ({"web": replace(WEB, device_identifier="x" * 65)}, "web.deviceIdentifier"),
        ({"requirement": Requirement("1212121212")}, "requirement.personalNumber"),
        ({"requirement": Requirement("19121212-121")}, "requirement.personalNumber"),
    ],
)
def test_a_limit_that_is_broken_is_named_without_the_value(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(AlertStaff) as raised:
        sign_form(replace(ASK, **changes))
    assert field in str(raised.value)
    assert raised.value.code == "invalidRequest"
    assert "121" not in str(raised.value).replace("1500", "")


@pytest.mark.parametrize(
    ("number", "caller", "field"),
    [
        (NUMBER, "me", "callInitiator"),
        ("", "RP", "personalNumber"),
        ("19121212121٢", "user", "personalNumber"),
        ("190000000000", "RP", "requirement.personalNumber"),
    ],
)
def test_a_request_by_phone_that_is_wrong(number: str, caller: str, field: str) -> None:
    ask = replace(ASK, requirement=Requirement(NUMBER)) if number == "190000000000" else ASK
    with pytest.raises(AlertStaff, match=field):
        phone_auth_form(ask, number, caller)


def test_an_identification_shows_and_hides_less_than_a_signature() -> None:
    sign_form(replace(ASK, visible="x" * 30_000, hidden=b"x" * 150_000))
    auth_form(replace(ASK, visible="x" * 1_125, hidden=b"x" * 1_125))
    phone_auth_form(replace(ASK, visible="x" * 1_125, hidden=b"x" * 1_125), NUMBER, "RP")
    for ask in (replace(ASK, visible="x" * 1_126), replace(ASK, hidden=b"x" * 1_126)):
        with pytest.raises(AlertStaff, match="more than 1500"):
            auth_form(ask)
        with pytest.raises(AlertStaff, match="more than 1500"):
            phone_auth_form(ask, NUMBER, "RP")


def test_nothing_is_signed_without_a_text() -> None:
    for visible in ("", "  \n"):
        with pytest.raises(AlertStaff, match="userVisibleData"):
            sign_form(replace(ASK, visible=visible))
        with pytest.raises(AlertStaff, match="userVisibleData"):
            phone_sign_form(replace(ASK, visible=visible), NUMBER, "RP")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_an_address_as_bankid_takes_it(written: str, sent: str) -> None:
    assert auth_form(replace(ASK, user_ip=written))["endUserIp"] == sent


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_no_browser_is_refused_for_what_it_calls_itself(user_agent: str) -> None:
    web: Any = auth_form(replace(ASK, web=replace(WEB, user_agent=user_agent)))["web"]
    assert 1 <= len(web["userAgent"]) <= 256
    assert web["userAgent"].isprintable()


def test_a_browser_that_says_too_much_is_cut() -> None:
    web: Any = auth_form(replace(ASK, web=replace(WEB, user_agent="x" * 1000)))["web"]
    assert web["userAgent"] == "x" * 256
    web = auth_form(replace(ASK, web=replace(WEB, user_agent="\n")))["web"]
    assert web["userAgent"] == "unknown"


def test_a_domain_with_letters_of_its_own() -> None:
    web: Any = auth_form(replace(ASK, web=replace(WEB, referring_domain="elnät.example.se")))["web"]
    assert web["referringDomain"] == "xn--elnt-noa.example.se"


@given(st.text(min_size=1, max_size=300).filter(str.strip), st.binary(max_size=300))
def test_texts_go_out_as_they_are(visible: str, hidden: bytes) -> None:
    form: Any = sign_form(replace(ASK, visible=visible, hidden=hidden))
    assert b64decode(form["userVisibleData"]).decode() == visible
    assert b64decode(form.get("userNonVisibleData", "")) == hidden
    assert msgspec.json.decode(msgspec.json.encode(form)) == form
