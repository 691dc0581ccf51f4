"""The house as a whole: the same in any slices, manipulated by hand, and like a Swedish villa over a year."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hanport.errors import ConfigError
from hanport.meter.almanac import utc_offset_s
from hanport.meter.house import Flow, House, HouseSetup

MIDNIGHT = datetime(2026, 2, 3, tzinfo=UTC)
DAY_S = 86_400


def columns(flow: Flow) -> list[NDArray[np.int32]]:
    return [flow.power_w, flow.reactive_power_var, flow.voltage_mv, flow.current_ma]


def assert_same(one: Flow, other: Flow) -> None:
    assert one.start == other.start
    for column, expected in zip(columns(one), columns(other), strict=True):
        np.testing.assert_array_equal(column, expected)


def scripted(setup: HouseSetup) -> House:
    house = House(setup)
    house.switch("sauna", True, MIDNIGHT + timedelta(hours=19))
    house.switch("sauna", False, MIDNIGHT + timedelta(hours=21))
    house.switch("kettle", True, MIDNIGHT + timedelta(hours=23, minutes=59))
    house.plug_in(MIDNIGHT + timedelta(hours=22), need_wh=30_000)
    house.unplug(MIDNIGHT + timedelta(hours=25))
    return house


WHOLE = scripted(HouseSetup()).flow(MIDNIGHT, 2 * DAY_S)
SLICED = scripted(HouseSetup())


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, 2 * DAY_S), min_size=2, max_size=6))
def test_any_slice_has_the_numbers_of_the_whole(cuts: list[int]) -> None:
    for first, last in pairwise(sorted(cuts)):
        piece = SLICED.flow(MIDNIGHT + timedelta(seconds=first), last - first)
        for column, expected in zip(columns(piece), columns(WHOLE), strict=True):
            np.testing.assert_array_equal(column, expected[first:last])


def test_one_seed_is_one_house_and_another_seed_another() -> None:
    one = House(HouseSetup(seed=5)).flow(MIDNIGHT, 3600)
    assert_same(House(HouseSetup(seed=5)).flow(MIDNIGHT, 3600), one)
    assert (House(HouseSetup(seed=6)).flow(MIDNIGHT, 3600).power_w != one.power_w).any()


def test_days_that_were_forgotten_come_back_the_same() -> None:
    house = House(HouseSetup())
    first = house.flow(MIDNIGHT, 60)
    for day in range(1, 8):
        house.flow(MIDNIGHT + timedelta(days=day), 1)
    assert len(house._days) <= 4
    assert_same(house.flow(MIDNIGHT, 60), first)


def test_another_zone_is_the_same_instant() -> None:
    house = House(HouseSetup())
    local = MIDNIGHT.astimezone(datetime.strptime("+0100", "%z").tzinfo)
    assert_same(house.flow(local, 10), house.flow(MIDNIGHT, 10))


@pytest.mark.parametrize(
    ("start", "seconds"),
    [(MIDNIGHT.replace(tzinfo=None), 1), (MIDNIGHT.replace(microsecond=1), 1), (MIDNIGHT, -1)],
    ids=["naive", "part of a second", "backwards"],
)
def test_a_flow_needs_a_whole_second_of_an_aware_time(start: datetime, seconds: int) -> None:
    with pytest.raises(ValueError, match="aware time"):
        House(HouseSetup()).flow(start, seconds)


def test_no_seconds_make_an_empty_flow() -> None:
    assert all(column.shape == (0, 3) for column in columns(House(HouseSetup()).flow(MIDNIGHT, 0)))


def test_arrays_are_whole_numbers_for_each_second_and_phase() -> None:
    for column in columns(WHOLE):
        assert column.shape == (2 * DAY_S, 3)
        assert column.dtype == np.int32
    assert (WHOLE.current_ma >= 0).all()


def test_current_follows_from_power_and_voltage() -> None:
    apparent = np.hypot(WHOLE.power_w.astype(float), WHOLE.reactive_power_var)
    np.testing.assert_allclose(WHOLE.current_ma, apparent / WHOLE.voltage_mv * 1e6, atol=1)


def test_a_switched_appliance_stands_on_top_of_the_house() -> None:
    at = MIDNIGHT + timedelta(hours=10)
    plain, switched = House(HouseSetup()), House(HouseSetup())
    switched.switch("sauna", True, at)
    before = switched.flow(at - timedelta(seconds=60), 60)
    assert_same(before, plain.flow(at - timedelta(seconds=60), 60))
    more = switched.flow(at, 60).power_w - plain.flow(at, 60).power_w
    assert (more == 2000).all()
    assert (switched.flow(at, 60).voltage_mv < plain.flow(at, 60).voltage_mv).all()
    with pytest.raises(ConfigError, match="There is no 'pool'"):
        switched.switch("pool", True, at)


def evening_charge(house: House) -> tuple[datetime, int]:
    """The start of the first generated charge in a fortnight, and its watts at full current."""
    for day in range(14):
        start = MIDNIGHT + timedelta(days=day)
        house.flow(start, 1)
        charging = house._days[start.date()].car_w[:, 0].nonzero()[0]
        if len(charging):
            return start + timedelta(seconds=int(charging[0])), 3680
    raise AssertionError("no charge in a fortnight")


def test_whoever_plugs_the_car_in_or_out_has_it_from_then_on() -> None:
    family, person = House(HouseSetup()), House(HouseSetup())
    start, _ = evening_charge(family)
    person.unplug(start + timedelta(seconds=120))
    both, alone = family.flow(start, 300).power_w, person.flow(start, 300).power_w
    np.testing.assert_array_equal(alone[:120], both[:120])
    assert ((both - alone)[120:] >= 1380).all()
    assert (person.flow(start + timedelta(days=1), 100).power_w < 4000).all()


def test_a_plugged_in_car_takes_what_it_needs() -> None:
    plain = House(HouseSetup(car=False))
    house = House(HouseSetup(car=False))
    house.plug_in(MIDNIGHT, need_wh=12_000)
    more = (house.flow(MIDNIGHT, 6000).power_w - plain.flow(MIDNIGHT, 6000).power_w).sum(axis=0)
    assert more.sum() // 3600 == pytest.approx(12_000, abs=1)
    assert more[0] == more[1] == more[2]


@dataclass
class Kiln:
    """A device that draws on L2 and L3, wherever it is asked."""

    def draw(self, start: datetime, seconds: int) -> NDArray[np.int32]:
        return np.tile(np.array([0, 700, 800], np.int32), (seconds, 1))


def test_an_attached_device_draws_on_its_phases() -> None:
    plain, house = House(HouseSetup()), House(HouseSetup())
    house.devices.append(Kiln())
    more = house.flow(MIDNIGHT, 5).power_w - plain.flow(MIDNIGHT, 5).power_w
    assert more.tolist() == [[0, 700, 800]] * 5


def test_a_house_on_one_phase_has_only_that_one() -> None:
    house = House(HouseSetup(phases=1))
    house.devices.append(Kiln())
    house.switch("sauna", True, MIDNIGHT)
    house.plug_in(MIDNIGHT, need_wh=5000)
    flow = house.flow(MIDNIGHT, DAY_S)
    for column in columns(flow):
        assert (column[:, 1:] == 0).all()
        assert (column[:, 0] != 0).any()


def test_without_its_machines_the_house_draws_far_less() -> None:
    bare = HouseSetup(heat_pump=False, car=False, solar_kwp=0)
    week = [MIDNIGHT + timedelta(days=day) for day in range(5)]
    full = sum(float(House(HouseSetup(solar_kwp=0)).flow(day, DAY_S).power_w.mean()) for day in week)
    assert sum(float(House(bare).flow(day, DAY_S).power_w.mean()) for day in week) < full / 2


@dataclass
class Year:
    """What a year of the house looks like: kW by sampled day and local hour, import alone; and Wh by phase."""

    hours_kw: NDArray[np.float64]
    months: NDArray[np.int64]
    phase_wh: NDArray[np.float64]
    imbalance: float

    def at_hours(self, *hours: int) -> float:
        return float(self.hours_kw[:, list(hours)].mean())

    def in_months(self, *months: int) -> float:
        return float(self.hours_kw[np.isin(self.months, months)].mean())


def a_year(setup: HouseSetup, every_days: int) -> Year:
    house = House(setup)
    hours, months, phases = [], [], []
    for day in range(0, 365, every_days):
        at = date(2025, 1, 1) + timedelta(days=day)
        flow = house.flow(datetime(at.year, at.month, at.day, tzinfo=UTC), DAY_S)
        bought = np.maximum(flow.power_w.sum(axis=1, dtype=np.int64), 0).reshape(24, 3600).mean(axis=1) / 1000
        hours.append(np.roll(bought, utc_offset_s(at) // 3600))
        months.append(at.month)
        phases.append(np.maximum(flow.power_w, 0).reshape(24, 3600, 3).mean(axis=1))
    by_phase = np.concatenate(phases)
    busy = by_phase[by_phase.sum(axis=1) > 0]
    imbalance = float((busy.max(axis=1) / busy.mean(axis=1)).mean())
    return Year(np.array(hours), np.array(months), by_phase.sum(axis=0), imbalance)


def assert_like_a_swedish_villa(year: Year) -> None:
    """The ranges are our own judgement of what is plausible for a detached house with heat pump, car and solar power.

    They are wide on purpose and come from no survey; the year's energy is the range that the house was built for.
    """
    megawatt_hours = float(year.hours_kw.mean()) * 8.76
    assert 18 <= megawatt_hours <= 22
    peak_kw = float(year.hours_kw.max())
    assert 9 <= peak_kw <= 16, "a 20 A fuse lets 13.8 kW through for long"
    assert 0.12 <= float(year.hours_kw.mean()) / peak_kw <= 0.30, "load factor on the peak hour"
    noon, evening, late, small = (
        year.at_hours(*range(10, 15)),
        year.at_hours(*range(17, 22)),
        year.at_hours(22, 23, 0, 1),
        year.at_hours(2, 3, 4),
    )
    assert 1.4 <= evening / noon <= 3.5, "the sun keeps noon low, the family comes home"
    assert 1.1 <= evening / small <= 2.5
    assert 1.5 <= late / noon <= 5, "the car waits for the night"
    assert 2.5 <= year.in_months(12, 1, 2) / year.in_months(6, 7, 8) <= 7, "winter to summer"
    shares = year.phase_wh / year.phase_wh.sum()
    assert 0.25 <= shares.min() <= shares.max() <= 0.42, "each phase's share of the year"
    assert 1.08 <= year.imbalance <= 1.7, "an hour's busiest phase to the mean of the phases"


def test_a_year_passes_for_a_swedish_villa() -> None:
    assert_like_a_swedish_villa(a_year(HouseSetup(), every_days=6))


def test_the_sun_sells_at_noon_in_summer_only() -> None:
    noon = timedelta(hours=11)
    june = House(HouseSetup()).flow(datetime(2025, 6, 14, tzinfo=UTC) + noon, 600)
    december = House(HouseSetup()).flow(datetime(2025, 12, 14, tzinfo=UTC) + noon, 600)
    assert june.power_w.sum(axis=1).max() < -1000
    assert december.power_w.sum(axis=1).min() > 0


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_day_of_a_year_passes_for_a_swedish_villa(seed: int) -> None:
    assert_like_a_swedish_villa(a_year(HouseSetup(seed=seed), every_days=1))
