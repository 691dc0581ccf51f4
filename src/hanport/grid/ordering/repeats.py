"""An order for what was ordered already: the earlier one is the answer, and a draft of it is cancelled."""

from sqlalchemy import select

from hanport.grid.database.tables import order
from hanport.grid.database.work import Work
from hanport.grid.ordering.because import Because
from hanport.grid.ordering.papers import Signed, stands
from hanport.grid.ordering.progress import moved
from hanport.grid.ordering.wish import Taken
from hanport.grid.orders import ENDED, Event


def repeat_of(work: Work, signed: Signed, earlier_id: str) -> Taken:
    """The earlier order, as the answer to this one."""
    drop_draft(work, signed)
    return stands(work.connection, earlier_id, is_repeat=True)


def drop_draft(work: Work, signed: Signed) -> None:
    """Cancel the draft, if there is one, because what it asks for is asked already."""
    if signed.draft.state is not None:
        moved(work, signed.draft.id, Event.CANCEL, Because.ASKED_ALREADY)


def repeated(work: Work, signed: Signed) -> Taken | None:
    """The order of that kind for that meter that is on its way, as the answer; None: there is none."""
    chosen = select(order.c.id).where(
        order.c.meter_id == signed.draft.meter_id,
        order.c.kind == signed.draft.kind.value,
        order.c.signed_at.is_not(None),
        order.c.state.not_in([state.value for state in ENDED]),
    )
    earlier_id = work.connection.execute(chosen.order_by(order.c.id).limit(1)).scalar()
    return None if earlier_id is None else repeat_of(work, signed, earlier_id)
