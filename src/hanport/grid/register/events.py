"""Takes events of the market and of the company's systems: each once, and back again where they are withdrawn.

A move makes the old right end, whatever the contracts say. A change of supplier changes nothing. What an event changed
is kept with it, so that its withdrawal restores it, unless newer facts have come since.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from hanport.errors import HanportError
from hanport.grid.alarms import clear_alarm, raise_alarm
from hanport.grid.database.tables import contract, contract_holder, customer, event, facility, user_change
from hanport.grid.database.work import Work
from hanport.grid.register import exchanges
from hanport.grid.register.event_fields import EVENT_FIELDS, Event, EventKind, read_event
from hanport.grid.register.holding import take_turn
from hanport.grid.register.places import NO_FACILITY
from hanport.grid.register.touching import touch

__all__ = ["EVENT_FIELDS", "Event", "EventError", "EventKind", "EventOutcome", "read_event", "receive"]

CONTRACT_CANCELLED = "contract_cancelled"  # an alarm; subject: the facility's ID


class EventError(HanportError):
    """An event cannot be taken. Nothing has changed."""


class KeyTaken(EventError):
    """Another event came with that key before."""


@dataclass(frozen=True, slots=True)
class EventOutcome:
    """What became of an event: `applied`, `logged` (it changes nothing), `warned`, or `nothing` (it was so already).
    `is_repeat`: it had come before.
    """

    key: str
    kind: EventKind
    outcome: str
    is_repeat: bool
    facility_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Effect:
    """What an event did: the facilities whose right may have changed, and what its withdrawal needs to know."""

    outcome: str
    facility_ids: frozenset[int] = frozenset()
    undo: dict[str, Any] | None = None


def receive(work: Work, told: Event) -> EventOutcome:
    """Take an event. The same one again changes nothing. Raises EventError; KeyTaken where the key was another's."""
    take_turn(work)
    before = work.connection.execute(select(event).where(event.c.key == told.key)).one_or_none()
    if before is not None:
        if before.kind != told.kind.value or before.body != told.body:
            raise KeyTaken("Another event came with that key.", "Give each event a key of its own.")
        return EventOutcome(told.key, told.kind, before.outcome, is_repeat=True)
    effect = _EFFECTS[told.kind](work, told)
    row = {"key": told.key, "kind": told.kind.value, "body": told.body, "undo": effect.undo}
    work.connection.execute(insert(event).values(row | {"received_at": work.at, "outcome": effect.outcome}))
    said: dict[str, Any] = {**told.body}
    work.note("event.received", event=told.key, outcome=effect.outcome, **said)
    touch(work, effect.facility_ids)
    return EventOutcome(told.key, told.kind, effect.outcome, False, effect.facility_ids)


def _user_changes(work: Work, told: Event) -> _Effect:
    """Another user moves in, or there is none: contracts that began before give no right from then on."""
    place = _held_facility(work, told)
    row = {"key": told.key, "facility_id": place, "at": told.at}
    work.connection.execute(insert(user_change).values(row))
    work.note("user_change.added", facility=told.facility, why=told.kind.value)
    return _Effect("applied", frozenset({place}))


def _supplier_changes(work: Work, told: Event) -> _Effect:
    """The user stays, and so does the right."""
    _held_facility(work, told)
    return _Effect("logged")


def _may_lose_user(work: Work, told: Event) -> _Effect:
    """Nothing is certain yet: staff look into it."""
    _held_facility(work, told)
    says = f"The supplier's contract for facility {told.facility} is cancelled: it may lose its user."
    raise_alarm(work, CONTRACT_CANCELLED, told.facility, says, told.at)
    return _Effect("warned")


def _meters_change(work: Work, told: Event) -> _Effect:
    """The old meter leaves, the new one comes, and the right goes with the contract."""
    assert told.at is not None
    exchange = exchanges.Exchange(told.facility, told.at, told.old_meter, told.new_meter, told.maker, told.model)
    done = exchanges.exchange(work, exchange)
    if isinstance(done, tuple):
        raise EventError(*done)
    outcome = "applied" if done.facility_ids else "nothing"
    return _Effect(outcome, done.facility_ids, {"stays": done.undo})


def _contract_ends(work: Work, told: Event) -> _Effect:
    """A contract that had not begun by then never begins."""
    assert told.at is not None
    found = select(contract).where(contract.c.key == told.contract)
    row = work.connection.execute(found).one_or_none()
    if row is None:
        raise EventError("There is no such contract.", "Send the contract first.")
    work.lock_facilities([row.facility_id])
    ends = max(told.at, row.begins_at)
    if row.ends_at == ends:
        return _Effect("nothing")
    _end_contract(work, row, ends)
    undo = {"before": _written(row.ends_at), "after": _written(ends)}
    return _Effect("applied", frozenset({row.facility_id}), undo)


