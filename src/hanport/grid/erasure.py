"""Erases a person: key, number, names, addresses, notices, wishes and evidence go; the log stays, and leads nowhere.

It is refused while the person has to do with a port: a contract or a power that runs, an order under way, a port that
may be open by an order of theirs; and until the time in which claims can be made is over.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from hanport.errors import HanportError
from hanport.grid import waiting
from hanport.grid.audit.pseudonyms import pseudonyms
from hanport.grid.database.identity_tables import identification, session
from hanport.grid.database.tables import command, contract, contract_holder, customer, order, person, port, power
from hanport.grid.database.work import Work
from hanport.grid.notices.forgetting import forget
from hanport.grid.orders import ENDED, STANDING, Kind
from hanport.grid.receipts import shares
from hanport.grid.workdays import STOCKHOLM

_ENDED = [state.value for state in ENDED]
_STANDING = [state.value for state in STANDING]


class ErasureRefused(HanportError):
    """The person may not be erased yet. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was emptied. `notices` counts messages and letters."""

    customers: int
    orders: int
    notices: int = 0


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a person may not be erased, and what to do."""

    problem: str
    remedy: str


def erase(work: Work, person_id: int, *, retention_years: int) -> Erased:
    """Erase a person for ever. Raises ErasureRefused."""
    # Nobody adds a contract or an order for this person meanwhile: whoever does holds the row (people.find_or_add).
    known = work.connection.execute(select(person).where(person.c.id == person_id).with_for_update()).one_or_none()
    if known is None or known.erased_at is not None:
        raise ErasureRefused("There is no such person.", "Perhaps the person was erased already.")
    for objection in objections(work.connection, person_id, work.at, retention_years):
        raise ErasureRefused(objection.problem, objection.remedy)
    name = pseudonyms(work.connection, work.keyring, [person_id]).get(person_id)
    customers = _empty_customers(work, person_id)
    orders = _empty_orders(work, person_id)
    notices = forget(work, person_id, customers)
    waiting.forget(work, person_id)
    shares.forget(work, _theirs(person_id))
    _end_visits(work, person_id)
    work.connection.execute(
        update(person)
        .where(person.c.id == person_id)
        .values(number_lookup=None, number_sealed=None, key_sealed=None, erased_at=work.at)
    )
    work.note("person.erased", pseudonym=name, customers=len(customers), orders=orders, notices=notices)
    return Erased(len(customers), orders, notices)


def objections(connection: Connection, person_id: int, at: datetime, retention_years: int) -> Iterator[Objection]:
    """What stands against erasing a person at that instant, the weightiest first; none: the person may be erased."""
    held = _ends_of_contracts(connection, person_id)
    if any(end is None or end > at for end in held):
        yield Objection("A contract of this person runs.", "End it in the customer system first.")
    acted = _ends_of_powers(connection, person_id)
    if any(end is None or end > at for end in acted):
        yield Objection("This person may act for another.", "End the power in the customer system first.")
    if _has_open_port(connection, person_id):
        yield Objection("A port may be open by an order of this person.", "Wait until it is read as closed.")
    ordered = _ends_of_orders(connection, person_id)
    if any(end is None or end > at for end in ordered):
        yield Objection("An order of this person is under way.", "Wait until it has ended, or cancel it.")
    last = max((end for end in (*held, *acted, *ordered) if end is not None and end <= at), default=None)
    if last is not None and (until := _years_after(last, retention_years)) > at:
        day = (until.astimezone(STOCKHOLM) + timedelta(days=1)).date()
        yield Objection(
            f"The time in which claims can be made is not over ({retention_years} years).", f"Erase from {day} on."
        )


def _ends_of_contracts(connection: Connection, person_id: int) -> list[datetime | None]:
    """When what the person held ended: None where it runs without an end."""
    chosen = (
        select(contract.c.ends_at, contract_holder.c.ends_at, customer.c.died_at)
        .join(contract_holder, contract_holder.c.contract_id == contract.c.id)
        .join(customer, customer.c.id == contract_holder.c.customer_id)
        .where(customer.c.person_id == person_id)
    )
    return [_first(row) for row in connection.execute(chosen)]


def _ends_of_powers(connection: Connection, person_id: int) -> list[datetime | None]:
    return list(connection.execute(select(power.c.ends_at).where(power.c.agent_id == person_id)).scalars())


