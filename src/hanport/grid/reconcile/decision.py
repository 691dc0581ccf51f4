"""WHAT IS TO BE DONE WITH A PORT: compares what is known of it with what the law says of it. Pure.

1. No opening is issued without the right; one that is not on its way yet is taken back when the right has ended.
2. A port that may be open without right is closed, again and again, until the meter itself was read as closed.
3. Only a reading after the last command that may have changed the port counts as knowledge.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hanport.grid.headend.contract import CommandKind, PortState
from hanport.grid.orders import State
from hanport.grid.right import Right, Why


class Expected(StrEnum):
    """What the last command must have made of a port, as long as the port was not read afterwards."""

    NOTHING = ""  # it was read afterwards
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"  # nobody has said what became of the command
    ASKED = "asked"  # nothing: there is a doubt about what was read, and the meter is asked again


class Goal(StrEnum):
    """What is tried. Failures are counted for one goal, and forgotten with it."""

    NONE = ""
    OPEN = "open"
    CLOSED = "closed"
    RESTARTED = "restarted"
    KNOWN = "known"  # that the port's state is known, or still as it was


@dataclass(frozen=True, slots=True)
class Live:
    """The command under way for a meter. It can be recalled while it is in our hands alone."""

    id: str
    kind: CommandKind
    can_be_recalled: bool


@dataclass(frozen=True, slots=True)
class PortView:
    """What is known of a port, as its row says (database/tables.py), and what its model can do.

    `restart` is the state of an order to restart it that has not ended, and needs no visit.
    """

    reported: PortState = PortState.UNKNOWN
    reported_at: datetime | None = None
    may_be_open: bool = False
    expected: Expected = Expected.NOTHING
    changed_at: datetime | None = None
    doubt_until: datetime | None = None
    goal: Goal = Goal.NONE
    retry_at: datetime | None = None
    is_held: bool = False
    can_open: bool = True
    can_restart: bool = True
    restart: State | None = None
    live: Live | None = None

    @property
    def known(self) -> PortState:
        """Its state, if it was read after the last command that may have changed it."""
        return self.reported if self.expected is Expected.NOTHING else PortState.UNKNOWN


@dataclass(frozen=True, slots=True)
class Pace:
    """How tries follow each other, and how often ports that are as they must be are read again."""

    retry: timedelta = timedelta(minutes=1)
    retry_longest: timedelta = timedelta(hours=4)
    answer_within: timedelta = timedelta(minutes=15)
    verify_open: timedelta = timedelta(hours=24)
    verify_closed: timedelta = timedelta(days=30)

    def back_off(self, failures: int) -> timedelta:
        """How long the next try waits after so many failures in a row."""
        doublings = min(max(failures - 1, 0), 20)
        return min(self.retry * (1 << doublings), self.retry_longest)


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done now. `recalls`: the live command is taken back (before `issues`). `look_at`: when it must be
    looked at again although nothing happens. `settled`: the port is as it must be, by a reading.
    `must_close`: it may not be open, and is not known to be closed.
    """

    goal: Goal
    issues: CommandKind | None
    recalls: bool
    look_at: datetime | None
    settled: bool
    must_close: bool


def decide(port: PortView, right: Right, at: datetime, pace: Pace) -> Step:
    """What is to be done with a port now."""
    goal, wanted = _needed(port, right)
    settled = wanted is None
    verify_at = _verify_at(port, right, pace) if settled else None
    if verify_at is not None and verify_at <= at:
        goal, wanted, verify_at = Goal.KNOWN, CommandKind.READ, None
    live = port.live
    recalls = live is not None and live.can_be_recalled and _is_wrong(live.kind, wanted)
    retry_at = port.retry_at if wanted is not None and port.goal is goal else None
    waits = retry_at is not None and retry_at > at
    issues = wanted if (live is None or recalls) and not waits else None
    under_way = live is not None and not recalls
    times = (right.until, retry_at if waits and not under_way else None, None if under_way else verify_at)
    return Step(
        goal=goal,
        issues=issues,
        recalls=recalls,
        look_at=min((time for time in times if time is not None), default=None),
        settled=settled and (recalls or live is None or live.kind is CommandKind.READ),
        must_close=goal is Goal.CLOSED,
    )


def _needed(port: PortView, right: Right) -> tuple[Goal, CommandKind | None]:
    """What is tried, and the command that is needed for it now; none: the port is as it must be."""
    if not right.is_open:
        return _closed(port, is_somewhere=right.why is not Why.NOT_INSTALLED)
    if port.is_held or not port.can_open:
        return _left_alone(port)
    return _open(port)


def _closed(port: PortView, *, is_somewhere: bool) -> tuple[Goal, CommandKind | None]:
    if port.expected is Expected.CLOSED:
        return Goal.CLOSED, CommandKind.READ
    if port.may_be_open or port.known is PortState.OPEN or port.expected is Expected.OPEN:
        return Goal.CLOSED, CommandKind.CLOSE
    if port.known is PortState.UNKNOWN and is_somewhere:  # a meter on the shelf is not asked
        return Goal.KNOWN, CommandKind.READ
    return Goal.NONE, None


def _open(port: PortView) -> tuple[Goal, CommandKind | None]:
    restarting = port.can_restart and port.restart is not None
    if port.expected is Expected.OPEN:
        return Goal.RESTARTED if restarting else Goal.OPEN, CommandKind.READ
    if port.expected is Expected.ASKED:
        return Goal.KNOWN, CommandKind.READ
    if restarting and port.restart is not State.ACKNOWLEDGED and port.reported is PortState.OPEN:
        return Goal.RESTARTED, CommandKind.RESTART
    if port.known is not PortState.OPEN:
        return Goal.OPEN, CommandKind.OPEN
    return Goal.NONE, None


def _left_alone(port: PortView) -> tuple[Goal, CommandKind | None]:
    """There is a right, but the port may not be opened by us: it stays as it is, and that is known."""
    is_known = port.known is not PortState.UNKNOWN
    return (Goal.NONE, None) if is_known else (Goal.KNOWN, CommandKind.READ)


def _is_wrong(live: CommandKind, wanted: CommandKind | None) -> bool:
    """A reading does no harm to a port that is as it must be; any other command that is not wanted is wrong."""
    return live is not wanted and not (live is CommandKind.READ and wanted is None)


def _verify_at(port: PortView, right: Right, pace: Pace) -> datetime | None:
    """When a port that is as it must be is read again; more often at first, while an old opening may still arrive."""
    if port.reported_at is None or (right.why is Why.NOT_INSTALLED and port.doubt_until is None):
        return None
    usual = port.reported_at + (pace.verify_open if port.known is PortState.OPEN else pace.verify_closed)
    if port.doubt_until is None or port.reported_at >= port.doubt_until or port.known is PortState.OPEN:
        return None if right.why is Why.NOT_INSTALLED else usual
    quiet = port.reported_at - port.changed_at if port.changed_at is not None else timedelta()
    return min(usual, port.reported_at + max(quiet, pace.answer_within))
