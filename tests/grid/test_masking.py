"""Reports on refused rows hold no number, wherever and however the row held it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.town import gsrn, person_number
from hanport.grid.masking import MASK, masked, masked_name


@pytest.mark.parametrize(
    "form",
    [
        "191212121212",
        "19121212-1212",
        "121212-1212",
        "121212+1212",
        "1212121212",
        "1912 12 12 1212",
        "19.12.12 - 1212",
        "SE121212121201",
        "12 12 12 – 12 12",
        "121212-121O",  # the check digit would give the last digit back
        "１２１２１２１２１２",
        "1912-12-12;1212",
        "1_2_1_2_1_2_1_2_1_2",
    ],
)
def test_a_number_is_masked_in_every_form(form: str) -> None:
    said = masked(f"Kund K17 ({form}) saknas.")
    assert said.startswith("Kund K17 (") and MASK in said and "1212" not in said and "２" not in said


def test_what_is_no_number_stays() -> None:
    facility = gsrn(7)
    text = f"Line 17: facility {facility}, from 2026-11-25 to 2026-12-31, M12345678."
    assert masked(text) == text


def test_a_number_beside_a_facility_does_not_hide_behind_it() -> None:
    assert masked(f"{gsrn(7)} 191212121212") == MASK
    assert masked("735191212121212345") == MASK  # 18 digits with a wrong check digit


@given(st.integers(0, 30_000), st.text(alphabet=" -+./;,_", max_size=3), st.text(max_size=20), st.text(max_size=20))
def test_no_digit_of_a_number_is_left(n: int, mark: str, before: str, after: str) -> None:
    digits = person_number(n).digits
    for number in (digits, digits[2:]):
        said = masked(before + mark.join(number) + after)
        assert mark.join(number) not in said
        assert number not in "".join(sign for sign in said if sign.isdigit())


def test_a_file_may_be_named_by_its_time_and_not_by_a_number() -> None:
    assert masked_name("kunder-20261125-0831.csv") == "kunder-20261125-0831.csv"
    assert masked_name("kund-19121212-1212.csv") == f"kund-{MASK}.csv"
    assert masked_name("kund-121212-1212.csv") == f"kund-{MASK}.csv"
