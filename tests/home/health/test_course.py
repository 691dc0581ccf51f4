"""Verdicts become events: each begins once, ends once, and knows what it needs to be told from others."""

from datetime import UTC, datetime, timedelta

from hanport.doctor import Finding, Severity
from hanport.home.health.course import Course
from hanport.home.health.days import Days
from hanport.home.health.hearing import Hearing
from hanport.home.health.history import Silence
from hanport.home.health.journal import Entry, Journal
from hanport.home.health.judge import Verdict
from hanport.home.values import PortState

AT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
DAY_S = 86_400


def at(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


class Told:
    """A course with verdicts told by hand."""

    def __init__(self, address: str = "tcp://h:1") -> None:
        self.journal, self.days = Journal(), Days()
        self.hearing = Hearing(address, AT)
        self.hearing.connected(AT)
        self.course = Course(self.journal, self.days)

    def verdict(self, state: PortState, since_s: float, now_s: float, key: str = "silent-since") -> None:
        wrong = (Finding(key, Severity.ILL, True),) if state not in (PortState.WELL, PortState.STARTING) else ()
        mute = state in (PortState.SILENT, PortState.LOST) or key == "not-understood"
        self.course.follow(Verdict(state, at(since_s), wrong, mute), self.hearing, at(now_s))

    def telegram(self, now_s: float, *, restarted: bool = False) -> None:
        self.hearing.last_telegram_at = at(now_s)
        self.course.telegram(at(now_s), restarted=restarted)

    @property
    def open_events(self) -> dict[str, datetime]:
        kinds = ("silence", "lost", "ill")
        return {kind: entry.began_at for kind in kinds if (entry := self.journal.open(kind)) is not None}


def test_a_silence_in_an_illness_ends_the_illness() -> None:
    told = Told()
    told.telegram(0)
    told.verdict(PortState.ILL, 5, 5, "noise")
    assert told.open_events == {"ill": at(5)}
    told.verdict(PortState.SILENT, 10, 76)
    assert told.open_events == {"silence": at(10)}
    told.verdict(PortState.ILL, 10, 90, "not-understood")  # bytes that are no telegrams: the silence goes on
    assert told.open_events == {"silence": at(10)}
    told.telegram(100)
    told.verdict(PortState.WELL, 100, 100)
    assert told.open_events == {}
    (silence,) = told.course.silences
    assert (silence.began_at, silence.ended_at) == (at(10), at(100))
    assert told.days.counts(AT).silent_s == 100  # counted from the last telegram that this run has heard


def test_a_loss_in_a_silence_is_marked_on_it() -> None:
    told = Told()
    told.telegram(0)
    told.verdict(PortState.SILENT, 0, 66)
    for now_s in (70, 71):
        told.verdict(PortState.LOST, 70, now_s, "source-lost")
    assert told.open_events == {"silence": at(0), "lost": at(70)}
    silence = told.journal.open("silence")
    assert silence is not None
    assert silence.details["lost"] is True
    told.hearing.found_again_at = at(80)
    told.verdict(PortState.STARTING, 80, 81)
    assert "lost" in told.open_events
    told.verdict(PortState.SILENT, 0, 150)
    assert told.open_events == {"silence": at(0)}


def test_how_long_it_had_worked_counts_from_the_last_long_silence() -> None:
    told = Told()
    told.telegram(0)
    told.verdict(PortState.SILENT, DAY_S, DAY_S + 66)
    told.telegram(DAY_S + 100)  # short: what came before counts on
    told.verdict(PortState.SILENT, 2 * DAY_S, 2 * DAY_S + 700)
    told.telegram(2 * DAY_S + 800)  # long
    told.verdict(PortState.SILENT, 5 * DAY_S, 5 * DAY_S + 66)
    worked = [silence.details["worked_s"] for silence in told.course.silences]
    assert worked == [DAY_S, 2 * DAY_S, 3 * DAY_S - 800]


def test_a_restart_begins_the_count_anew_with_or_without_a_silence() -> None:
    told = Told()
    told.telegram(0)
    told.telegram(500, restarted=True)
    assert told.course.worked_since == at(500)
    told.verdict(PortState.SILENT, 600, 666)
    told.telegram(700, restarted=True)
    assert told.course.worked_since == at(700)
    assert told.course.silences[-1].details["restart"] is True


def test_an_earlier_run_goes_on() -> None:
    told = Told()
    entry = Entry("silence", at(-500), {"link": "well"}, 7)
    told.course.go_on([entry], [Silence(at(-900), at(-800), {}), Silence(at(-500), None, {})], at(-DAY_S))
    told.verdict(PortState.SILENT, 0, 66)
    assert [silence.began_at for silence in told.course.silences] == [at(-900), at(-500)]
    assert told.course.worked_since == at(-DAY_S)
    told.course.moved(timedelta(hours=1))
    assert told.open_events == {"silence": at(-500)}


def test_silent_seconds_move_with_the_clock() -> None:
    told = Told()
    told.telegram(0)
    told.verdict(PortState.SILENT, 0, 66)
    told.course.moved(timedelta(seconds=600))
    told.verdict(PortState.SILENT, 600, 676)
    assert told.days.counts(AT).silent_s == 76


def test_a_file_counts_no_silence() -> None:
    told = Told("file:x")
    told.verdict(PortState.SILENT, 0, 66)
    assert told.days.counts(AT).silent_s == 0
