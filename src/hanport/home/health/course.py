"""The course of the port: each verdict becomes events with begin and end, silent seconds, and a history."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hanport.home.health.days import Days
from hanport.home.health.hearing import Hearing
from hanport.home.health.history import HANGS_AFTER_S, Silence, lasted_s
from hanport.home.health.journal import Entry, Journal
from hanport.home.health.judge import Verdict
from hanport.home.values import PortState

KEPT_SILENCES = 200


class Course:
    """Writes into the journal and the days what the verdicts tell, in the order of time."""

    def __init__(self, journal: Journal, days: Days) -> None:
        self._journal = journal
        self._days = days
        self._over: list[Silence] = []
        self._silent_to: datetime | None = None
        self.worked_since: datetime | None = None

    def go_on(self, enduring: Iterable[Entry], silences: Iterable[Silence], worked_since: datetime | None) -> None:
        """What an earlier run has seen."""
        for entry in enduring:
            self._journal.go_on_with(entry)
        self._over = [silence for silence in silences if silence.ended_at is not None]
        self.worked_since = worked_since or self.worked_since

    @property
    def silences(self) -> tuple[Silence, ...]:
        """All silences that are known, the one that lasts as the last."""
        lasting = self._journal.open("silence")
        now = () if lasting is None else (Silence(lasting.began_at, None, lasting.details),)
        return (*self._over, *now)

    def telegram(self, at: datetime, *, restarted: bool) -> None:
        """A telegram came: silence is over. `restarted`: because somebody restarted the meter."""
        details = {"restart": True} if restarted else {}
        entry = self._journal.end("silence", at, details)
        if entry is not None:
            over = Silence(entry.began_at, at, entry.details)
            self._over = [*self._over, over][-KEPT_SILENCES:]
            if lasted_s(over, at) >= HANGS_AFTER_S or restarted:
                self.worked_since = at
        elif restarted:
            self._journal.happened("restart", at, at, details)
            self.worked_since = at
        self.worked_since = self.worked_since or at

    def follow(self, verdict: Verdict, hearing: Hearing, at: datetime) -> None:
        """The verdict of this moment."""
        silence = self._journal.open("silence")
        if verdict.state is PortState.LOST:
            self._journal.begin("lost", verdict.since, {"finding": verdict.key})
            if silence is not None and not silence.details.get("lost"):
                self._journal.add("silence", {"lost": True})
        elif verdict.state is not PortState.STARTING:
            self._journal.end("lost", hearing.found_again_at or at)
        if verdict.state is PortState.SILENT and silence is None:
            self._begin_silence(verdict, hearing)
        if verdict.state is PortState.ILL and silence is None:
            self._journal.begin("ill", verdict.since, {"finding": verdict.key})
        elif verdict.state in (PortState.WELL, PortState.SILENT):
            self._journal.end("ill", at)
        self._count_silence(verdict, hearing, at)

    def _begin_silence(self, verdict: Verdict, hearing: Hearing) -> None:
        worked_s = 0 if self.worked_since is None else round((verdict.since - self.worked_since).total_seconds())
        details = {"link": hearing.link, "worked_s": max(0, worked_s), "finding": verdict.key}
        if hearing.found_again_at is not None and hearing.found_again_at > verdict.since:
            details["lost"] = True
        self._journal.begin("silence", verdict.since, details)

    def _count_silence(self, verdict: Verdict, hearing: Hearing, at: datetime) -> None:
        """Silent seconds count from the last telegram of this run on: what passed while the hub was off is not
        the port's.
        """
        if not hearing.lives:
            return
        if verdict.mute:
            self._days.silent(self._silent_to or hearing.last_telegram_at or hearing.begun_at, at)
            self._silent_to = at
        elif self._silent_to is not None and verdict.state is not PortState.STARTING:
            self._days.silent(self._silent_to, hearing.last_telegram_at or at)
            self._silent_to = None

    def moved(self, by: timedelta) -> None:
        """The hub's clock was set by so much."""
        self._journal.moved(by)
        self._silent_to = None if self._silent_to is None else self._silent_to + by
