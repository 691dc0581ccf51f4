"""One source under observation: what is heard goes to the doctor, the judge, the clocks, the days and the events.

All at once and without waiting; what has to be stored is left in the journal and the days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hanport.clock import Clock
from hanport.doctor import Finding, Observation, diagnose, gather
from hanport.doctor.guide import SWITCHED_OFF_STEP
from hanport.errors import SourceError
from hanport.home.health import guide as restarting
from hanport.home.health.clocks import Clocks
from hanport.home.health.course import Course
from hanport.home.health.days import Days
from hanport.home.health.guide import Act, Ending, Guide
from hanport.home.health.hearing import Hearing
from hanport.home.health.journal import Journal
from hanport.home.health.judge import Judge, Verdict
from hanport.home.health.memory import GUIDE, Before
from hanport.home.health.report import Step
from hanport.home.values import PortState
from hanport.models import Model
from hanport.port.telegram import Telegram
from hanport.port.values import Rejected

LOOK_S = 10.0  # the doctor looks no more often
NOTED_STEP_S = 10
BROKEN_S = 15.0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the doctor says of some minutes."""

    findings: tuple[Finding, ...]
    model: Model | None


def examine(observation: Observation) -> Diagnosis:
    """Ask the doctor. Pure, and slow where bytes cannot be understood: to be called in a thread of its own."""
    return Diagnosis(diagnose(observation), gather(observation).model)


class Observing:
    """The source at `address`, from now on."""

    def __init__(self, address: str, clock: Clock, *, keys_given: bool) -> None:
        at = clock.now()
        self.begun_at = at
        self.journal = Journal()
        self.days = Days()
        self.hearing = Hearing(address, at, keys_given=keys_given)
        self.course = Course(self.journal, self.days)
        self.clocks = Clocks(clock)
        self.guide: Guide = restarting.IDLE
        self.model: Model | None = None
        self._judge = Judge(at)
        self._found: tuple[Finding, ...] = ()
        self._looked_at: datetime | None = None

    @property
    def verdict(self) -> Verdict:
        return self._judge.verdict

    def go_on(self, before: Before) -> None:
        """What an earlier run of the hub has seen."""
        alive = before.alive
        self.course.go_on(before.enduring, before.silences, alive.worked_since if alive else None)
        self.clocks.go_on(before.offsets, before.meter_step, before.hub_step)
        if before.today is not None:
            self.days.begin_with(before.today)
        if not self.guide.active:
            self.guide = before.guide
        if alive is not None:
            self.hearing.before = alive.last_telegram_at
            self.hearing.pace.begin_with(alive.interval_s)
            self.model = self.model or alive.model

    def connected(self, at: datetime) -> None:
        """The source is open."""
        self._mind_the_clock(at)
        self.hearing.connected(at)
        self._conclude(at)

    def lost(self, at: datetime, error: SourceError | str) -> None:
        """The source was lost, or could not be opened."""
        self._mind_the_clock(at)
        self.hearing.lost(at, error)
        self._conclude(at)

    def bytes(self, at: datetime, data: bytes) -> None:
        """Bytes came."""
        self._mind_the_clock(at)
        was = self.hearing.heard_again_at
        self.hearing.bytes(at, data)
        if self.hearing.heard_again_at != was:
            self._found = ()
            self._looked_at = at

    def event(self, at: datetime, event: Telegram | Rejected) -> None:
        """The decoder made this of the bytes."""
        self.hearing.event(at, event)
        if isinstance(event, Rejected):
            self.days.rejected(at)
            return
        self.days.telegram(at)
        self._compare_clocks(at, event)
        self.happen(Act.TELEGRAM, at)
        self._conclude(at)

    def tick(self, at: datetime) -> None:
        """Time has passed."""
        self._mind_the_clock(at)
        self._mind_the_guide(at)
        self._conclude(at)

    def happen(self, act: Act, at: datetime) -> None:
        """Something happened to the restart."""
        before = self.guide
        self._become(restarting.happen(before, act, at))
        if act is Act.TELEGRAM:
            done = self.guide is not before and self.guide.ending is Ending.RESTARTED
            self.course.telegram(at, restarted=done)

    def _become(self, guide: Guide) -> None:
        if guide != self.guide:
            self.guide = guide
            self.journal.note(GUIDE, restarting.to_note(guide))

    def _mind_the_guide(self, at: datetime) -> None:
        guide = self.guide
        late_s = (at - self.hearing.mute_since).total_seconds()
        broken = late_s >= max(BROKEN_S, self.hearing.pace.stale_after_s)
        # Before anything is switched off only a silence counts, and not a telegram that was lost.
        if guide.active and not guide.broken and broken and (guide.step >= SWITCHED_OFF_STEP or self.verdict.mute):
            self.happen(Act.BROKE, at)
        self._become(restarting.tick(self.guide, at))

    def to_examine(self, at: datetime) -> Observation | None:
        """The last minutes, if the doctor should look at them now: he has nothing new to say while nothing comes."""
        looked = self._looked_at
        if looked is not None and 0 <= (at - looked).total_seconds() < LOOK_S:
            return None
        if looked is not None and self.verdict.state in (PortState.SILENT, PortState.LOST):
            return None
        self._looked_at = at
        return self.hearing.observation(at)

    def examined(self, diagnosis: Diagnosis, looked_at: datetime, at: datetime) -> None:
        """What the doctor found at `looked_at`. Where another story has begun since then it counts no more."""
        if looked_at == self._looked_at:
            self._found = diagnosis.findings
            self.model = diagnosis.model or self.model
            self._conclude(at)

    def _conclude(self, at: datetime) -> None:
        verdict = self._judge.judge(self.hearing, self._found, at)
        self.course.follow(verdict, self.hearing, at)

    def _compare_clocks(self, at: datetime, telegram: Telegram) -> None:
        meter_at = telegram.at
        if meter_at is None or not self.hearing.lives:
            return
        clocks = self.clocks
        step_s = clocks.meter.telegram(at, meter_at)
        if step_s is not None:
            clocks.meter_step = Step(at, step_s)
            self.days.forget_offsets(at)
            self.journal.happened("meter-clock", at, at, {"step_s": step_s})
        if clocks.meter.offset_ms is not None and clocks.meter.is_due(at):
            self.days.offset(at, clocks.meter.offset_ms)

    def _mind_the_clock(self, at: datetime) -> None:
        """Where the hub's own clock was set, all that is remembered moves with it: how long ago it was stays true."""
        by = self.clocks.hub.step()
        if by is None or not self.hearing.lives:
            return
        if abs(by) >= timedelta(seconds=NOTED_STEP_S):
            step_s = round(by.total_seconds())
            self.clocks.hub_step = Step(at, step_s)
            self.journal.happened("hub-clock", at, at, {"step_s": step_s})
        self.clocks.meter.forget()
        self.days.forget_offsets(at)
        self.hearing.moved(at, by)
        self._judge.moved(by)
        self.course.moved(by)
        self._become(restarting.shifted(self.guide, by))
        self._found, self._looked_at = (), at
