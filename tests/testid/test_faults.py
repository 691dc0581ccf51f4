"""Faults by name: how they are planned, and when they strike."""

from pathlib import Path

import pytest

from hanport.errors import ConfigError
from hanport.planned_faults import MOST_PLANNED
from hanport.testid.faults import SUMMARIES, Call, Fault, Faults, Plan


def test_every_fault_is_explained() -> None:
    assert set(SUMMARIES) == set(Fault)
    assert len(set(SUMMARIES.values())) == len(Fault)


def test_the_page_of_the_service_has_them_all() -> None:
    page = (Path(__file__).parents[2] / "docs/testid.md").read_text("utf-8")
    table = page.partition("<!-- faults of the test identity -->\n")[2].partition("<!-- end of")[0]
    rows = "".join(f"| `{fault}` | {summary} |\n" for fault, summary in SUMMARIES.items())
    assert table == f"| name | what happens |\n|---|---|\n{rows}"


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("slow", Plan(Fault.SLOW)),
        ("slow=2.5", Plan(Fault.SLOW, seconds=2.5)),
        ("slow=2@collect*3", Plan(Fault.SLOW, Call.COLLECT, 3, 2.0)),
        ("cut@phone/sign", Plan(Fault.CUT, Call.PHONE_SIGN)),
        ("forged-chain*1", Plan(Fault.FORGED_CHAIN, times=1)),
    ],
)
def test_a_plan_as_it_is_written(text: str, plan: Plan) -> None:
    assert Plan.parse(text) == plan


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("explode", "no fault"),
        ("slo", "slow"),
        ("slow@login", "no call"),
        ("slow=", "no plan"),
        ("slow*0", "once at least"),
        ("slow=3601", "not possible"),
        ("", "no plan"),
        ("slow\n", "no plan"),
    ],
)
def test_what_is_no_plan(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        Plan.parse(text)


def test_names() -> None:
    assert Plan.named("cut") is Fault.CUT
    assert Plan.placed("phone/auth") is Call.PHONE_AUTH


def test_a_fault_strikes_as_often_as_it_is_planned_where_it_is_planned() -> None:
    faults = Faults([Plan(Fault.CUT, Call.COLLECT, 2), Plan(Fault.EMPTY)])
    assert faults.strike(Fault.CUT, Call.SIGN) is None
    assert [faults.strike(Fault.CUT, Call.COLLECT) is not None for _ in range(3)] == [True, True, False]
    assert all(faults.strike(Fault.EMPTY, call) for call in Call)
    assert [plan.fault for plan in faults.plans] == [Fault.EMPTY]
    faults.remove(Fault.EMPTY)
    assert faults.strike(Fault.EMPTY, Call.SIGN) is None


def test_there_is_an_end_to_faults() -> None:
    faults = Faults(Plan(Fault.CUT) for _ in range(MOST_PLANNED))
    with pytest.raises(ConfigError, match="already"):
        faults.add(Plan(Fault.CUT))
    faults.clear()
    faults.add(Plan(Fault.CUT))
    assert len(faults.plans) == 1
