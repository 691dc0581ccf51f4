"""What a visit has done is said by staff; what the port is, is then read from the meter."""

from sqlalchemy import update

from hanport.grid.config import GridConfig
from hanport.grid.database.tables import port
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.ordering import warranty
from hanport.grid.ordering.meters import ports_of
from hanport.grid.ordering.papers import held_row, stands
from hanport.grid.ordering.progress import moved
from hanport.grid.ordering.wish import OrderError, Taken
from hanport.grid.orders import Event, Kind, State
from hanport.grid.reconcile.review import review


def visit_done(work: Work, config: GridConfig, order_id: str, *, staff: str, new_serial: str = "") -> Taken:
    """Somebody was there. A restart is done by it, and another adapter (`new_serial`) is fitted; for an opening or a
    closing the next try follows at once. Raises OrderError, ImpossibleStep.
    """
    if not staff.strip():
        raise OrderError("It is not said who was there.", "Name the member of staff.")
    row = held_row(work, order_id)
    if row.state != State.NEEDS_VISIT.value:
        raise OrderError("The order does not wait for a visit.", f"`hanport grid order show {order_id}`")
    work.note("order.visited", person_id=row.person_id, order=order_id, facility=row.gsrn, staff=tidy(staff))
    match Kind(row.kind):
        case Kind.WARRANTY:
            warranty.done(work, order_id, staff, new_serial)
        case Kind.RESTART:
            moved(work, order_id, Event.CONFIRM)
        case Kind.OPEN | Kind.CLOSE:
            meters = ports_of(work, row.facility_id)
            fresh = {"failures": 0, "retry_at": None, "review_at": work.at}
            work.connection.execute(update(port).where(port.c.meter_id.in_(meters)).values(fresh))
            review(work, config, meters)
    return stands(work.connection, order_id)
