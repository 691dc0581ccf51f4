"""Figures are exact decimals, and None is left out."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.home.share.figures import FIGURES, FRESH_S, is_fresh, numbers, scaled, utc_text
from hanport.port.fields import FIELD_NAMES
from hanport.port.values import Reading
from share_samples import NOW, READING, sample


@given(st.integers(-(10**15), 10**15), st.integers(0, 3), st.integers(0, 3))
def test_scaling_is_exact(value: int, decimals: int, least: int) -> None:
    told = scaled(value, decimals, min(least, decimals))
    assert Decimal(told) == Decimal(value).scaleb(-decimals)
    assert len(told.partition(".")[2]) >= min(least, decimals)


@pytest.mark.parametrize(
    ("value", "decimals", "least", "told"),
    [
        (60_995_424, 3, 3, "60995.424"),
        (-5, 3, 3, "-0.005"),
        (0, 3, 3, "0.000"),
        (230_100, 3, 1, "230.1"),
        (231_000, 3, 1, "231.0"),
        (1_234, 3, 1, "1.234"),
        (-1_727, 0, 0, "-1727"),
    ],
)
def test_how_it_is_written(value: int, decimals: int, least: int, told: str) -> None:
    assert scaled(value, decimals, least) == told


def test_every_field_of_a_reading_has_its_figure() -> None:
    assert [figure.field for figure in FIGURES.values()] == list(FIELD_NAMES[1:])
    assert FIGURES["energy_import_kwh"].momentary is False
    assert FIGURES["current_l2_a"].momentary is True


def test_what_the_meter_did_not_say_is_left_out() -> None:
    assert dict(numbers(Reading(at=NOW, power_import_w=0))) == {"power_import_w": "0"}
    assert dict(numbers(READING))["energy_export_kwh"] == "12.007"
    registers = dict(numbers(READING, registers_only=True))
    assert set(registers) == {
        "energy_import_kwh",
        "energy_export_kwh",
        "reactive_energy_import_kvarh",
        "reactive_energy_export_kvarh",
    }


def test_a_sample_is_fresh_for_a_while() -> None:
    heard = sample()
    assert is_fresh(heard, heard.received_at + timedelta(seconds=FRESH_S))
    assert not is_fresh(heard, heard.received_at + timedelta(seconds=FRESH_S + 1))
    assert utc_text(NOW) == "2026-01-31T12:00:00Z"
