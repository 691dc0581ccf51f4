"""What each error of BankID asks of the caller, and that none says too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.grid.eid.errors import (
    LONGEST_WAIT_S,
    AlertStaff,
    BankIDError,
    RetryLater,
    TellUser,
    of_answer,
    ours,
    unreachable,
    unreadable,
)
from hanport.locale import LANGUAGES, text

NUMBER = "191212121212"


def error(status: int, code: str = "", details: str = "", **headers: str) -> BankIDError:
    body = f'{{"errorCode":"{code}","details":"{details}"}}' if code else ""
    return of_answer(status, body.encode(), {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("status", "code", "kind", "message"),
    [
        (400, "alreadyInProgress", TellUser, "rfa4"),
        (400, "invalidParameters", AlertStaff, "error.ours"),
        (400, "cancelled", TellUser, "rfa3"),
        (400, "canceled", TellUser, "rfa3"),
        (401, "unauthorized", AlertStaff, "error.ours"),
        (403, "unauthorized", AlertStaff, "error.ours"),
        (404, "notFound", AlertStaff, "error.ours"),
        (405, "methodNotAllowed", AlertStaff, "error.ours"),
        (408, "requestTimeout", TellUser, "rfa5"),
        (415, "unsupportedMediaType", AlertStaff, "error.ours"),
        (429, "tooManyRequests", RetryLater, "rfa5"),
        (500, "internalError", TellUser, "rfa5"),
        (503, "maintenance", RetryLater, "rfa5"),
        (503, "Maintenance", RetryLater, "rfa5"),
        # without a code, or with one that is to come
        (401, "", AlertStaff, "error.ours"),
        (405, "", AlertStaff, "error.ours"),
        (408, "", TellUser, "rfa5"),
        (429, "", RetryLater, "rfa5"),
        (500, "somethingNew", TellUser, "rfa5"),
        (502, "", RetryLater, "rfa5"),
        (503, "", RetryLater, "rfa5"),
        (504, "", RetryLater, "rfa5"),
        (400, "somethingNew", TellUser, "rfa22"),
        (400, "", TellUser, "rfa22"),
        (302, "", TellUser, "rfa22"),
        (204, "", TellUser, "rfa22"),
        (418, "somethingNew", TellUser, "rfa22"),
        (418, "unauthorized", AlertStaff, "error.ours"),
    ],
)
def test_what_an_error_asks_of_the_caller(status: int, code: str, kind: type[BankIDError], message: str) -> None:
    found = error(status, code)
    assert type(found) is kind
    assert found.message == message
    assert found.cause.status == status
    assert found.code == (code or "unknown")
    assert str(status) in str(found)


@pytest.mark.parametrize(
    "body", [b"", b"<html>Bad Gateway</html>", b"[]", b"null", b'{"errorCode":5}', b"\xff", b"[" * 9999]
)
def test_an_error_without_a_readable_body_is_known_by_its_status(body: bytes) -> None:
    found = of_answer(503, body, {})
    assert isinstance(found, RetryLater)
    assert found.code == "unknown"


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [("", 2), ("30", 30), ("0", 2), ("99999", LONGEST_WAIT_S), ("9" * 400, 2), ("soon", 2), ("-5", 2), ("٣", 2)],
)
def test_how_long_to_wait(header: str, wait_s: float) -> None:
    found = error(429, "tooManyRequests", ratelimit_reset=header)
    assert isinstance(found, RetryLater)
    assert found.wait_s == wait_s


def test_what_bankid_says_never_reaches_the_text_and_is_masked_for_the_log() -> None:
    found = error(400, "invalidParameters", f"Invalid personalNumber {NUMBER}, see {'x' * 500}")
    assert "Invalid" not in str(found)
    assert NUMBER not in found.cause.details
    assert found.cause.details.startswith("Invalid personalNumber")
    assert len(found.cause.details) <= 200


def test_a_code_that_is_no_word_is_not_repeated() -> None:
    for code in (NUMBER, "a b", "x" * 65, "ä"):
        found = error(400, code)
        assert found.code == "unknown"
        assert code not in str(found)


def test_our_own_kinds() -> None:
    assert (unreachable("slow", "S.").message, unreachable("slow", "S.").code) == ("rfa5", "slow")
    assert unreadable("$.status").problem == "BankID's answer cannot be read at $.status."
    assert unreadable().problem == "BankID's answer cannot be read."
    assert isinstance(ours("x", "P."), AlertStaff)
    assert ours("x", "P.").remedy


@given(st.integers(100, 599), st.binary(max_size=200), st.dictionaries(st.just("ratelimit-reset"), st.text()))
def test_any_answer_gives_an_error_with_a_message_in_both_languages(
    status: int, body: bytes, headers: dict[str, str]
) -> None:
    found = of_answer(status, body, headers)
    assert isinstance(found, AlertStaff | RetryLater | TellUser)
    for language in LANGUAGES:
        assert text("bankid", found.message, language)