def _take_back(work: Work, told: Event) -> _Effect:
    """Restore what an event changed."""
    row = work.connection.execute(select(event).where(event.c.key == told.withdrawn)).one_or_none()
    if row is None:
        raise EventError("The event to withdraw has not come.", "Send it first, then its withdrawal.")
    if row.kind == EventKind.WITHDRAWAL.value:
        raise EventError("A withdrawal cannot be withdrawn.", "Send the event anew, with a key of its own.")
    if row.withdrawn_at is not None:
        return _Effect("nothing")
    places = _RESTORE[EventKind(row.kind)](work, row)
    work.connection.execute(update(event).where(event.c.key == row.key).values(withdrawn_at=work.at))
    work.note("event.withdrawn", event=row.key, by=told.key)
    return _Effect("applied", places)


def _no_user_change(work: Work, row: Row[Any]) -> frozenset[int]:
    change = work.connection.execute(select(user_change).where(user_change.c.key == row.key)).one()
    work.lock_facilities([change.facility_id])
    work.connection.execute(update(user_change).where(user_change.c.id == change.id).values(withdrawn_at=work.at))
    work.note("user_change.withdrawn", facility=row.body["facility"])
    return frozenset({change.facility_id})


def _nothing(work: Work, row: Row[Any]) -> frozenset[int]:
    return frozenset()


def _no_warning(work: Work, row: Row[Any]) -> frozenset[int]:
    others = select(event.c.body).where(
        event.c.kind == EventKind.CONTRACT_CANCELLED_WARNING.value,
        event.c.withdrawn_at.is_(None),
        event.c.key != row.key,
    )
    if all(body["facility"] != row.body["facility"] for body in work.connection.execute(others).scalars()):
        clear_alarm(work, CONTRACT_CANCELLED, row.body["facility"])
    return frozenset()


def _old_meters(work: Work, row: Row[Any]) -> frozenset[int]:
    return exchanges.restore(work, row.undo["stays"])


def _contract_goes_on(work: Work, row: Row[Any]) -> frozenset[int]:
    """Unless the company has told another end since."""
    found = work.connection.execute(select(contract).where(contract.c.key == row.body["contract"])).one()
    work.lock_facilities([found.facility_id])
    if row.undo is None or _written(found.ends_at) != row.undo["after"]:
        return frozenset()
    before = row.undo["before"]
    _end_contract(work, found, None if before is None else datetime.fromisoformat(before))
    return frozenset({found.facility_id})


def _end_contract(work: Work, row: Row[Any], ends: datetime | None) -> None:
    """Set a contract's end, and say so in the log of each holder."""
    work.connection.execute(update(contract).where(contract.c.id == row.id).values(ends_at=ends))
    chosen = (
        select(customer.c.person_id, facility.c.gsrn)
        .join(contract_holder, contract_holder.c.customer_id == customer.c.id)
        .join(contract, contract.c.id == contract_holder.c.contract_id)
        .join(facility, facility.c.id == contract.c.facility_id)
        .where(contract.c.id == row.id, contract_holder.c.ends_at.is_(None))
    )
    for person_id, gsrn in work.connection.execute(chosen):
        work.note("contract.changed", person_id=person_id, facility=gsrn, contract=row.key, fields=["to"])


def _held_facility(work: Work, told: Event) -> int:
    found = work.connection.execute(select(facility.c.id).where(facility.c.gsrn == told.facility)).scalar_one_or_none()
    if found is None:
        raise EventError(*NO_FACILITY)
    work.lock_facilities([found])
    return int(found)


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


_EFFECTS: dict[EventKind, Callable[[Work, Event], _Effect]] = {
    EventKind.MOVE_IN: _user_changes,
    EventKind.SUPPLIER_CHANGE: _supplier_changes,
    EventKind.METER_EXCHANGE: _meters_change,
    EventKind.TERMINATION: _contract_ends,
    EventKind.CONTRACT_CANCELLED_WARNING: _may_lose_user,
    EventKind.USER_GONE: _user_changes,
    EventKind.WITHDRAWAL: _take_back,
}
_RESTORE: dict[EventKind, Callable[[Work, Row[Any]], frozenset[int]]] = {
    EventKind.MOVE_IN: _no_user_change,
    EventKind.SUPPLIER_CHANGE: _nothing,
    EventKind.METER_EXCHANGE: _old_meters,
    EventKind.TERMINATION: _contract_goes_on,
    EventKind.CONTRACT_CANCELLED_WARNING: _no_warning,
    EventKind.USER_GONE: _no_user_change,
}
