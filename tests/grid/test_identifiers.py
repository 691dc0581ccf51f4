"""Numbers of persons, companies and facilities, against the `personnummer` package and what is printed on bills."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from personnummer import personnummer

from hanport.grid.identifiers import (
    IdentifierError,
    Number,
    NumberKind,
    gsrn_check_digit,
    luhn_holds,
    parse_gsrn,
    parse_number,
    parse_signed_number,
)

TODAY = date.today()  # the package knows no other
births = st.dates(date(1800, 1, 1), TODAY)
serials = st.integers(1, 999).map(lambda n: f"{n:03}")


def luhn(nine: str) -> str:
    """The tenth digit."""
    total = 0
    for place, digit in enumerate(nine):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str((10 - total % 10) % 10)


def twelve(birth: date, serial: str, *, coordination: bool = False) -> str:
    day = birth.day + (60 if coordination else 0)
    text = f"{birth:%Y%m}{day:02}{serial}"
    return text + luhn(text[2:])


@given(births, serials, st.booleans())
def test_what_the_package_holds_good_is_read_in_every_form(birth: date, serial: str, coordination: bool) -> None:
    digits = twelve(birth, serial, coordination=coordination)
    assert personnummer.valid(digits)
    number = parse_number(digits, TODAY)
    kind = NumberKind.COORDINATION if coordination else NumberKind.PERSON
    assert (number.digits, number.kind) == (digits, kind)
    assert parse_number(f" {digits[:8]}-{digits[8:]} ", TODAY) == number
    if birth.year > TODAY.year - 200:
        short = personnummer.parse(digits).format()
        assert parse_number(short, TODAY) == number


@given(births, serials, births)
def test_a_short_form_means_the_person_it_meant_on_that_day(birth: date, serial: str, day: date) -> None:
    assume(birth <= day and birth.year > day.year - 200)
    digits = twelve(birth, serial)
    mark = "+" if day.year - birth.year >= 100 else "-"
    assert parse_number(f"{digits[2:8]}{mark}{digits[8:]}", day).digits == digits


@given(births, serials, st.integers(0, 11), st.integers(1, 9))
def test_a_digit_that_is_wrong_is_seen(birth: date, serial: str, place: int, by: int) -> None:
    digits = twelve(birth, serial)
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    if place >= 2 or wrong[:2] not in ("18", "19", "20"):  # the check digit is of the last ten
        with pytest.raises(IdentifierError):
            parse_number(wrong, TODAY)


@given(st.text(max_size=16) | st.from_regex(r"\A\d{0,2}\d{6}[-+ ]?\d{4}\Z"))
def test_whatever_comes_is_read_or_refused_without_being_repeated(text: str) -> None:
    try:
        number = parse_number(text, TODAY)
    except IdentifierError as wrong:
        assert not any(part in str(wrong) for part in text.split() if len(part) >= 4 and part.isdigit())
        assert wrong.remedy
    else:
        assert len(number.digits) == 12 and number.digits.isascii() and luhn_holds(number.digits[2:])


@pytest.mark.parametrize(
    ("text", "digits"),
    [("556036-0793", "165560360793"), ("5560360793", "165560360793"), ("16556036-0793", "165560360793")],
)
def test_an_organisation_is_read_with_and_without_its_prefix(text: str, digits: str) -> None:
    number = parse_number(text, TODAY)
    assert (number.digits, number.kind) == (digits, NumberKind.ORGANISATION)
    assert (number.masked, str(number), repr(number)) == ("******-**93", "******-**93", "Number(******-**93)")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no personal or organisation number"),
        ("19811218-987", "no personal or organisation number"),
        ("19811218--9876", "no personal or organisation number"),
        ("٨١١٢١٨٩٨٧٦", "no personal or organisation number"),  # digits of another script
        ("811218-9877", "check digit"),
        ("19556036-0793", "no personal or organisation number"),  # an organisation has the prefix 16
        (twelve(date(1981, 1, 1), "987")[:4] + "1301" + "9879", "check digit"),
        ("1981" + "0231" + "987" + luhn("810231987"), "impossible date"),
        ("1681" + "0218" + "987" + luhn("810218987"), "impossible date"),
        (twelve(TODAY + timedelta(days=400), "987"), "impossible date"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(text: str, problem: str) -> None:
    with pytest.raises(IdentifierError, match=problem) as told:
        parse_number(text, TODAY)
    assert text not in str(told.value) or not text


def test_a_number_that_slips_out_says_only_the_year() -> None:
    number = parse_number("198112189876", TODAY)
    assert (number.masked, str(number), repr(number)) == ("1981****-****",) * 2 + ("Number(1981****-****)",)
    assert "9876" not in f"{number} {number!r} {[number]}"


@pytest.mark.parametrize(
    ("text", "kind"), [("198112189876", NumberKind.PERSON), ("198112789874", NumberKind.COORDINATION)]
)
def test_a_signed_number_is_taken_as_it_is(text: str, kind: NumberKind) -> None:
    assert parse_signed_number(text) == Number(text, kind)


@pytest.mark.parametrize("text", ["", "8112189876", "19811218-9876", "1981121898766", "١٩٨١١٢١٨٩٨٧٦", "198112189876\n"])
def test_a_signed_number_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(IdentifierError, match="12 digits"):
        parse_signed_number(text)


@pytest.mark.parametrize("digits", ["735999000000000018", "735999123456789012"])
def test_a_facility_is_read_with_and_without_spaces(digits: str) -> None:
    whole = digits[:17] + gsrn_check_digit(digits[:17])
    assert parse_gsrn(f" {whole[:3]} {whole[3:6]} {whole[6:]} ") == whole


def test_the_check_digit_of_a_facility_is_that_of_gs1() -> None:
    assert gsrn_check_digit("73599900000000001") == "3"  # worked out by hand: 87 is 3 short of a ten
    assert gsrn_check_digit("10614141123456789") == "7"  # the example in GS1's own papers
    assert gsrn_check_digit("0" * 17) == "0"


@given(st.from_regex(r"\A[0-9]{17}\Z"), st.integers(0, 17), st.integers(1, 9))
def test_a_wrong_digit_of_a_facility_is_seen(seventeen: str, place: int, by: int) -> None:
    total = sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(seventeen))
    whole = seventeen + str((10 - total % 10) % 10)
    assert parse_gsrn(whole) == whole
    wrong = whole[:place] + str((int(whole[place]) + by) % 10) + whole[place + 1 :]
    with pytest.raises(IdentifierError, match="check digit"):
        parse_gsrn(wrong)


@pytest.mark.parametrize("text", ["", "73599900000000001", "7359990000000000188", "73599900000000001x", "٧" * 18])
def test_what_has_not_18_digits_is_no_facility(text: str) -> None:
    with pytest.raises(IdentifierError, match="18 digits"):
        parse_gsrn(text)
