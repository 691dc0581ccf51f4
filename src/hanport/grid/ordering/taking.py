"""Takes orders: in one step where the identity is checked already, or as a draft that is signed later.

Each is one transaction of the caller's: what was asked, by whom and how that was checked, whether there is a right to
it, and the commands that follow are committed together or not at all.
"""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from hanport.grid import people
from hanport.grid.config import GridConfig
from hanport.grid.database.tables import customer, order
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.identifiers import parse_gsrn
from hanport.grid.ordering import warranty
from hanport.grid.ordering.closing import close, judge_closing
from hanport.grid.ordering.identity import CheckedIdentity
from hanport.grid.ordering.meters import meter_of, ports_of
from hanport.grid.ordering.opening import judge_opening
from hanport.grid.ordering.papers import (
    Draft,
    Signed,
    held_row,
    hold_facilities,
    keep_draft,
    new_id,
    stands,
)
from hanport.grid.ordering.progress import moved, withdraw
from hanport.grid.ordering.restart import judge_restart
from hanport.grid.ordering.warranty import judge_warranty
from hanport.grid.ordering.wish import NotEligible, OrderError, Taken, Wish
from hanport.grid.orders import Event, Kind, State, step
from hanport.grid.reconcile.review import review
from hanport.grid.register.eligibility import WORDS, eligibility_by
from hanport.grid.register.facts import facts_of
from hanport.grid.right import Facts

__all__ = ["OrderError", "Taken", "Wish", "cancel", "close_by_staff", "draft", "expire_drafts", "sign", "take"]

DRAFT_LASTS = timedelta(hours=1)
_UNSIGNED = (State.DRAFT.value, State.AWAITING_SIGNATURE.value)


def take(work: Work, config: GridConfig, wish: Wish, identity: CheckedIdentity) -> Taken:
    """Take an order whose signature is there. One that stands already is given again. Raises OrderError,
    IdentityError, IdentifierError; an order without right is taken as refused.
    """
    identity.hold_at(work.at)
    made = _drafted(work, config, wish)
    facts = _facts(work, made)
    _hold_eligible(work, made, facts)
    return _judge(work, config, made, facts=facts, identity=identity)


def draft(work: Work, config: GridConfig, wish: Wish, *, lasts: timedelta = DRAFT_LASTS) -> str:
    """Keep a wish until it is signed, for an hour where nothing else is said; gives the order's id. Raises OrderError,
    IdentifierError.
    """
    made = _drafted(work, config, wish)
    _hold_eligible(work, made, _facts(work, made))
    keep_draft(work, made, work.at + lasts)
    return made.id


def sign(work: Work, config: GridConfig, order_id: str, identity: CheckedIdentity) -> Taken:
    """Take a draft that was signed. Signed again by the same person, it is given as it stands. Raises OrderError,
    IdentityError, ImpossibleStep.
    """
    identity.hold_at(work.at)
    row = held_row(work, order_id)
    if row.state not in _UNSIGNED and row.person_id is not None:
        if row.person_id == people.find(work.connection, work.keyring, identity.number):
            return stands(work.connection, order_id, is_repeat=True)
        raise OrderError("The order was signed by somebody else.", "Make an order of your own.")
    if row.expires_at is not None and row.expires_at <= work.at:
        raise OrderError("The order was not signed in time.", "Order again.")
    made = Draft(
        id=row.id,
        kind=Kind(row.kind),
        facility_id=row.facility_id,
        gsrn=row.gsrn,
        meter_id=row.meter_id,
        customer_id=row.customer_id,
        reason=row.reason,
        price_ore=row.price_ore,
        state=State(row.state),
    )
    return _judge(work, config, made, facts=_facts(work, made), identity=identity)


def close_by_staff(work: Work, config: GridConfig, gsrn: str, *, staff: str, reason: str) -> Taken:
    """Close a port without being asked by its user: every request of the facility is withdrawn. Raises OrderError."""
    if not staff.strip() or not reason.strip():
        raise OrderError("A closing by staff needs a name and a reason.", "Say who closes the port, and why.")
    number = parse_gsrn(gsrn)
    facility_id = hold_facilities(work, number)
    facts = facts_of(work.connection, [facility_id])[facility_id]
    made = Draft(new_id(), Kind.CLOSE, facility_id, number, reason=tidy(reason))
    signed = Signed(made, facts, work.at, None, None, staff)
    return close(work, config, signed, [each.id for each in facts.contracts])


