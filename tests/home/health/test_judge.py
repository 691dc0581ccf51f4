"""One state out of what is heard and what is found, with hysteresis."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanport.doctor import Finding, Severity
from hanport.errors import SourceUnreachable
from hanport.home.health.hearing import Hearing
from hanport.home.health.judge import CLEAR_S, Judge, silence_of
from hanport.home.values import PortState
from hanport.port.decoder import Decoder
from hanport.port.profiles import PROFILES
from hanport.port.values import Reading
from hanport.port.write import fit, write

AT = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
SURE = Finding("noise", Severity.ILL, True, {"places": 3, "bytes": 9})
LIKELY = Finding("cut", Severity.ILL, False, {"count": 1})
NOTE = Finding("slow-as-known", Severity.NOTE, True, {"interval_s": 15})
PROFILE = PROFILES["kamstrup-omnia"]
TELEGRAM = write(fit(Reading(energy_import_wh=1), PROFILE), PROFILE)


def at(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


class Case:
    def __init__(self, address: str = "tcp://h:1") -> None:
        self.hearing = Hearing(address, AT)
        self.hearing.connected(AT)
        self.judge = Judge(AT)
        self.now_s = 0.0

    def telegrams(self, seconds: int, *found: Finding) -> PortState:
        """A telegram every ten seconds, with these findings."""
        for _ in range(seconds // 10):
            self.now_s += 10
            self.hearing.bytes(at(self.now_s), TELEGRAM)
            for event in Decoder().feed(TELEGRAM):
                self.hearing.event(at(self.now_s), event)
            self.judge.judge(self.hearing, found, at(self.now_s))
        return self.judge.verdict.state

    def quiet(self, seconds: int, *found: Finding) -> PortState:
        for _ in range(seconds):
            self.now_s += 1
            self.judge.judge(self.hearing, found, at(self.now_s))
        return self.judge.verdict.state

    def garbage(self, seconds: int, *found: Finding) -> PortState:
        for _ in range(seconds):
            self.now_s += 1
            self.hearing.bytes(at(self.now_s), b"\x55")
            self.judge.judge(self.hearing, found, at(self.now_s))
        return self.judge.verdict.state


def test_only_what_is_sure_makes_ill() -> None:
    case = Case()
    assert case.telegrams(100, LIKELY, NOTE) is PortState.WELL
    assert case.judge.verdict.key == ""
    assert case.telegrams(10, LIKELY, SURE, NOTE) is PortState.ILL
    assert (case.judge.verdict.key, case.judge.verdict.since) == ("cut", at(110))


def test_well_again_when_nothing_was_found_for_a_minute() -> None:
    case = Case()
    case.telegrams(60, SURE)
    assert case.telegrams(int(CLEAR_S) - 10) is PortState.ILL
    assert case.judge.verdict.findings == (SURE,)
    assert case.telegrams(10, LIKELY) is PortState.ILL
    assert case.judge.verdict.findings == (LIKELY,)
    assert case.telegrams(int(CLEAR_S)) is PortState.WELL
    assert case.judge.verdict.since == at(case.now_s)


def test_silence_begins_at_the_last_telegram_and_ends_with_the_first() -> None:
    case = Case()
    case.telegrams(60)
    assert case.quiet(65) is PortState.WELL
    assert case.quiet(1) is PortState.SILENT
    verdict = case.judge.verdict
    assert (verdict.since, verdict.key, verdict.mute) == (at(60), "silent-since", True)
    assert verdict.findings[0].numbers == {"silent_s": 66, "since": "2026-07-01 12:01"}
    assert case.telegrams(10) is PortState.WELL


def test_garbage_from_the_start_is_ill_once_a_telegram_must_have_come() -> None:
    case = Case()
    assert case.garbage(65) is PortState.STARTING
    assert case.garbage(1, LIKELY) is PortState.ILL
    assert (case.judge.verdict.key, case.judge.verdict.mute) == ("cut", True)
    assert case.garbage(1, NOTE) is PortState.ILL
    assert case.judge.verdict.key == "not-understood"
    assert case.quiet(66) is PortState.SILENT
    assert case.judge.verdict.key == "nothing-came"


def test_garbage_after_a_silence_is_silence_for_a_while() -> None:
    case = Case()
    case.telegrams(60)
    case.quiet(100)
    assert case.garbage(65) is PortState.SILENT
    assert case.garbage(5) is PortState.ILL


def test_a_file_is_never_silent() -> None:
    case = Case("file:x")
    case.telegrams(60)
    assert case.quiet(1000) is PortState.WELL


def test_a_source_that_nobody_began_to_open_is_not_silent() -> None:
    hearing, judge = Hearing("tcp://h:1", AT), Judge(AT)
    assert judge.judge(hearing, (), at(3600)).state is PortState.STARTING


def test_a_port_that_was_heard_by_an_earlier_run_is_silent_and_not_closed() -> None:
    hearing = Hearing("tcp://h:1", AT)
    assert silence_of(hearing, AT, at(70)).key == "nothing-came"
    hearing.before = AT - timedelta(days=1)
    assert silence_of(hearing, AT, at(70)).key == "silent-since"


def test_a_clock_that_is_set_moves_the_verdict() -> None:
    case = Case()
    case.telegrams(60, SURE)
    case.judge.moved(timedelta(hours=1))
    assert case.judge.verdict.since == at(3610)
    fresh = Judge(AT)
    fresh.moved(timedelta(hours=1))
    assert fresh.verdict.since == at(3600)


STEPS = st.lists(
    st.tuples(st.sampled_from(["telegrams", "quiet", "garbage", "lost"]), st.integers(1, 150), st.booleans()),
    max_size=12,
)


@settings(deadline=None, max_examples=50)
@given(STEPS)
def test_the_state_is_never_better_than_what_is_heard(steps: list[tuple[str, int, bool]]) -> None:
    case = Case()
    for kind, seconds, sure in steps:
        found = (SURE,) if sure else ()
        if kind == "lost":
            case.hearing.lost(at(case.now_s), SourceUnreachable("gone"))
            state = case.quiet(max(6, seconds), *found)
            assert state is PortState.LOST
            case.hearing.connected(at(case.now_s))
            continue
        state = getattr(case, kind)(seconds, *found)
        verdict = case.judge.verdict
        assert verdict.since <= at(case.now_s)
        late_s = (at(case.now_s) - case.hearing.mute_since).total_seconds()
        if late_s > case.hearing.pace.silent_after_s:
            assert state in (PortState.SILENT, PortState.ILL, PortState.LOST)
            assert verdict.mute
            assert verdict.key
        if state is PortState.WELL:
            assert case.hearing.last_telegram_at is not None
            assert not sure or kind != "telegrams" or seconds < 10


@pytest.mark.parametrize("state", [PortState.WELL, PortState.STARTING])
def test_a_port_that_is_well_has_nothing_to_say(state: PortState) -> None:
    case = Case()
    if state is PortState.WELL:
        case.telegrams(30, LIKELY)
    assert (case.judge.verdict.state, case.judge.verdict.key) == (state, "")
