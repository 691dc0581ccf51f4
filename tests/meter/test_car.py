"""One charging session to the watt-hour, and a person at the plug."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.errors import ConfigError
from hanport.meter.car import Plug, session

AT = datetime(2026, 2, 3, 21, 59, 50, tzinfo=UTC)


@given(need_wh=st.integers(1, 150_000), phases=st.sampled_from([1, 3]))
def test_a_session_delivers_the_need_to_the_watt_hour(need_wh: int, phases: int) -> None:
    power = session(need_wh, phases)
    assert int(power.sum(dtype=np.int64)) * phases == pytest.approx(need_wh * 3600, abs=3)
    assert power.min() >= 0
    assert power.max() <= 3680
    assert (power[:5] == 0).all()


def test_a_session_starts_late_ramps_up_and_tapers() -> None:
    power = session(20_000, 3)
    assert power[:17].tolist() == [0, 0, 0, 0, 0, *range(1380, 3680, 230), 3680, 3680]
    falling = power[power.argmax() + int((power == 3680).sum()) : -3]
    assert (np.diff(falling) <= 0).all()
    assert falling[-1] == pytest.approx(1380, abs=10)
    assert 6000 < len(power) < 8000
    assert len(session(20_000, 1)) > 2.9 * len(power)


@given(cut=st.integers(0, 3500))
def test_a_session_has_the_same_power_in_any_slices(cut: int) -> None:
    plug = Plug(3)
    plug.plug_in(AT, 9_000)
    whole = plug.draw(AT, 3600)
    parts = [plug.draw(AT, cut), plug.draw(AT + timedelta(seconds=cut), 3600 - cut)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    np.testing.assert_array_equal(whole[: len(session(9_000, 3)), 0], session(9_000, 3))


def test_unplugged_the_power_is_gone_at_once() -> None:
    plug = Plug(3)
    plug.plug_in(AT, 10_000)
    plug.unplug(AT + timedelta(seconds=100))
    power = plug.draw(AT - timedelta(seconds=10), 200)
    assert power[109].tolist() == [3680] * 3
    assert not power[110:].any()
    assert not power[:15].any()
    assert plug.since_s == int(AT.timestamp())


def test_a_second_car_takes_the_place_of_the_first() -> None:
    plug = Plug(1)
    plug.plug_in(AT, 10_000)
    plug.plug_in(AT + timedelta(seconds=60), 10_000)
    power = plug.draw(AT, 120)
    assert power[59].tolist() == [3680, 0, 0]
    assert not power[60:65].any()
    assert power[90].tolist() == [3680, 0, 0]


def test_actions_count_by_their_instant_not_by_their_order() -> None:
    one, other = Plug(3), Plug(3)
    one.plug_in(AT, 10_000)
    one.unplug(AT + timedelta(seconds=50))
    other.unplug(AT + timedelta(seconds=50))
    other.plug_in(AT, 10_000)
    np.testing.assert_array_equal(one.draw(AT, 100), other.draw(AT, 100))
    assert one.since_s == other.since_s


def test_only_so_many_actions_are_remembered() -> None:
    plug = Plug(3)
    for second in range(1000):
        plug.unplug(AT + timedelta(seconds=second))
    plug.plug_in(AT + timedelta(seconds=1000), 500)
    assert len(plug._plugs) <= 64
    assert plug.draw(AT + timedelta(seconds=1010), 1).any()
    assert plug.since_s == int(AT.timestamp())


@pytest.mark.parametrize("need_wh", [0, -1, 150_001])
def test_a_need_that_no_car_has_is_refused(need_wh: int) -> None:
    with pytest.raises(ConfigError, match="A car does not take"):
        Plug(3).plug_in(AT, need_wh)
