"""An order to close: the requests of the contract are withdrawn at once, whatever the meter does.

It is never harder than opening: any holder, any agent, whoever made the request, and staff who give a reason.
"""

from collections.abc import Collection

from sqlalchemy import or_, select

from hanport.grid.alarms import raise_alarm
from hanport.grid.config import GridConfig
from hanport.grid.database.tables import contract, contract_holder, order, port, power
from hanport.grid.database.work import Work
from hanport.grid.ordering import acting
from hanport.grid.ordering.because import Because
from hanport.grid.ordering.meters import ports_of
from hanport.grid.ordering.papers import Signed, keep_signed, refuse, stands
from hanport.grid.ordering.progress import moved, withdraw
from hanport.grid.ordering.repeats import repeat_of
from hanport.grid.ordering.wish import Taken
from hanport.grid.orders import ENDED, Event, Kind, State
from hanport.grid.reconcile.review import review
from hanport.grid.register.facts import facts_of
from hanport.grid.right import Request, Why, right

NOT_ME = "not_me"  # the reason by which a holder says that somebody else has opened the port
ORDER_DISPUTED = "order_disputed"  # alarm; subject: the order to open


def judge_closing(work: Work, config: GridConfig, signed: Signed) -> Taken:
    """Withdraw what the person may withdraw, and close the port unless somebody else has a right to it."""
    contracts = acting.to_close(signed.facts, signed.asking, ())
    if not contracts:
        contracts = acting.to_close(signed.facts, signed.asking, _grantors(work, signed))
    if not contracts:
        return refuse(work, signed, Why.NOT_HOLDER.value)
    return close(work, config, signed, contracts)


def close(work: Work, config: GridConfig, signed: Signed, contracts: Collection[int]) -> Taken:
    """Close for those contracts. Asked twice, the first order is the answer."""
    standing = [each for each in signed.facts.requests if each.contract_id in contracts and each.withdrawn_at is None]
    meters = ports_of(work, signed.draft.facility_id)
    earlier = None if standing else _earlier(work, signed, contracts, meters)
    if earlier is not None:
        return repeat_of(work, signed, earlier)
    withdraw(work, [each.order_id for each in standing], Because.CLOSED)
    if signed.draft.reason == NOT_ME:
        for each in standing:
            raise_alarm(work, ORDER_DISPUTED, each.order_id, f"Order {each.order_id} is said to be made by another.")
    about = {"contract_id": _newest(signed, standing, contracts)}
    keep_signed(work, signed, then=Event.CHECK_RIGHT, about=about)
    review(work, config, meters)
    _confirm_where_nothing_is_to_be_closed(work, signed)
    return stands(work.connection, signed.draft.id)


def _newest(signed: Signed, standing: list[Request], contracts: Collection[int]) -> int | None:
    """The contract that the order is about: that of the newest request, or the newest one."""
    if standing:
        return max(standing, key=lambda each: each.signed_at).contract_id
    begun = [each for each in signed.facts.contracts if each.id in contracts]
    return max(begun, key=lambda each: (each.period.begins, each.id)).id if begun else None


def _grantors(work: Work, signed: Signed) -> list[int]:
    """The customers with a contract there who have given the person a power that is valid now, for whatever."""
    chosen = (
        select(power.c.grantor_id)
        .join(contract_holder, contract_holder.c.customer_id == power.c.grantor_id)
        .join(contract, contract.c.id == contract_holder.c.contract_id)
        .where(contract.c.facility_id == signed.draft.facility_id, power.c.agent_id == signed.person_id)
        .where(or_(power.c.facility_id.is_(None), power.c.facility_id == contract.c.facility_id))
        .where(power.c.begins_at <= signed.at, or_(power.c.ends_at.is_(None), power.c.ends_at > signed.at))
    )
    return list(work.connection.execute(chosen).scalars())


def _earlier(work: Work, signed: Signed, contracts: Collection[int], meters: list[int]) -> str | None:
    """The last closing of these contracts, where it is on its way, or done and nothing has been open since."""
    chosen = (
        select(order.c.id, order.c.state)
        .where(order.c.facility_id == signed.draft.facility_id, order.c.kind == Kind.CLOSE.value)
        .where(order.c.signed_at.is_not(None), order.c.contract_id.in_(contracts))
        .order_by(order.c.signed_at.desc(), order.c.id.desc())
        .limit(1)
    )
    row = work.connection.execute(chosen).one_or_none()
    if row is None or State(row.state) in ENDED - {State.READ_BACK}:
        return None
    if row.state == State.READ_BACK.value and _is_any_open(work, meters):
        return None
    found: str = row.id
    return found


def _is_any_open(work: Work, meters: list[int]) -> bool:
    known = or_(port.c.may_be_open, port.c.reported != "closed")
    return bool(
        work.connection.execute(select(port.c.meter_id).where(port.c.meter_id.in_(meters), known).limit(1)).all()
    )


def _confirm_where_nothing_is_to_be_closed(work: Work, signed: Signed) -> None:
    """No meter hangs there, or somebody else's right keeps the port open: the wish is fulfilled by the withdrawal."""
    facility_id = signed.draft.facility_id
    facts = facts_of(work.connection, [facility_id])[facility_id]
    meters = acting.installed(facts, work.at)
    if not meters:
        moved(work, signed.draft.id, Event.CONFIRM, Why.NOT_INSTALLED)
    elif any(right(facts, meter_id, work.at).is_open for meter_id in meters):
        moved(work, signed.draft.id, Event.CONFIRM, Because.RIGHT_OF_ANOTHER)
