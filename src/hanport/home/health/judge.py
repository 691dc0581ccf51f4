"""How the port does, with hysteresis: what is heard and what the doctor finds become one state.

Silent only after what the doctor calls surely silent; ill only with a sure finding, and well again only when nothing
has been found for a minute; lost until bytes come again or the source has stayed open.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hanport.doctor import Finding, Severity, Trouble
from hanport.home.health.hearing import Hearing
from hanport.home.values import PortState

LOCAL = ZoneInfo("Europe/Stockholm")
CLEAR_S = 60.0
STAYS_OPEN_S = 10.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state, since when, and the findings that stand for it, the most important first.

    `mute`: no telegram comes, whatever the state is.
    """

    state: PortState
    since: datetime
    findings: tuple[Finding, ...] = ()
    mute: bool = False

    @property
    def key(self) -> str:
        """The finding that says it best; "" where nothing has to be said."""
        wrong = (finding.key for finding in self.findings if finding.severity is not Severity.NOTE)
        return "" if self.state in (PortState.WELL, PortState.STARTING) else next(wrong, "")


def is_wrong(finding: Finding) -> bool:
    """Whether something has to be done about it."""
    return finding.severity is not Severity.NOTE


def silence_of(hearing: Hearing, since: datetime, at: datetime) -> Finding:
    """What a silence is: of a port that has been heard before, or of one that never was."""
    silent_s = round((at - since).total_seconds())
    if hearing.last_telegram_at is None and hearing.before is None:
        return Finding("nothing-came", Severity.ILL, False, {"watched_s": silent_s})
    moment = f"{since.astimezone(LOCAL):%Y-%m-%d %H:%M}"
    return Finding("silent-since", Severity.ILL, True, {"silent_s": silent_s, "since": moment})


def loss_of(hearing: Hearing) -> Finding:
    """Why the source is not there."""
    kind = hearing.trouble or Trouble.LOST
    return Finding(f"source-{kind}", Severity.UNREADABLE, True, {"address": hearing.address})


class Judge:
    """Judges one source since `at`."""

    def __init__(self, at: datetime) -> None:
        self.verdict = Verdict(PortState.STARTING, at)
        self._wrong_at: datetime | None = None

    def judge(self, hearing: Hearing, found: tuple[Finding, ...], at: datetime) -> Verdict:
        """The verdict now; `found` are the doctor's findings of the last minutes."""
        if self._is_lost(hearing, at):
            self.verdict = Verdict(PortState.LOST, self._since(PortState.LOST, at), (loss_of(hearing),), mute=True)
        elif hearing.lives and hearing.was_open and self._late_s(hearing, at) > hearing.pace.silent_after_s:
            self.verdict = self._mute(hearing, found, at)
        elif hearing.last_telegram_at is None or hearing.mute_since > hearing.last_telegram_at:
            self.verdict = Verdict(PortState.STARTING, self._since(PortState.STARTING, hearing.mute_since))
        else:
            self.verdict = self._heard(found, hearing.last_telegram_at, at)
        return self.verdict

    def moved(self, by: timedelta) -> None:
        """The hub's clock was set by so much."""
        self.verdict = Verdict(self.verdict.state, self.verdict.since + by, self.verdict.findings, self.verdict.mute)
        self._wrong_at = None if self._wrong_at is None else self._wrong_at + by

    def _since(self, state: PortState, else_at: datetime) -> datetime:
        """Since when it is so: it goes on, or begins."""
        return self.verdict.since if self.verdict.state is state else else_at

    def _is_lost(self, hearing: Hearing, at: datetime) -> bool:
        if hearing.is_lost(at):
            return True
        if self.verdict.state is not PortState.LOST or hearing.lost_at is None:  # a byte came: nothing is lost
            return False
        again = hearing.found_again_at
        return again is None or (at - again).total_seconds() < STAYS_OPEN_S

    @staticmethod
    def _late_s(hearing: Hearing, at: datetime) -> float:
        return (at - hearing.mute_since).total_seconds()

    def _mute(self, hearing: Hearing, found: tuple[Finding, ...], at: datetime) -> Verdict:
        """No telegram for long: nothing at all comes, or what comes cannot be understood."""
        since = hearing.last_telegram_at or hearing.begun_at
        quiet_s = (at - hearing.quiet_since).total_seconds()
        again = hearing.heard_again_at
        # The first bytes after a silence are no other illness yet.
        just_again = again is not None and (at - again).total_seconds() <= hearing.pace.silent_after_s
        if quiet_s > hearing.pace.silent_after_s or (just_again and self.verdict.state is PortState.SILENT):
            return Verdict(PortState.SILENT, since, (silence_of(hearing, since, at),), mute=True)
        unknown = Finding("not-understood", Severity.UNREADABLE, False, {"bytes": hearing.window_bytes(at)})
        return Verdict(PortState.ILL, since, tuple(filter(is_wrong, found)) or (unknown,), mute=True)

    def _heard(self, found: tuple[Finding, ...], last_at: datetime, at: datetime) -> Verdict:
        """Telegrams come."""
        was_ill = self.verdict.state is PortState.ILL and not self.verdict.mute
        wrong = tuple(finding for finding in found if is_wrong(finding))
        if wrong:
            self._wrong_at = at
        if any(finding.sure for finding in wrong):
            return Verdict(PortState.ILL, self.verdict.since if was_ill else at, found)
        clear = self._wrong_at is None or (at - self._wrong_at).total_seconds() >= CLEAR_S
        if was_ill and not clear:
            return Verdict(PortState.ILL, self.verdict.since, found if wrong else self.verdict.findings)
        return Verdict(PortState.WELL, self._since(PortState.WELL, last_at), found)
