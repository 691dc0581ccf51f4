"""BankID's answers, right ones and all others."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given

from grid.eid.json_answers import ORDER_REF, anything, complete
from hanport.grid.eid.answers import Complete, Failed, Pending, Started, collected, started, started_by_phone
from hanport.grid.eid.errors import AlertStaff, BankIDError, RetryLater

STARTED = {
    "orderRef": ORDER_REF,
    "autoStartToken": "7c40b5c9-fa74-49cf-b98c-bfe651f9a7c6",
    "qrStartToken": "67df3917-fa0d-44e5-b327-edcc928297f8",
    "qrStartSecret": "d28db9a7-4cde-429e-a983-359be676944c",
}


def encoded(value: object) -> bytes:
    return msgspec.json.encode(value)


def completed(**changes: Any) -> Complete:
    found = collected(encoded(complete(**changes)), ORDER_REF)
    assert isinstance(found, Complete)
    return found


def test_an_order_that_was_begun() -> None:
    found = started(encoded(STARTED | {"somethingNew": [1]}))
    assert found == Started(*STARTED.values())
    assert started_by_phone(encoded({"orderRef": ORDER_REF})) == Started(ORDER_REF, "", "", "")


def test_secrets_of_an_order_are_not_in_its_repr() -> None:
    said = repr(started(encoded(STARTED)))
    assert ORDER_REF in said
    assert not any(secret in said for name, secret in STARTED.items() if name != "orderRef")


@pytest.mark.parametrize("name", STARTED)
@pytest.mark.parametrize("value", [None, "", 5, "a b", "x" * 129, "ä", "a\n"])
def test_an_order_without_a_usable_token(name: str, value: object) -> None:
    body = encoded(STARTED | {name: value})
    with pytest.raises(RetryLater):
        started(body)
    if name == "orderRef":
        with pytest.raises(RetryLater):
            started_by_phone(body)


@pytest.mark.parametrize("status", ["pending", "failed"])
@pytest.mark.parametrize("hint", ["userSign", "somethingNew", "", None])
def test_how_an_order_stands(status: str, hint: str | None) -> None:
    found = collected(encoded({"orderRef": ORDER_REF, "status": status, "hintCode": hint}), ORDER_REF)
    assert found == (Pending(hint or "") if status == "pending" else Failed(hint or ""))


def test_a_hint_may_be_missing_but_is_never_anything_but_a_word() -> None:
    assert collected(encoded({"orderRef": ORDER_REF, "status": "pending"}), ORDER_REF) == Pending("")
    for hint in ("a b", "191212121212", "x19121212-1212", "<b>", "x" * 65, "å"):
        body = encoded({"orderRef": ORDER_REF, "status": "failed", "hintCode": hint})
        assert collected(body, ORDER_REF) == Failed("")


def test_a_completed_order() -> None:
    body = encoded(complete())
    found = completed().completion
    assert (found.personal_number, found.name) == ("191212121212", "Tolvan Tolvansson")
    assert (found.given_name, found.surname) == ("Tolvan", "Tolvansson")
    assert (found.device_ip, found.device_uhi) == ("192.0.2.7", "OZvYM9VvyiAmG7NA5jU5zqGcVpo=")
    assert (found.signature, found.ocsp_response) == (b"c2lnbmF0dXJl", b"b2NzcA==")
    assert (found.risk, found.issued_on, found.raw) == ("low", "2023-11-29Z", body)


def test_a_completion_does_not_name_the_person_in_its_repr() -> None:
    said = repr(completed())
    assert not any(word in said for word in ("1912", "Tolvan", "192.0.2.7", "OZvY", "c2ln", "b2Nz"))
    assert "low" in said


def test_what_may_be_missing() -> None:
    found = completed(device=None, bankIdIssueDate=None, risk=None, user={"personalNumber": "190000000000", "name": ""})
    completion = found.completion
    assert (completion.device_ip, completion.device_uhi, completion.issued_on, completion.risk) == ("", "", "", "")
    assert (completion.given_name, completion.surname) == ("", "")


@pytest.mark.parametrize("risk", ["low", "moderate", "high", "extreme"])
def test_any_risk_is_told_as_it_is(risk: str) -> None:
    assert completed(risk=risk).completion.risk == risk


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-02-01", date(2020, 2, 1)),
        ("2023-11-29Z", date(2023, 11, 29)),
        ("2023-11-29+01:00", date(2023, 11, 29)),
        ("2023-11-29T10:00:00Z", date(2023, 11, 29)),
        ("2023-02-30Z", None),
        ("29 November", None),
        ("٢٠٢٣-11-29", None),
        ("", None),
    ],
)
def test_when_a_bankid_was_issued(text: str, day: date | None) -> None:
    assert completed(bankIdIssueDate=text).completion.issued_date == day


@pytest.mark.parametrize(
    "changes",
    [
        {"user": None},
        {"user": {"name": "Tolvan"}},
        {"user": {"personalNumber": "121212-1212", "name": "T"}},
        {"user": {"personalNumber": "191212121212 ", "name": "T"}},
        {"user": {"personalNumber": "١٩١٢١٢١٢١٢١٢", "name": "T"}},
        {"user": {"personalNumber": 191212121212, "name": "T"}},
        {"signature": None},
        {"signature": ""},
        {"signature": "not base64"},
        {"ocspResponse": None},
        {"ocspResponse": ["b2NzcA=="]},
        {"device": "phone"},
    ],
)
def test_a_completed_order_that_cannot_be_used_is_for_staff(changes: dict[str, Any]) -> None:
    with pytest.raises(AlertStaff) as raised:
        completed(**changes)
    assert raised.value.code == "unusableCompletion"
    assert "1212" not in str(raised.value)


def test_an_answer_about_another_order_is_never_taken() -> None:
    with pytest.raises(AlertStaff) as raised:
        collected(encoded(complete()), "another")
    assert raised.value.code == "otherOrder"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"<html>",
        b"\xff",
        b"[" * 100_000,
        encoded({"orderRef": ORDER_REF}),
        encoded({"orderRef": ORDER_REF, "status": "sleeping"}),
        encoded({"orderRef": ORDER_REF, "status": 1}),
        encoded({"orderRef": ORDER_REF, "status": "pending", "hintCode": 7}),
        b'{"orderRef":"' + ORDER_REF.encode() + b'","status":"pending","new":"\xff"}',
        b'{"orderRef":"' + ORDER_REF.encode() + b'","status":"pending"',
    ],
)
def test_what_cannot_be_read_is_asked_again(body: bytes) -> None:
    with pytest.raises(RetryLater) as raised:
        collected(body, ORDER_REF)
    assert raised.value.code == "unreadable"


def test_half_a_sign_in_a_name_is_no_name() -> None:
    body = encoded(complete()).replace(b'"Tolvan Tolvansson"', b'"\\ud800"')
    with pytest.raises(BankIDError):
        collected(body, ORDER_REF)


def test_where_it_cannot_be_read_is_said_without_the_value() -> None:
    with pytest.raises(RetryLater, match=r"\$\.hintCode") as raised:
        collected(encoded({"orderRef": ORDER_REF, "status": "pending", "hintCode": 191212121212}), ORDER_REF)
    assert "1912" not in str(raised.value)


@given(anything)
def test_any_bytes_end_as_a_value_or_as_one_of_our_errors(body: bytes) -> None:
    for read in (started, started_by_phone, lambda body: collected(body, ORDER_REF)):
        try:
            found = read(body)
        except BankIDError:
            continue
        assert isinstance(found, Started | Pending | Failed | Complete)
        if isinstance(found, Complete):
            assert len(found.completion.personal_number) == 12
            found.completion.name.encode()
            assert found.completion.issued_date is None or found.completion.issued_on
