""" "Tell me when": customers whose port cannot be opened yet are told once it can, as after a meter exchange.

A wish holds as long as the person could ask for the port to be opened: whoever has moved out is told nothing. It is
told once; the port is opened by an order alone.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, insert, or_, select, update

from hanport.errors import HanportError
from hanport.grid.database.tables import exemption, facility, installation, meter, meter_model, person
from hanport.grid.database.waiting_tables import waiting
from hanport.grid.database.work import Work
from hanport.grid.ordering import acting
from hanport.grid.ordering.acting import Asking
from hanport.grid.register.eligibility import eligibility_by
from hanport.grid.register.facts import facts_of
from hanport.grid.right import Facts, IdentityCheck, Request

_AT_ONCE = 200


class WaitingError(HanportError):
    """There is nothing to wait for. Nothing has changed."""


class Outcome(StrEnum):
    """What became of a wish."""

    LIVE = ""
    TOLD = "told"
    TAKEN_BACK = "taken_back"
    LEFT = "left"  # the person cannot ask for the port any more


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wish to be told. `customer_id` is whose contract the person would act for."""

    id: int
    facility_id: int
    gsrn: str
    person_id: int
    customer_id: int | None
    asked_at: datetime


def wait(work: Work, facility_id: int, person_id: int) -> Waiting:
    """Keep the wish of a person who could ask for the port if it could be opened; one that stands is given again.
    Raises WaitingError.
    """
    work.lock_facilities([facility_id])
    facts = facts_of(work.connection, [facility_id])[facility_id]
    request = _request(facts, person_id, work.at)
    if request is None:
        raise WaitingError("The facility is not yours to ask for.", "Only who has the network contract can.")
    if eligibility_by(work.connection, facts, work.at).can_open:
        raise WaitingError("The port can be opened now.", "Order it.")
    mine = waiting.c.facility_id == facility_id, waiting.c.person_id == person_id
    standing = next(_live(work.connection, *mine), None)
    if standing is not None:
        return standing
    columns = {"facility_id": facility_id, "person_id": person_id, "customer_id": request.customer_id}
    work.connection.execute(insert(waiting).values(columns | {"asked_at": work.at}))
    made = next(_live(work.connection, *mine))
    work.note("waiting.begun", person_id=person_id, facility=made.gsrn)
    return made


def stop(work: Work, facility_id: int, person_id: int) -> bool:
    """Take the wish back; whether there was one."""
    work.lock_facilities([facility_id])
    standing = _live(work.connection, waiting.c.facility_id == facility_id, waiting.c.person_id == person_id)
    for each in standing:
        _end(work, each, Outcome.TAKEN_BACK)
        return True
    return False


def wishes_of(connection: Connection, person_id: int) -> list[Waiting]:
    """The wishes of a person that stand, the oldest first."""
    return list(_live(connection, waiting.c.person_id == person_id))


def due(connection: Connection, at: datetime, *, limit: int = _AT_ONCE) -> list[Waiting]:
    """Wishes whose time has come: the port can be opened, and the person can ask for it."""
    found: list[Waiting] = []
    for page in _pages(connection, at, limit):
        found += [each for each, outcome in _judged(connection, page, at) if outcome is Outcome.TOLD]
        if len(found) >= limit:
            break
    return found[:limit]


def tell_due(work: Work, tell: Callable[[Work, Waiting], None], *, limit: int = _AT_ONCE) -> int:
    """Have those told whose time has come, in the same transaction; how many. `tell` makes the notice.

    Facilities that others hold are left for the next time, so no two workers tell the same.
    """
    told = 0
    for page in _pages(work.connection, work.at, limit):
        held = work.lock_facilities({each.facility_id for each in page}, waiting=False)
        here = list(_live(work.connection, waiting.c.id.in_([each.id for each in page if each.facility_id in held])))
        for each, outcome in _judged(work.connection, here, work.at):
            if outcome is Outcome.TOLD:
                tell(work, each)
                told += 1
            _end(work, each, outcome)
        if told >= limit:
            break
    return told


def forget(work: Work, person_id: int) -> int:
    """Remove all wishes of a person who is erased; how many."""
    return work.connection.execute(delete(waiting).where(waiting.c.person_id == person_id)).rowcount


def _pages(connection: Connection, at: datetime, size: int) -> Iterator[list[Waiting]]:
    """Wishes that may be due, in their order."""
    after = 0
    while True:
        page = list(_live(connection, waiting.c.id > after, _can_open(at), limit=size))
        if not page:
            return
        after = page[-1].id
        yield page


def _judged(connection: Connection, page: Collection[Waiting], at: datetime) -> Iterator[tuple[Waiting, Outcome]]:
    """Those whose wish ends now, and how."""
    facts = facts_of(connection, {each.facility_id for each in page})
    for each in page:
        if _request(facts[each.facility_id], each.person_id, at) is None:
            yield each, Outcome.LEFT
        elif eligibility_by(connection, facts[each.facility_id], at).can_open:
            yield each, Outcome.TOLD


def _request(facts: Facts, person_id: int, at: datetime) -> Request | None:
    """The request that the person could make, however the identity would be checked."""
    asked = acting.to_open(facts, Asking("", person_id, None, IdentityCheck.BANKID, at))
    return asked if isinstance(asked, Request) else None


def _end(work: Work, wish: Waiting, outcome: Outcome) -> None:
    change = update(waiting).where(waiting.c.id == wish.id).values(outcome=outcome.value, ended_at=work.at)
    work.connection.execute(change)
    work.note("waiting.ended", person_id=wish.person_id, facility=wish.gsrn, why=outcome.value)


def _live(connection: Connection, *which: ColumnElement[bool], limit: int | None = None) -> Iterator[Waiting]:
    chosen = (
        select(waiting, facility.c.gsrn)
        .join(facility, facility.c.id == waiting.c.facility_id)
        .join(person, person.c.id == waiting.c.person_id)
        .where(waiting.c.outcome == Outcome.LIVE.value, person.c.erased_at.is_(None), *which)
        .order_by(waiting.c.id)
        .limit(limit)
    )
    for row in connection.execute(chosen).all():
        yield Waiting(row.id, row.facility_id, row.gsrn, row.person_id, row.customer_id, row.asked_at)


def _can_open(at: datetime) -> ColumnElement[bool]:
    """Whether a meter is at the facility that may be able to open its port, and nothing keeps it closed."""
    is_there = and_(installation.c.begins_at <= at, or_(installation.c.ends_at.is_(None), installation.c.ends_at > at))
    is_exempted = and_(exemption.c.begins_at <= at, or_(exemption.c.ends_at.is_(None), exemption.c.ends_at > at))
    is_of = and_(meter_model.c.maker == meter.c.maker, meter_model.c.model == meter.c.model)
    meters = (
        select(installation.c.id)
        .join(meter, meter.c.id == installation.c.meter_id)
        .outerjoin(meter_model, is_of)
        .where(installation.c.facility_id == waiting.c.facility_id, is_there)
        .where(or_(meter_model.c.can_open.is_(None), meter_model.c.can_open))
    )
    exempted = select(exemption.c.id).where(exemption.c.facility_id == waiting.c.facility_id, is_exempted)
    return exists(meters) & ~exists(exempted)
