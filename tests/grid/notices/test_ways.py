"""The ways that a configuration offers, and what is an address for them."""

import pytest

from grid.notices.office import CONFIG, ONLY_LETTERS, ONLY_MAIL
from hanport.grid.config import GridConfig
from hanport.grid.notices.ways import Way, mail_address, mobile_number, ways_of


def test_what_a_configuration_offers() -> None:
    assert ways_of(GridConfig()) == frozenset()
    assert ways_of(CONFIG) == {Way.MAIL, Way.SMS, Way.LETTER}
    assert ways_of(ONLY_LETTERS) == {Way.LETTER}
    assert ways_of(ONLY_MAIL) == {Way.MAIL}


@pytest.mark.parametrize("text", ["anna@example.se", " anna.berg+han@sub.example.se ", "o'hara@example.se"])
def test_addresses(text: str) -> None:
    assert mail_address(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "anna@example",
        "@example.se",
        "anna@example.se, bo@example.se",
        "Anna <anna@example.se>",
        "anna@example.se\nBcc: x@example.se",
        "anna berg@example.se",
        "åsa@example.se",
        "a" * 250 + "@example.se",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert mail_address(text) == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("070-174 06 05", "+46701740605"),
        ("+46 (0)70-174 06 05", "+46701740605"),
        ("0046 70 174 06 05", "+46701740605"),
        ("072.1740605", "+46721740605"),
        ("+47 40 12 34 56", "+4740123456"),
        ("00358 40 1234567", "+358401234567"),
        ("0280-442 00", ""),  # a landline
        ("+46 280 442 00", ""),
        ("08-12345678", ""),
        ("010-1234567", ""),
        ("070-174", ""),
        ("070-174060505", ""),
        ("ring mig", ""),
        ("", ""),
    ],
)
def test_numbers_that_get_an_sms(text: str, number: str) -> None:
    assert mobile_number(text) == number
