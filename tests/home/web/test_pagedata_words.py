"""What pages say beyond the shell's words."""

from datetime import UTC, datetime

import pytest

from hanport.home.config import HouseTable
from hanport.home.web.pagedata_scale import scale
from hanport.home.web.pagedata_words import LOCAL, NORMAL, HomeWords, tariff_zone

SV, EN = HomeWords("sv"), HomeWords("en")
NOON = datetime(2026, 11, 25, 12, 0, 5, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("power_w", "said"),
    [(None, "–"), (0, "0 W"), (9999, "9 999 W"), (-640, "−640 W"), (10_000, "10,00 kW"), (-12_345, "−12,34 kW")],
)
def test_power(power_w: int | None, said: str) -> None:
    assert plain(SV.power(power_w)) == said


@pytest.mark.parametrize(
    ("energy_wh", "said"), [(None, "–"), (1234, "1,23 kWh"), (123_456, "123,5 kWh"), (12_345_678, "12 346 kWh")]
)
def test_energy(energy_wh: int | None, said: str) -> None:
    assert plain(SV.energy(energy_wh)) == said


def test_cells_shares_and_differences() -> None:
    assert (SV.cell(None), SV.cell(1_234), EN.cell(1_234_567)) == ("–", "1,234", "1,234.567")
    assert (plain(SV.percent(41)), EN.percent(41), SV.percent(None)) == ("41 %", "41%", "–")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (4.9, "för 4 s sedan"),
        (89, "för 89 s sedan"),
        (90, "för 1 min sedan"),
        (5399, "för 89 min sedan"),
        (5400, "för 1 h sedan"),
        (200_000, "för 2 dygn sedan"),
    ],
)
def test_ages(seconds: float | None, said: str) -> None:
    assert plain(SV.age(seconds)) == said


def test_times() -> None:
    assert SV.hours(NOON, NOON) == "13:00–13:00"
    assert (SV.until(NOON, day=False), SV.until(NOON, day=True)) == ("13:00", "25 nov. 13:00")
    assert SV.machine(NOON) == "2026-11-25T12:00:05Z"
    assert SV.time_of(NOON.timestamp()) == "13:00"
    assert (SV.day(NOON.date()), SV.short_day(NOON.date())) == ("onsdag 25 november 2026", "ons 25 nov.")


def test_labels_of_a_scale_have_the_decimals_they_need() -> None:
    assert [SV.tick(tick, scale([4000], 100)) for tick in (0, 1000)] == ["0", "1"]
    assert [SV.tick(tick, scale([1000], 100)) for tick in (500, 1000)] == ["0,5", "1,0"]
    assert SV.tick(20, scale([60], 10)) == "0,02"


def test_the_tariffs_time() -> None:
    assert tariff_zone(HouseTable()) is LOCAL
    assert tariff_zone(HouseTable(tariff_time="normal")) is NORMAL
