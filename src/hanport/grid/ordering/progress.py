"""Moves orders through their table as meters and people answer. Whoever calls holds the order's facility.

A meter's word can come late, twice, or after the order has ended: SEND, ACKNOWLEDGE, CONFIRM, FAIL and CALL_VISIT are
then left without effect. A port that is opened again for an order fulfilled long ago, as after a meter exchange, is
such a case. What a person does (sign, cancel, refuse ...) is possible by the table, or an error.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, select, update

from hanport.grid.database.tables import facility, order
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.notices.owing import Step, owe_step
from hanport.grid.orders import ENDED, STEPS, Event, ImpossibleStep, Kind, State, can, step
from hanport.grid.right import Why

_OF_METERS = frozenset({Event.SEND, Event.ACKNOWLEDGE, Event.CONFIRM, Event.FAIL, Event.CALL_VISIT})
_BEFORE_RIGHT = frozenset({State.DRAFT, State.AWAITING_SIGNATURE, State.SIGNED})
_CONFIRMABLE = [state.value for state, event in STEPS if event is Event.CONFIRM]


def moved(work: Work, order_id: str, event: Event, why: str = "") -> State:
    """Take the step, note it, and give the state after it; the same state as before where a meter's word was late.

    `why` is kept with the order. Raises ImpossibleStep.
    """
    return _moved(work, _row(work, order_id), event, why)


def right_ended(work: Work, order_id: str, why: Why) -> State:
    """The right of an order to open has ended: one on its way is refused, one fulfilled stays as it is.

    While no meter is installed the order waits for the next one.
    """
    row = _row(work, order_id)
    state = State(row.state)
    if why is Why.NOT_INSTALLED or not can(state, Event.REFUSE):
        return state
    return _moved(work, row, Event.REFUSE, why.value)


def confirmed(work: Work, facility_id: int, is_open: bool) -> list[str]:
    """A facility's port is as `is_open` says, surely: confirm the orders that ask for that. Gives their ids."""
    kind = Kind.OPEN if is_open else Kind.CLOSE
    rows = work.connection.execute(
        _ROWS.where(
            order.c.facility_id == facility_id, order.c.kind == kind.value, order.c.state.in_(_CONFIRMABLE)
        ).order_by(order.c.id)
    ).all()
    for row in rows:
        _moved(work, row, Event.CONFIRM, "")
    return [row.id for row in rows]


def withdraw(work: Work, order_ids: Collection[str], why: str) -> None:
    """Requests to open stand no longer; those on their way are cancelled."""
    rows = work.connection.execute(
        _ROWS.where(order.c.id.in_(order_ids), order.c.withdrawn_at.is_(None)).order_by(order.c.id)
    ).all()
    if not rows:
        return
    work.connection.execute(update(order).where(order.c.id.in_([row.id for row in rows])).values(withdrawn_at=work.at))
    for row in rows:
        work.note("order.withdrawn", person_id=row.person_id, order=row.id, facility=row.gsrn, why=why)
        if can(State(row.state), Event.CANCEL):
            _moved(work, row, Event.CANCEL, why)


_ROWS: Select[Any] = select(
    order.c.id, order.c.kind, order.c.state, order.c.person_id, order.c.facility_id, facility.c.gsrn
).join(facility, facility.c.id == order.c.facility_id)


def _row(work: Work, order_id: str) -> Row[Any]:
    return work.connection.execute(_ROWS.where(order.c.id == order_id)).one()


def _moved(work: Work, row: Row[Any], event: Event, why: str) -> State:
    before = State(row.state)
    if event in _OF_METERS and before not in _BEFORE_RIGHT and not can(before, event):
        return before
    after, words = step(before, event), tidy(why)
    values: dict[str, object] = {"state": after.value, "why": words}
    if after in ENDED:
        values["ended_at"] = work.at
    done = work.connection.execute(update(order).where(order.c.id == row.id, order.c.state == row.state).values(values))
    if done.rowcount != 1:
        raise ImpossibleStep(f"Order {row.id} was changed at the same time.", "Try again.")
    facts = {"order": row.id, "facility": row.gsrn} | ({"why": words} if words else {})
    work.note(f"order.{after.value}", person_id=row.person_id, **facts)
    if before not in _BEFORE_RIGHT:
        owe_step(work, Step(row.id, Kind(row.kind), after, row.facility_id, words))
    return after
