"""Appliances switched by hand."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hanport.errors import ConfigError
from hanport.meter.hand import APPLIANCES, Hand, epoch_s

AT = datetime(2026, 2, 3, 18, tzinfo=UTC)


def after(seconds: int) -> datetime:
    return AT + timedelta(seconds=seconds)


@pytest.mark.parametrize("load", APPLIANCES)
def test_an_appliance_draws_from_its_switch_on_to_its_switch_off(load: str) -> None:
    hand = Hand()
    hand.switch(load, True, AT)
    hand.switch(load, False, after(100))
    power = hand.draw(after(-10), 200)
    assert not power[:10].any()
    assert (power[10:110] == np.array(APPLIANCES[load].power_w)).all()
    assert not power[110:].any()
    assert hand.is_on(load, AT)
    assert not hand.is_on(load, after(100))
    assert not hand.is_on(load, after(-1))


def test_the_kettle_switches_itself_off() -> None:
    hand = Hand()
    hand.switch("kettle", True, AT)
    power = hand.draw(AT, 1000)[:, 2]
    assert power.nonzero()[0].tolist() == list(range(180))


def test_the_sauna_warms_up_and_then_rests_now_and_then() -> None:
    hand = Hand()
    hand.switch("sauna", True, AT)
    power = hand.draw(AT, 7200)[:, 0]
    assert (power[:2400] == 2000).all()
    assert 0.45 < (power[2400:] > 0).mean() < 0.55


def test_a_resting_thermostat_is_still_switched_on() -> None:
    hand = Hand()
    hand.switch("oven", True, AT)
    resting = int((hand.draw(AT, 3600)[:, 1] == 0).argmax())
    assert hand.is_on("oven", after(resting))


def test_loads_are_added_and_one_phase_holds_them_all() -> None:
    hand, cottage = Hand(3), Hand(1)
    for each in (hand, cottage):
        each.switch("sauna", True, AT)
        each.switch("oven", True, AT)
    assert hand.draw(AT, 1).tolist() == [[2000, 4500, 2000]]
    assert cottage.draw(AT, 1).tolist() == [[4500, 0, 0]]


def test_actions_count_by_their_instant_not_by_their_order() -> None:
    hand = Hand()
    hand.switch("oven", False, after(50))
    hand.switch("oven", True, AT)
    assert hand.draw(AT, 100)[:, 1].nonzero()[0].tolist() == list(range(50))


def test_only_so_many_actions_are_remembered() -> None:
    hand = Hand()
    for second in range(1001):
        hand.switch("kettle", second % 2 == 0, after(second))
    assert all(len(actions) <= 256 for actions in hand._switched.values())
    assert hand.is_on("kettle", after(1001))
    assert not hand.is_on("kettle", after(1000 + 180))


def test_an_unknown_appliance_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="There is: sauna, oven, kettle, immersion_heater"):
        Hand().switch("pool", True, AT)
    assert not Hand().is_on("pool", AT)


def test_an_instant_has_to_be_aware() -> None:
    with pytest.raises(ValueError, match="aware"):
        epoch_s(AT.replace(tzinfo=None))
    assert epoch_s(AT.replace(microsecond=900_000)) == epoch_s(AT)
