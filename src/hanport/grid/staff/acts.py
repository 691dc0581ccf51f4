"""What staff do about an order or an alarm beyond taking and cancelling: each with a reason, and in the log."""

from sqlalchemy import update

from hanport.grid import alarms
from hanport.grid.config import GridConfig
from hanport.grid.database.tables import order, port
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.ordering.meters import ports_of
from hanport.grid.ordering.papers import held_row, stands
from hanport.grid.ordering.wish import OrderError, Taken
from hanport.grid.orders import Kind, State
from hanport.grid.reconcile.review import review

_RETRIED = {
    Kind.OPEN: (State.FAILED, State.NEEDS_VISIT),
    Kind.CLOSE: (State.FAILED, State.NEEDS_VISIT),
    Kind.RESTART: (State.FAILED,),  # one that needs a visit is not tried from afar
}


def can_retry(kind: Kind, state: State) -> bool:
    """Whether an order that stands so can be tried again at once."""
    return state in _RETRIED.get(kind, ())


def retry_now(work: Work, config: GridConfig, order_id: str, *, reason: str) -> Taken:
    """Try again at once, as if nothing had failed. Raises OrderError."""
    row = held_row(work, order_id)
    if not can_retry(Kind(row.kind), State(row.state)):
        raise OrderError("Nothing of the order has failed.", "Look at the order as it stands now.")
    work.note("order.retried", person_id=row.person_id, order=order_id, facility=row.gsrn, why=_said(reason))
    meters = [row.meter_id] if row.meter_id is not None else ports_of(work, row.facility_id)
    fresh = {"failures": 0, "retry_at": None, "review_at": work.at}
    work.connection.execute(update(port).where(port.c.meter_id.in_(meters)).values(fresh))
    review(work, config, meters)
    return stands(work.connection, order_id)


def visit_failed(work: Work, order_id: str, *, reason: str) -> Taken:
    """Somebody was there for nothing: the order goes on waiting for a visit, and says why. Raises OrderError."""
    row = held_row(work, order_id)
    if row.state != State.NEEDS_VISIT.value:
        raise OrderError("The order does not wait for a visit.", "Look at the order as it stands now.")
    why = _said(reason)
    work.connection.execute(update(order).where(order.c.id == order_id).values(why=why))
    work.note("order.visit_failed", person_id=row.person_id, order=order_id, facility=row.gsrn, why=why)
    return stands(work.connection, order_id)


def settle_alarm(work: Work, kind: str, subject: str, *, reason: str) -> bool:
    """Say that an alarm is settled; whether it was there. It is raised anew where its cause is still there."""
    why = _said(reason)
    if not alarms.clear_alarm(work, kind, subject):
        return False
    work.note("alarm.settled", kind=kind, about=subject, why=why)
    return True


def _said(reason: str) -> str:
    words = tidy(reason)
    if not words:
        raise OrderError("A reason is needed.", "Say why.")
    return words
