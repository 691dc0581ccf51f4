"""What a situation has really done, line by line: who, in words, and with which calls."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hanport.clock import Clock

MOST_LINES = 100


class Party(StrEnum):
    """Who acts in the story."""

    CUSTOMER = "customer"
    PORTAL = "portal"
    PHONE = "phone"
    METER = "meter"
    HUB = "hub"


class Outcome(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Call:
    """A call over HTTP, or a program that was started or ended; and what came of it."""

    what: str
    outcome: str


@dataclass(slots=True)
class Line:
    """A step. `key` is that of its text, filled with `facts`."""

    at: datetime
    party: Party
    key: str
    facts: dict[str, object]
    calls: list[Call] = field(default_factory=list)


@dataclass(slots=True)
class Run:
    """One playing of a situation, or of the start. `problem` says why it failed."""

    number: int
    name: str
    outcome: Outcome = Outcome.RUNNING
    problem: str = ""
    lines: list[Line] = field(default_factory=list)


class Listens(Protocol):
    """Takes down what is done."""

    def call(self, what: str, outcome: str) -> None:
        """A call, for the line that was said last."""
        ...


class Journal:
    """The newest run. `changed` is called after each change."""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self.run = Run(0, "", Outcome.DONE)
        self._clock = clock
        self._changed = changed

    def begin(self, name: str) -> None:
        """Another run; what was before is forgotten."""
        self.run = Run(self.run.number + 1, name)
        self._changed()

    def say(self, party: Party, key: str, /, **facts: object) -> None:
        """A step begins."""
        self.run.lines.append(Line(self._clock.now(), party, key, facts))
        del self.run.lines[:-MOST_LINES]
        self._changed()

    def call(self, what: str, outcome: str) -> None:
        """What was done for it."""
        if self.run.lines:
            self.run.lines[-1].calls.append(Call(what, outcome))
            self._changed()

    def end(self, outcome: Outcome, problem: str = "") -> None:
        """The run is over."""
        self.run.outcome, self.run.problem = outcome, problem
        self._changed()