def cancel(work: Work, config: GridConfig, order_id: str, *, reason: str) -> Taken:
    """Take an order back that is not fulfilled yet. One to open is withdrawn, and its port closed again if need be.

    A closing that was signed stays: whoever wants the port open orders that. Raises OrderError, ImpossibleStep.
    """
    row = held_row(work, order_id)
    if row.kind == Kind.CLOSE.value and row.state not in _UNSIGNED:
        raise OrderError("A closing cannot be taken back.", "Order an opening.")
    if row.kind == Kind.OPEN.value and row.signed_at is not None:
        if row.state == State.READ_BACK.value:
            raise OrderError("The port has been opened by this order.", "Order a closing.")
        step(State(row.state), Event.CANCEL)
        withdraw(work, [order_id], reason)
        review(work, config, ports_of(work, row.facility_id))
    else:
        moved(work, order_id, Event.CANCEL, reason)
        if row.kind == Kind.RESTART.value and row.meter_id is not None:
            review(work, config, [row.meter_id])
    return stands(work.connection, order_id)


def expire_drafts(work: Work, limit: int = 1000) -> int:
    """End drafts that nobody signed in time; how many."""
    chosen = (
        select(order.c.id)
        .where(order.c.state.in_(_UNSIGNED), order.c.expires_at <= work.at)
        .order_by(order.c.facility_id, order.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = work.connection.execute(chosen).scalars().all()
    for order_id in ids:
        moved(work, order_id, Event.EXPIRE)
    return len(ids)


def _drafted(work: Work, config: GridConfig, wish: Wish) -> Draft:
    number = parse_gsrn(wish.gsrn)
    facility_id = hold_facilities(work, number)
    made = Draft(
        id=new_id(),
        kind=wish.kind,
        facility_id=facility_id,
        gsrn=number,
        customer_id=_customer(work, wish.on_behalf_of),
        reason=tidy(wish.reason),
    )
    match wish.kind:
        case Kind.OPEN | Kind.CLOSE:
            return made
        case Kind.RESTART:
            return replace(made, meter_id=meter_of(work, facility_id, wish.meter_serial).id)
        case Kind.WARRANTY:
            meter_id = meter_of(work, facility_id, wish.meter_serial).id
            offered = warranty.offer(work.connection, config, meter_id, work.at)
            price_ore = warranty.accepted_price(offered, is_accepted=wish.accept_price)
            return replace(made, meter_id=meter_id, price_ore=price_ore)


def _facts(work: Work, made: Draft) -> Facts:
    return facts_of(work.connection, [made.facility_id])[made.facility_id]


def _hold_eligible(work: Work, made: Draft, facts: Facts) -> None:
    """What stands in the way of every opening is said before anybody signs; of a closing nothing does."""
    if made.kind is Kind.OPEN:
        obstacles = eligibility_by(work.connection, facts, work.at).obstacles
        if obstacles:
            raise NotEligible(obstacles[0].value, *WORDS[obstacles[0]])


def _judge(work: Work, config: GridConfig, made: Draft, *, facts: Facts, identity: CheckedIdentity) -> Taken:
    person_id = people.find_or_add(work, identity.number)
    signed = Signed(made, facts, work.at, person_id, identity, identity.staff)
    match made.kind:
        case Kind.OPEN:
            return judge_opening(work, config, signed)
        case Kind.CLOSE:
            return judge_closing(work, config, signed)
        case Kind.RESTART:
            return judge_restart(work, config, signed)
        case Kind.WARRANTY:
            return judge_warranty(work, config, signed)


def _customer(work: Work, key: str) -> int | None:
    if not key:
        return None
    found = work.connection.execute(select(customer.c.id).where(customer.c.key == key)).scalar()
    if found is None:
        raise OrderError("No customer has this number.", "Compare it with the bill.")
    customer_id: int = found
    return customer_id
