"""An order to open: whoever may ask for it asks, and the request stands until it is withdrawn or the right ends."""

from dataclasses import replace

from sqlalchemy import bindparam, or_, select, update

from hanport.grid.config import GridConfig
from hanport.grid.database.tables import meter, order, port
from hanport.grid.database.work import Work
from hanport.grid.ordering import acting
from hanport.grid.ordering.because import Because
from hanport.grid.ordering.papers import Signed, keep_signed, refuse, stands
from hanport.grid.ordering.progress import moved
from hanport.grid.ordering.repeats import drop_draft
from hanport.grid.ordering.wish import Taken
from hanport.grid.orders import ENDED, Event, Kind
from hanport.grid.reconcile.review import review
from hanport.grid.register.eligibility import eligibility_by
from hanport.grid.right import Facts, Request, Why, objection_to, right

# Made once: to build such a statement takes longer than to run it.
_CLOSINGS = select(order.c.id).where(
    order.c.facility_id == bindparam("facility_id"),
    order.c.kind == Kind.CLOSE.value,
    order.c.state.not_in(sorted(state.value for state in ENDED)),
    order.c.signed_at.is_not(None),
    or_(order.c.contract_id == bindparam("contract_id"), order.c.contract_id.is_(None)),
)
_HELD = (
    select(port.c.meter_id, meter.c.serial)
    .join(meter, meter.c.id == port.c.meter_id)
    .where(port.c.meter_id.in_(bindparam("meters", expanding=True)), port.c.held_by.is_not(None))
)


def judge_opening(work: Work, config: GridConfig, signed: Signed) -> Taken:
    """Take the order, refuse it, or find that the port is asked to be open already; the commands follow at once."""
    asked = acting.to_open(signed.facts, signed.asking)
    if isinstance(asked, Why):
        return refuse(work, signed, asked.value)
    objection = _objection(signed.facts, asked)
    if objection is not None:
        return refuse(work, signed, objection.value)
    obstacles = eligibility_by(work.connection, signed.facts, work.at).obstacles if signed.draft.state else ()
    if obstacles:  # since the draft was made
        return refuse(work, signed, obstacles[0].value)
    meters = acting.installed(signed.facts, work.at)
    standing = next((each for each in signed.facts.requests if _gives_right(each, asked, signed.facts)), None)
    if standing is None:
        keep_signed(work, signed, then=Event.CHECK_RIGHT, about=_about(asked))
        _end_closings(work, signed, asked.contract_id)
    else:
        drop_draft(work, signed)
    _release(work, meters, signed)
    new = (asked,) if standing is None else ()
    review(work, config, meters, facts=[replace(signed.facts, requests=(*signed.facts.requests, *new))])
    order_id = signed.draft.id if standing is None else standing.order_id
    return stands(work.connection, order_id, is_repeat=standing is not None)


def _objection(facts: Facts, asked: Request) -> Why | None:
    """What the law says of the port when that request is the only one."""
    alone = replace(facts, requests=(asked,))
    at = asked.signed_at
    answers = [right(alone, meter_id, at) for meter_id in acting.installed(facts, at)]
    if any(answer.is_open for answer in answers):
        return None
    return answers[0].why if answers else Why.NOT_INSTALLED


def _gives_right(standing: Request, asked: Request, facts: Facts) -> bool:
    return standing.contract_id == asked.contract_id and objection_to(standing, facts, asked.signed_at) is None


def _about(asked: Request) -> dict[str, int | None]:
    return {"contract_id": asked.contract_id, "customer_id": asked.customer_id, "power_id": asked.power_id}


def _end_closings(work: Work, signed: Signed, contract_id: int) -> None:
    """A closing that is not done yet is overtaken by the newer wish."""
    about = {"facility_id": signed.draft.facility_id, "contract_id": contract_id}
    for order_id in work.connection.execute(_CLOSINGS, about).scalars().all():
        moved(work, order_id, Event.CANCEL, Because.OPENED_AGAIN)


def _release(work: Work, meters: list[int], signed: Signed) -> None:
    """A port that an import's facts alone would have opened is held; a person has signed for it now."""
    held = work.connection.execute(_HELD, {"meters": meters}).all()
    if held:
        ids = [row.meter_id for row in held]
        work.connection.execute(update(port).where(port.c.meter_id.in_(ids)).values(held_by=None))
    for _, serial in held:
        work.note("port.released", person_id=signed.person_id, meter=serial, order=signed.draft.id, why="ordered")
