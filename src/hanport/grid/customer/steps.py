"""The steps of an order towards its end, as a row in which the person sees where it stands."""

from dataclasses import dataclass
from enum import StrEnum

from hanport.grid.ordering.status import OrderStatus
from hanport.grid.orders import Kind, State


class Mark(StrEnum):
    """How far a step is."""

    DONE = "done"
    HERE = "here"
    TROUBLE = "trouble"  # here, and it does not go on by itself
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Step:
    """A step; `key` is its text."""

    key: str
    mark: Mark


_PORT = ("signed", "right", "sent", "answered", "read")
_STEPS: dict[Kind, tuple[str, ...]] = {
    Kind.OPEN: _PORT,
    Kind.CLOSE: _PORT,
    Kind.RESTART: ("signed", "sent", "read"),
    Kind.WARRANTY: ("signed", "visit", "read"),
}
# How many of its steps are behind an order in that state. What fails, fails at the command to the meter.
_PASSED_PORT = {
    State.SIGNED: 1,
    State.RIGHT_CHECKED: 2,
    State.FAILED: 2,
    State.NEEDS_VISIT: 2,
    State.SENT: 3,
    State.ACKNOWLEDGED: 4,
    State.READ_BACK: 5,
}
_PASSED = {
    Kind.OPEN: _PASSED_PORT,
    Kind.CLOSE: _PASSED_PORT,
    Kind.RESTART: {state: max(1, passed - 2) if passed < 5 else 3 for state, passed in _PASSED_PORT.items()},
    Kind.WARRANTY: {state: 1 if passed < 5 else 3 for state, passed in _PASSED_PORT.items()},
}
_TROUBLED = frozenset({State.FAILED, State.NEEDS_VISIT})


def steps_of(status: OrderStatus) -> tuple[Step, ...]:
    """The steps of a signed order; none for one that ended without being done."""
    passed = _PASSED[status.kind].get(status.state)
    if passed is None:
        return ()
    is_troubled = status.state in _TROUBLED and status.kind is not Kind.WARRANTY
    here = Mark.TROUBLE if is_troubled else Mark.HERE
    return tuple(
        Step(f"order.step.{status.kind.value}.{name}", _mark(place - passed, here))
        for place, name in enumerate(_STEPS[status.kind])
    )


def _mark(ahead: int, here: Mark) -> Mark:
    return Mark.DONE if ahead < 0 else here if ahead == 0 else Mark.LATER
