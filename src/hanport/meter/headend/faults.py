"""What can go wrong between a head-end and those who command it, planned by name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from hanport.errors import ConfigError

MOST_PLANNED = 100
MOST_SECONDS = 86_400.0
_PLAN = re.compile(r"(?P<name>[a-z-]+)(=(?P<seconds>\d+(\.\d+)?))?(@(?P<meter>[^*\s]+))?(\*(?P<times>\d{1,6}))?")


class Fault(StrEnum):
    """What goes wrong."""

    LOSE_REQUEST = "lose-request"
    ERROR = "error"
    GARBAGE_REPLY = "garbage-reply"
    LOSE_REPLY = "lose-reply"
    REFUSE = "refuse"
    FORGET = "forget"
    UNREACHABLE = "unreachable"
    FAIL = "fail"
    DO_NOTHING = "do-nothing"
    OPPOSITE = "opposite"
    LATE = "late"
    LOSE_ANSWER = "lose-answer"
    DOUBLE_ANSWER = "double-answer"
    GARBAGE_ANSWER = "garbage-answer"
    STRAY_ANSWER = "stray-answer"
    WRONG_METER = "wrong-meter"
    CONTRADICT = "contradict"


# fmt: off
SUMMARIES: dict[Fault, str] = {
    Fault.LOSE_REQUEST: "a request is lost: nothing is taken, no reply comes",
    Fault.ERROR: "the reply is HTTP status 500, and nothing is taken",
    Fault.GARBAGE_REPLY: "the command is taken, and the reply is garbage",
    Fault.LOSE_REPLY: "the command is taken, and the connection breaks in the middle of the reply",
    Fault.REFUSE: "the command is refused for good",
    Fault.FORGET: "the command is taken and forgotten: no answer, and its id is unknown",
    Fault.UNREACHABLE: "the meter is not reached, the command fails",
    Fault.FAIL: "the meter does as it was told, and the command is said to have failed",
    Fault.DO_NOTHING: "the command is said to be done, and the meter was told nothing",
    Fault.OPPOSITE: "the answer says the opposite of the port's state",
    Fault.LATE: "it is done at once, and known SECONDS later (30 where nothing is said)",
    Fault.LOSE_ANSWER: "the answer is lost on its way; whoever asks is told",
    Fault.DOUBLE_ANSWER: "the answer comes twice",
    Fault.GARBAGE_ANSWER: "garbage is posted in place of the answer; whoever asks is told",
    Fault.STRAY_ANSWER: "an answer to a command that nobody sent comes before the right one",
    Fault.WRONG_METER: "the answer names another meter",
    Fault.CONTRADICT: "the answer is followed by one that says the contrary",
}
# fmt: on
LATE_S = 30.0


@dataclass(slots=True)
class Plan:
    """A fault that is at work: on one meter or all, for so many more commands (None: until it is taken away)."""

    fault: Fault
    meter: str | None = None
    times: int | None = None
    seconds: float = LATE_S

    @classmethod
    def parse(cls, text: str) -> "Plan":
        """Read `NAME`, with `=SECONDS`, `@SERIAL` and `*TIMES` behind it in that order. Raises ConfigError."""
        found = _PLAN.fullmatch(text)
        if found is None:
            raise ConfigError(f"{text!r} is no plan for a fault.", "Write NAME, NAME*3 or NAME@SERIAL*3.")
        times, seconds = found["times"], found["seconds"]
        return cls(
            named(found["name"]),
            found["meter"],
            int(times) if times else None,
            float(seconds) if seconds else LATE_S,
        )

    def __post_init__(self) -> None:
        if not 0 <= self.seconds <= MOST_SECONDS:
            raise ConfigError(f"{self.seconds} seconds are not possible.", "Give 0 s up to a day.")
        if self.times is not None and self.times < 1:
            raise ConfigError("A fault strikes once at least.", "Leave the number out, or give 1 or more.")


def named(name: str) -> Fault:
    """The fault of that name. Raises ConfigError."""
    try:
        return Fault(name)
    except ValueError:
        near = get_close_matches(name, list(Fault), n=3, cutoff=0.4) or list(Fault)
        raise ConfigError(f"There is no fault {name!r}.", f"The nearest known: {', '.join(near)}.") from None


class Faults:
    """The faults at work. Each strike uses one of a plan's times up."""

    def __init__(self, plans: Iterable[Plan] = ()) -> None:
        self._plans = list(plans)

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Those at work now."""
        return tuple(self._plans)

    def add(self, plan: Plan) -> None:
        """Put a fault to work. Raises ConfigError when there are too many."""
        if len(self._plans) >= MOST_PLANNED:
            raise ConfigError(f"There are {MOST_PLANNED} faults already.", "Take one away.")
        self._plans.append(plan)

    def remove(self, fault: Fault) -> None:
        """Take a fault away, wherever it is at work."""
        self._plans = [plan for plan in self._plans if plan.fault is not fault]

    def strike(self, fault: Fault, meter: str) -> Plan | None:
        """The plan by which that fault happens to that meter now; None: it does not."""
        for plan in self._plans:
            if plan.fault is fault and plan.meter in (None, meter):
                if plan.times is not None:
                    plan.times -= 1
                    if plan.times == 0:
                        self._plans.remove(plan)
                return plan
        return None
