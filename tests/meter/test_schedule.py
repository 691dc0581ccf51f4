"""Faults by name and time."""

from datetime import UTC, datetime, timedelta

import pytest

from hanport.errors import ConfigError
from hanport.meter.faults import FAULTS, WRONG_SETTING
from hanport.meter.line import P1_LINE
from hanport.meter.module import HanModule, ModuleSetup
from hanport.meter.schedule import MOST_PLANNED, Plan, Schedule
from hanport.port.values import Reading

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def schedule(*plans: str, p1: bool = True, seed: int = 1) -> Schedule:
    made = Schedule(seed=seed, p1=p1)
    for text in plans:
        made.add(Plan.parse(text), START)
    return made


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("cut", Plan("cut")),
        ("cut@60", Plan("cut", 60)),
        ("noise@60+30", Plan("noise", 60, 30)),
        ("clock-jump@0.5", Plan("clock-jump", 0.5)),
    ],
)
def test_plans_are_read(text: str, plan: Plan) -> None:
    assert Plan.parse(text) == plan


@pytest.mark.parametrize(
    "text", ["", "@", "cut@", "cut@x", "cut@60+", "cut@60+0", "cut@60+-1", "cut@-1", "cut@nan", "cut@inf", "cut@1+nan"]
)
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        Plan.parse(text)
    assert wrong.value.remedy


def test_an_unknown_name_gets_the_nearest_known() -> None:
    with pytest.raises(ConfigError, match=r"nearest known: .*noise"):
        Plan.parse("noize@60")
    with pytest.raises(ConfigError) as wrong:
        Plan("zzzzzzzz")
    assert all(name in wrong.value.remedy for name in FAULTS)


def test_a_fault_acts_within_its_time_only() -> None:
    faults = schedule("repeat@60+30")
    assert [faults.damage(b"x", at(second)) for second in (59, 60, 89.9, 90)] == [b"x", b"xx", b"xx", b"x"]
    assert faults.entries(at(90)) == []


def test_a_fault_without_an_end_stays_until_it_is_taken_away() -> None:
    faults = schedule("repeat@60")
    assert faults.damage(b"x", at(1_000_000)) == b"xx"
    faults.remove("repeat")
    assert faults.damage(b"x", at(1_000_000)) == b"x"
    with pytest.raises(ConfigError, match="repeat"):
        faults.remove("repeat")


def test_a_stall_ends_by_itself() -> None:
    faults = schedule("stall@60")
    assert [faults.damage(b"1234", at(second)) for second in (60, 119, 120)] == [b"12", b"", b"1234"]


def test_faults_act_in_the_order_of_their_planning() -> None:
    assert schedule("stall", "repeat").damage(b"1234", START) == b"1212"
    assert schedule("repeat", "stall").damage(b"1234", START) == b"1234"


def test_nothing_is_left_nothing_is_spoiled() -> None:
    faults = schedule("stall", "noise")
    faults.damage(b"1234", START)
    assert faults.damage(b"1234", START) == b""


def test_every_kind_finds_its_place() -> None:
    faults = schedule("clock-jump", "wrong-serial", "hang")
    module = HanModule(ModuleSetup(), START)
    assert faults.change(Reading(START), START) == Reading(at(3600))
    assert faults.drive(P1_LINE, START).setting == WRONG_SETTING
    faults.strike(module, START, 0.0)
    assert module.state.hung


def test_a_hang_strikes_once() -> None:
    faults = schedule("hang@60")
    module = HanModule(ModuleSetup(), START)
    faults.strike(module, at(59), 0.0)
    assert not module.state.hung
    assert [planned.is_active(at(59)) for planned in faults.entries(at(59))] == [False]
    faults.strike(module, at(70), 0.0)
    assert module.state.hung
    module.power_cycle(at(80))
    faults.strike(module, at(200), 0.0)
    assert not module.state.hung


def test_a_brown_out_strikes_again() -> None:
    faults = schedule("brown-out")
    module = HanModule(ModuleSetup(), START)
    awake = set()
    for second in range(0, 400, 100):
        faults.strike(module, at(second), 0.06)
        awake.add(module.state.awake_at)
    assert len(awake) == 2


def test_encryption_is_refused_where_telegrams_are_hdlc() -> None:
    with pytest.raises(ConfigError, match="P1"):
        schedule("encrypted", p1=False)


def test_the_schedule_is_bounded() -> None:
    with pytest.raises(ConfigError, match=str(MOST_PLANNED)):
        schedule(*["noise"] * (MOST_PLANNED + 1))


def test_same_seed_same_faults() -> None:
    def damage(seed: int) -> bytes:
        return schedule("noise", "noise", seed=seed).damage(bytes(100), START)

    assert damage(1) == damage(1)
    assert damage(1) != damage(2)
