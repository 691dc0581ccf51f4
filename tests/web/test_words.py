"""Numbers, units and times as they are said in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from hanport.web.words import Words

NBSP = "\u00a0"
SV = Words("sv", ("web",), ZoneInfo("Europe/Stockholm"))
EN = Words("en", ("web",), ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize(
    ("said", "swedish", "english"),
    [
        (lambda w: w.kwh(1_234_500), f"1{NBSP}234,5{NBSP}kWh", f"1,234.5{NBSP}kWh"),
        (lambda w: w.kw(2_345), f"2,34{NBSP}kW", f"2.34{NBSP}kW"),
        (lambda w: w.kw(-2_355), f"\u22122,36{NBSP}kW", f"-2.36{NBSP}kW"),
        (lambda w: w.watt(12_345), f"12{NBSP}345{NBSP}W", f"12,345{NBSP}W"),
        (lambda w: w.amp(10_400), f"10,4{NBSP}A", f"10.4{NBSP}A"),
        (lambda w: w.volt(231_400), f"231{NBSP}V", f"231{NBSP}V"),
        (lambda w: w.n(0.1, 2), "0,10", "0.10"),
        (lambda w: w.n(Decimal("0.5")), "0,5", "0.5"),
        (lambda w: w.span(125.4), f"2{NBSP}min 5{NBSP}s", f"2{NBSP}min 5{NBSP}s"),
    ],
)
def test_a_number_is_said(said: object, swedish: str, english: str) -> None:
    assert callable(said)
    assert said(SV) == swedish
    assert said(EN) == english


def test_nothing_is_not_zero() -> None:
    assert SV.kwh(None) == SV.amp(None) == SV.n(None) == "–"
    assert SV.kwh(0) == f"0,0{NBSP}kWh"


def test_times_are_those_of_the_house_in_24_hours() -> None:
    at = datetime(2026, 6, 30, 22, 5, 9, tzinfo=UTC)
    assert SV.time(at) == EN.time(at) == "00:05"
    assert SV.time(at, seconds=True) == "00:05:09"
    assert SV.date(at) == "1 juli 2026"
    assert SV.moment(at) == "1 juli 2026 00:05"
    assert EN.moment(at, seconds=True) == "1 Jul 2026 00:05:09"
    assert SV.local(at).hour == 0


def test_days_and_months_have_names() -> None:
    day = date(2026, 11, 25)
    assert (SV.weekday(day), EN.weekday(day)) == ("onsdag", "Wednesday")
    assert (SV.month(day), EN.month(day)) == ("november 2026", "November 2026")
    assert SV.date(day, "full") == "onsdag 25 november 2026"


def test_texts_come_from_the_first_catalog_that_has_them() -> None:
    words = Words("en", ("web", "doctor"))
    assert words.t("nav.now") == "Now"
    assert words.t("verdict.ill") == words.tell("doctor", "verdict.ill")
    assert words.in_language("sv", "nav.now") == "Nu"
    assert words.has("nav.now")
    assert not words.has("no.such")
    with pytest.raises(KeyError):
        words.t("no.such")
