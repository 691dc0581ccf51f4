"""The meters out there, and a head-end that obeys, forgets, lies, answers late and to the wrong one, as it is told."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hanport.grid.headend.contract import Answer, Command, CommandKind, Outcome, PortState


class Fate(StrEnum):
    """What becomes of a command."""

    DONE = "done"
    LATER = "later"  # obeyed, and the answer comes later
    SLOW = "slow"  # taken; obeyed and answered much later
    SILENT = "silent"  # obeyed, and never answered
    VANISHES = "vanishes"  # taken, neither obeyed nor answered
    REQUEST_LOST = "request lost"
    ANSWER_LOST = "answer lost"  # obeyed, and the connection breaks
    FAILS = "fails"
    IMPOSSIBLE = "impossible"
    LIES = "lies"  # says done, and did nothing
    DENIES = "denies"  # obeyed, and says that it failed
    ELSEWHERE = "elsewhere"  # answers about another meter
    WORKER_DIES_BEFORE = "worker dies before it sends"
    WORKER_DIES_AFTER = "worker dies after it sent"


GOOD = (Fate.DONE, Fate.LATER)


class Gone(Exception):
    """The connection broke."""


class Died(Exception):
    """The worker died with the command in its hands."""


@dataclass
class Field:
    """All meters by their serial number, and what is still on its way in either direction."""

    is_open: dict[str, bool]
    slow: list[tuple[Command, datetime]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    openings_obeyed: int = 0

    def send(self, command: Command, fate: Fate, at: datetime) -> Answer | None:
        """What the head-end says at once; None: it has taken the command. Raises Gone and Died."""
        match fate:
            case Fate.WORKER_DIES_BEFORE:
                raise Died
            case Fate.REQUEST_LOST:
                raise Gone
            case Fate.SLOW:
                self.slow.append((command, at))
                return None
            case Fate.VANISHES:
                return None
            case Fate.FAILS:
                return self._answer(command, at, Outcome.FAILED)
            case Fate.IMPOSSIBLE:
                return self._answer(command, at, Outcome.IMPOSSIBLE)
            case Fate.LIES:
                return self._lie(command, at)
            case _:
                return self._obeyed(command, fate, at)

    def _obeyed(self, command: Command, fate: Fate, at: datetime) -> Answer | None:
        self.obey(command)
        done = self._answer(command, at, Outcome.DONE)
        match fate:
            case Fate.DONE:
                return done
            case Fate.LATER:
                self.answers.append(done)
                return None
            case Fate.SILENT:
                return None
            case Fate.ANSWER_LOST:
                raise Gone
            case Fate.WORKER_DIES_AFTER:
                raise Died
            case Fate.DENIES:
                return self._answer(command, at, Outcome.FAILED)
            case _:
                other = next(serial for serial in self.is_open if serial != command.meter_serial)
                return Answer(command.id, Outcome.DONE, at, self._state(other), other)

    def wake(self, n: int, at: datetime) -> None:
        """A slow meter obeys at last; its answer is on its way."""
        command, _ = self.slow.pop(n % len(self.slow))
        self.obey(command)
        self.answers.append(self._answer(command, at, Outcome.DONE))

    def obey(self, command: Command) -> None:
        """Do what is told."""
        match command.kind:
            case CommandKind.OPEN:
                self.is_open[command.meter_serial] = True
                self.openings_obeyed += 1
            case CommandKind.CLOSE:
                self.is_open[command.meter_serial] = False

    def _state(self, serial: str) -> PortState:
        return PortState.OPEN if self.is_open[serial] else PortState.CLOSED

    def _answer(self, command: Command, at: datetime, outcome: Outcome) -> Answer:
        is_reading = command.kind is CommandKind.READ and outcome is Outcome.DONE
        state = self._state(command.meter_serial) if is_reading else PortState.UNKNOWN
        return Answer(command.id, outcome, at, state, command.meter_serial)

    def _lie(self, command: Command, at: datetime) -> Answer:
        told = PortState.UNKNOWN
        if command.kind is CommandKind.READ:
            told = PortState.CLOSED if self.is_open[command.meter_serial] else PortState.OPEN
        return Answer(command.id, Outcome.DONE, at, told, command.meter_serial)
