"""The row of steps: for each kind and state of order, how far it is."""

import pytest

from hanport.grid.customer.steps import Mark, steps_of
from hanport.grid.ordering.status import OrderStatus
from hanport.grid.orders import Kind, State
from hanport.locale import has_text

D, H, T, L = Mark.DONE, Mark.HERE, Mark.TROUBLE, Mark.LATER
ROWS = [
    (Kind.OPEN, State.SIGNED, (D, H, L, L, L)),
    (Kind.OPEN, State.RIGHT_CHECKED, (D, D, H, L, L)),
    (Kind.OPEN, State.SENT, (D, D, D, H, L)),
    (Kind.OPEN, State.ACKNOWLEDGED, (D, D, D, D, H)),
    (Kind.OPEN, State.READ_BACK, (D, D, D, D, D)),
    (Kind.OPEN, State.FAILED, (D, D, T, L, L)),
    (Kind.CLOSE, State.NEEDS_VISIT, (D, D, T, L, L)),
    (Kind.OPEN, State.REFUSED, ()),
    (Kind.OPEN, State.CANCELLED, ()),
    (Kind.OPEN, State.EXPIRED, ()),
    (Kind.RESTART, State.RIGHT_CHECKED, (D, H, L)),
    (Kind.RESTART, State.SENT, (D, H, L)),
    (Kind.RESTART, State.ACKNOWLEDGED, (D, D, H)),
    (Kind.RESTART, State.NEEDS_VISIT, (D, T, L)),
    (Kind.RESTART, State.READ_BACK, (D, D, D)),
    (Kind.WARRANTY, State.RIGHT_CHECKED, (D, H, L)),
    (Kind.WARRANTY, State.NEEDS_VISIT, (D, H, L)),
    (Kind.WARRANTY, State.READ_BACK, (D, D, D)),
]


def of(kind: Kind, state: State) -> OrderStatus:
    empty = dict.fromkeys(OrderStatus.__dataclass_fields__, None) | {"kind": kind, "state": state}
    return OrderStatus(**empty)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "state", "marks"), ROWS)
def test_how_far_it_is(kind: Kind, state: State, marks: tuple[Mark, ...]) -> None:
    steps = steps_of(of(kind, state))
    assert tuple(step.mark for step in steps) == marks
    assert all(has_text("grid_customer", step.key) for step in steps)
