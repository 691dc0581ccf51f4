"""Faults of a stand-in, planned by name: what goes wrong, where, how many times, and by how many seconds.

A stand-in says which faults it has, and what a place is to it, in a class of its own on top of `PlannedFault`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import ClassVar, Generic, Self, TypeVar, cast

from hanport.errors import ConfigError

F = TypeVar("F", bound=StrEnum)
MOST_PLANNED = 100
USUAL_S = 30.0
_PLAN = re.compile(
    r"(?P<name>[a-z-]+)(=(?P<seconds>\d+(\.\d+)?))?(@(?P<place>[^*\s]+))?(\*(?P<times>\d{1,6}))?", re.ASCII
)


@dataclass(slots=True)
class PlannedFault(Generic[F]):
    """A fault that is at work: in one place or all, for so many more times (None: until it is taken away)."""

    fault: F
    place: str | None = None
    times: int | None = None
    seconds: float = USUAL_S

    kinds: ClassVar[type[StrEnum]]
    example: ClassVar[str]  # a plan with a place, for who has written one wrong
    most_s: ClassVar[float]

    @classmethod
    def named(cls, name: str) -> F:
        """The fault of that name. Raises ConfigError, which says the nearest ones."""
        try:
            return cast(F, cls.kinds(name))
        except ValueError:
            near = get_close_matches(name, list(cls.kinds), n=3, cutoff=0.4) or list(cls.kinds)
            raise ConfigError(f"There is no fault {name!r}.", f"The nearest known: {', '.join(near)}.") from None

    @classmethod
    def placed(cls, text: str) -> str:
        """The place that a text says. Raises ConfigError."""
        return text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `NAME`, with `=SECONDS`, `@PLACE` and `*TIMES` behind it in that order. Raises ConfigError."""
        found = _PLAN.fullmatch(text)
        if found is None:
            raise ConfigError(f"{text!r} is no plan for a fault.", f"Write NAME, NAME*3 or {cls.example}.")
        place, times, seconds = found["place"], found["times"], found["seconds"]
        return cls(
            cls.named(found["name"]),
            cls.placed(place) if place else None,
            int(times) if times else None,
            float(seconds) if seconds else USUAL_S,
        )

    def __post_init__(self) -> None:
        if not 0 <= self.seconds <= self.most_s:
            raise ConfigError(f"{self.seconds} seconds are not possible.", f"Give 0 to {self.most_s:.0f} s.")
        if self.times is not None and self.times < 1:
            raise ConfigError("A fault strikes once at least.", "Leave the number out, or give 1 or more.")


class PlannedFaults(Generic[F]):
    """The faults at work. Each strike uses one of a plan's times up."""

    def __init__(self, plans: Iterable[PlannedFault[F]] = ()) -> None:
        self._plans = list(plans)

    @property
    def plans(self) -> tuple[PlannedFault[F], ...]:
        """Those at work now."""
        return tuple(self._plans)

    def add(self, plan: PlannedFault[F]) -> None:
        """Put a fault to work. Raises ConfigError when there are too many."""
        if len(self._plans) >= MOST_PLANNED:
            raise ConfigError(f"There are {MOST_PLANNED} faults already.", "Take one away.")
        self._plans.append(plan)

    def remove(self, fault: F) -> None:
        """Take a fault away, wherever it is at work."""
        self._plans = [plan for plan in self._plans if plan.fault is not fault]

    def clear(self) -> None:
        """Take all of them away."""
        self._plans.clear()

    def strike(self, fault: F, place: str) -> PlannedFault[F] | None:
        """The plan by which that fault happens there now; None: it does not."""
        for plan in self._plans:
            if plan.fault is fault and plan.place in (None, place):
                if plan.times is not None:
                    plan.times -= 1
                    if plan.times == 0:
                        self._plans.remove(plan)
                return plan
        return None
