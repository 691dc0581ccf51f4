"""The HAN module: when it sends, what, and when it hangs. Time is an argument, so months take no time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.errors import ConfigError
from hanport.meter.line import P1_LINE
from hanport.meter.module import HanModule, ModuleSetup, Sends
from hanport.models.model import Module

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
LATER = START + timedelta(minutes=5)


def after(seconds: float = 0.0, *, days: float = 0.0) -> datetime:
    return START + timedelta(days=days, seconds=seconds)


def module(kind: Module = Module.POWERED, *, is_open: bool = True, interval_s: int = 10, seed: int = 1) -> HanModule:
    return HanModule(ModuleSetup(kind, interval_s, seed=seed), START, is_open=is_open)


def test_pushes_at_its_interval() -> None:
    han = module()
    moments = [after(-5)]
    for _ in range(3):
        moments.append(han.next_push(moments[-1]))
    assert moments[1:] == [after(1), after(11), after(21)]
    assert han.next_push(after(11.5)) == after(21)
    assert han.sends(after(11)) is Sends.TELEGRAM


@pytest.mark.parametrize("interval_s", [0, -1, 3601])
def test_refuses_an_interval_that_no_meter_has(interval_s: int) -> None:
    with pytest.raises(ConfigError, match="interval"):
        ModuleSetup(interval_s=interval_s)


def test_a_closed_port_is_silent_until_it_is_opened() -> None:
    han = module(is_open=False)
    assert han.sends(LATER) is Sends.NOTHING
    han.set_open(True, LATER)
    assert han.sends(LATER) is Sends.TELEGRAM
    han.set_open(False, LATER)
    assert han.sends(LATER) is Sends.NOTHING


def test_without_cable_or_data_request_nothing_comes() -> None:
    han = module()
    han.set_cable(False, LATER)
    assert han.sends(LATER) is Sends.NOTHING
    han.set_cable(True, LATER)
    han.set_data_request(False, LATER)
    assert han.sends(LATER) is Sends.NOTHING
    han.set_data_request(True, LATER)
    assert han.sends(LATER) is Sends.TELEGRAM


@pytest.mark.parametrize("kind", list(Module))
def test_only_the_omnipower_needs_to_be_fed(kind: Module) -> None:
    han = module(kind)
    assert han.sends(LATER) is Sends.TELEGRAM
    han.set_reader_supply(False, LATER)
    unfed = Sends.IDENTIFICATION if kind is Module.OMNIPOWER_P1 else Sends.TELEGRAM
    assert han.sends(LATER) is unfed
    assert han.setup.identification == b"/KAM5\r\n\r\n"


@given(st.integers(0, 10_000))
def test_up_to_a_minute_of_silence_after_power_on(seed: int) -> None:
    han = module(seed=seed)
    han.power_off(LATER)
    assert not han.state.powered
    assert han.sends(LATER) is Sends.NOTHING
    back_at = LATER + timedelta(seconds=3.5)
    han.power_on(back_at)
    silence = han.state.awake_at - back_at
    assert timedelta(seconds=1) < silence <= timedelta(seconds=60)
    assert han.state.awake_at.microsecond == 0
    assert han.sends(han.state.awake_at - timedelta(microseconds=1)) is Sends.NOTHING
    assert han.sends(han.state.awake_at) is Sends.TELEGRAM
    assert han.next_push(back_at) == han.state.awake_at


@given(st.integers(0, 10_000))
def test_a_weak_module_hangs_after_four_to_six_months(seed: int) -> None:
    han = module(Module.SELF_POWERED, seed=seed)
    han.set_reader_supply(False, START)
    hangs_at = han.state.hangs_at
    assert hangs_at is not None
    assert timedelta(days=120) <= hangs_at - START <= timedelta(days=183)
    han.advance(hangs_at - timedelta(seconds=1))
    assert han.sends(hangs_at - timedelta(seconds=1)) is Sends.TELEGRAM
    han.advance(hangs_at)
    assert han.state.hung
    # for good: neither the cable nor a supply nor the network company brings it back
    han.set_reader_supply(True, after(days=200))
    han.set_cable(False, after(days=201))
    han.set_cable(True, after(days=201))
    han.set_open(False, after(days=202))
    han.set_open(True, after(days=202))
    han.advance(after(days=900))
    assert han.sends(after(days=900)) is Sends.NOTHING
    # the mains do
    han.power_cycle(after(days=900))
    assert han.sends(after(60, days=900)) is Sends.TELEGRAM
    assert han.state.hangs_at is None, "the reader has its own supply now"


def test_the_hang_comes_back_where_nothing_was_changed() -> None:
    han = module(Module.SELF_POWERED)
    han.set_reader_supply(False, START)
    first = han.state.hangs_at
    assert first is not None
    han.advance(first)
    han.power_cycle(first)
    second = han.state.hangs_at
    assert second is not None
    assert timedelta(days=120) <= second - first <= timedelta(days=183)


def test_only_a_weak_module_with_a_reader_in_it_wears_down() -> None:
    for kind in (Module.POWERED, Module.OMNIPOWER_P1):
        han = module(kind)
        han.set_reader_supply(False, START)
        assert han.state.hangs_at is None
    han = module(Module.SELF_POWERED)
    assert han.state.hangs_at is None, "a reader with its own supply does no harm"
    han.set_reader_supply(False, START)
    due_at = han.state.hangs_at
    han.set_open(True, after(days=50))
    assert han.state.hangs_at == due_at, "another input does not begin the months anew"
    han.set_cable(False, after(days=100))
    assert han.state.hangs_at is None
    han.set_cable(True, after(days=101))
    assert han.state.hangs_at is not None
    assert han.state.hangs_at >= after(days=221)


def test_data_request_stops_it_in_mid_telegram() -> None:
    han = module()
    telegram = bytes(range(200))
    begun_at = after(11)
    # 115200 baud are 11.52 bytes in a millisecond
    han.set_data_request(False, begun_at + timedelta(milliseconds=5))
    assert han.sent(begun_at, telegram, P1_LINE) == telegram[:57]
    han.set_data_request(True, begun_at + timedelta(milliseconds=6))
    assert han.sent(begun_at, telegram, P1_LINE) == telegram[:57], "what was lost stays lost"
    assert han.sent(after(21), telegram, P1_LINE) == telegram


@pytest.mark.parametrize("stop", ["close", "cable", "power", "hang"])
def test_everything_that_silences_it_stops_it_at_once(stop: str) -> None:
    han = module()
    at = after(11) + timedelta(milliseconds=5)
    match stop:
        case "close":
            han.set_open(False, at)
        case "cable":
            han.set_cable(False, at)
        case "power":
            han.power_cycle(at)
        case "hang":
            han.hang(at)
    assert len(han.sent(after(11), bytes(200), P1_LINE)) == 57


def test_a_stop_after_the_last_byte_changes_nothing() -> None:
    han = module()
    han.set_data_request(False, after(11) + timedelta(milliseconds=18))  # 200 bytes take 17.4 ms
    assert han.sent(after(11), bytes(200), P1_LINE) == bytes(200)


def test_losing_the_supply_cuts_the_telegram_of_an_omnipower() -> None:
    han = module(Module.OMNIPOWER_P1)
    han.set_reader_supply(False, after(11) + timedelta(milliseconds=5))
    assert len(han.sent(after(11), bytes(200), P1_LINE)) == 57


def test_same_seed_same_module() -> None:
    def story(seed: int) -> list[object]:
        han = module(Module.SELF_POWERED, seed=seed)
        han.set_reader_supply(False, START)
        han.power_cycle(LATER)
        return [han.state]

    assert story(7) == story(7)
    assert story(7) != story(8)