def _ends_of_orders(connection: Connection, person_id: int) -> list[datetime | None]:
    """When the person's orders ended. A request that stands ends with its contract, or with who holds it."""
    is_holder = (contract_holder.c.contract_id == order.c.contract_id) & (
        contract_holder.c.customer_id == order.c.customer_id
    )
    columns = (order.c.kind, order.c.state, order.c.created_at, order.c.ended_at, order.c.withdrawn_at)
    chosen = (
        select(*columns, contract.c.ends_at.label("runs_to"), contract_holder.c.ends_at.label("held_to"))
        .add_columns(customer.c.died_at)
        .outerjoin(contract, contract.c.id == order.c.contract_id)
        .outerjoin(contract_holder, is_holder)
        .outerjoin(customer, customer.c.id == order.c.customer_id)
        .where(_theirs(person_id))
    )
    found: list[datetime | None] = []
    for row in connection.execute(chosen):
        if row.kind == Kind.OPEN.value and row.state in _STANDING:
            found.append(_first((row.withdrawn_at, row.runs_to, row.held_to, row.died_at)))
        elif row.state not in _ENDED:
            found.append(row.withdrawn_at)
        found.append(max(each for each in (row.created_at, row.ended_at, row.withdrawn_at) if each is not None))
    return found


def _has_open_port(connection: Connection, person_id: int) -> bool:
    """Whether a port may be open that was last opened, or is being opened, by an order of theirs."""
    other = command.alias()
    newest = (
        select(func.max(other.c.created_at))
        .where(other.c.meter_id == port.c.meter_id, other.c.kind == Kind.OPEN.value)
        .scalar_subquery()
    )
    chosen = (
        select(port.c.meter_id)
        .join(command, command.c.meter_id == port.c.meter_id)
        .join(order, order.c.id == command.c.order_id)
        .where(_theirs(person_id), port.c.may_be_open, command.c.kind == Kind.OPEN.value)
        .where(command.c.created_at == newest)
    )
    return connection.execute(chosen.limit(1)).first() is not None


def _empty_customers(work: Work, person_id: int) -> list[int]:
    """Empty the customers, and end the powers that they gave; gives the customers' ids."""
    ids = list(work.connection.execute(select(customer.c.id).where(customer.c.person_id == person_id)).scalars())
    for customer_id in ids:
        emptied = {"key": f"erased-{customer_id}", "name": "", "address": "", "email": "", "phone": ""}
        chosen = update(customer).where(customer.c.id == customer_id)
        work.connection.execute(chosen.values(**emptied, is_protected=False))
    given = select(power.c.id, power.c.key).where(
        power.c.grantor_id.in_(ids), or_(power.c.ends_at.is_(None), power.c.ends_at > work.at)
    )
    for row in work.connection.execute(given).all():
        work.connection.execute(update(power).where(power.c.id == row.id).values(ends_at=work.at))
        work.note("power.changed", power=row.key, fields=["to"], why="erased")
    return ids


def _empty_orders(work: Work, person_id: int) -> int:
    """Empty the orders, and withdraw those that stand: a contract that is set right again must not revive them."""
    theirs = _theirs(person_id)
    stands = order.c.withdrawn_at.is_(None) & (order.c.kind == Kind.OPEN.value) & order.c.state.in_(_STANDING)
    for order_id in work.connection.execute(select(order.c.id).where(theirs, stands)).scalars().all():
        work.connection.execute(update(order).where(order.c.id == order_id).values(withdrawn_at=work.at))
        work.note("order.withdrawn", order=order_id, why="erased")
    return work.connection.execute(update(order).where(theirs).values(evidence_sealed=None, reason="", why="")).rowcount


def _end_visits(work: Work, person_id: int) -> None:
    """Sessions, and what was identified in them: one that nobody has signed names its person by its session alone."""
    theirs = select(session.c.id).where(session.c.person_id == person_id)
    begun = or_(identification.c.person_id == person_id, identification.c.session_id.in_(theirs))
    work.connection.execute(delete(identification).where(begun))
    work.connection.execute(delete(session).where(session.c.person_id == person_id))


def _theirs(person_id: int) -> ColumnElement[bool]:
    """Orders that the person made, or that were made for them as a customer."""
    mine = customer.alias()
    ids = select(mine.c.id).where(mine.c.person_id == person_id)
    return or_(order.c.person_id == person_id, order.c.customer_id.in_(ids))


def _first(ends: Iterable[datetime | None]) -> datetime | None:
    return min((end for end in ends if end is not None), default=None)


def _years_after(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year + years)
    except ValueError:  # 29 February
        return at.replace(year=at.year + years, month=3, day=1)
