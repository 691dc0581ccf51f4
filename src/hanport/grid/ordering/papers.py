"""An order on paper: its draft, the signature on it, and the row in which both are kept."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from hanport.grid.database.tables import facility, installation, order
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.keys import Purpose
from hanport.grid.notices.owing import Step, owe_step
from hanport.grid.ordering.acting import Asking
from hanport.grid.ordering.identity import CheckedIdentity
from hanport.grid.ordering.wish import OrderError, Taken
from hanport.grid.orders import ENDED, Event, Kind, State, step
from hanport.grid.right import Facts
from hanport.grid.workdays import deadline

# Without signs that look alike: ids are read aloud on the phone. 16 of them hold 79 bits, so none is guessed.
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 16
# Made once: to build such a statement takes longer than to run it.
_ADD = insert(order)
_STANDING = select(order.c.id, order.c.state, order.c.why, order.c.deadline_at, order.c.price_ore).where(
    order.c.id == bindparam("order_id")
)
_WHOLE: Select[Any] = (
    select(order, facility.c.gsrn)
    .join(facility, facility.c.id == order.c.facility_id)
    .where(order.c.id == bindparam("order_id"))
)
_HERE, _THERE = installation.alias("here"), installation.alias("there")
_PLACES = (
    select(facility.c.id, _THERE.c.facility_id)
    .outerjoin(_HERE, _HERE.c.facility_id == facility.c.id)
    .outerjoin(_THERE, _THERE.c.meter_id == _HERE.c.meter_id)
    .where(facility.c.gsrn == bindparam("gsrn"))
)


@dataclass(frozen=True, slots=True)
class Draft:
    """An order before anybody has signed it. `customer_id`: on whose behalf, where that was said. `state` is None
    while it has no row yet.
    """

    id: str
    kind: Kind
    facility_id: int
    gsrn: str
    meter_id: int | None = None
    customer_id: int | None = None
    reason: str = ""
    price_ore: int | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A draft that a person has signed, with the facts of its facility. `person_id` and `identity` are None where staff
    close a port of their own accord; `staff` says who.
    """

    draft: Draft
    facts: Facts
    at: datetime
    person_id: int | None
    identity: CheckedIdentity | None
    staff: str

    @property
    def asking(self) -> Asking:
        """Who asks. Only where a person does."""
        assert self.person_id is not None and self.identity is not None
        return Asking(self.draft.id, self.person_id, self.draft.customer_id, self.identity.how, self.at)


def new_id() -> str:
    """An order's id, which nobody guesses."""
    left, signs = secrets.randbelow(len(_SIGNS) ** _LENGTH), ""
    for _ in range(_LENGTH):
        left, place = divmod(left, len(_SIGNS))
        signs += _SIGNS[place]
    return signs


def keep_draft(work: Work, draft: Draft, expires_at: datetime) -> None:
    """Store a draft that waits for its signature."""
    work.connection.execute(_ADD, _row_of(work, draft) | {"state": State.DRAFT.value, "expires_at": expires_at})
    work.note("order.draft", order=draft.id, kind=draft.kind.value, facility=draft.gsrn)


def keep_signed(
    work: Work, signed: Signed, *, then: Event, why: str = "", about: Mapping[str, int | None] | None = None
) -> Taken:
    """Store the order with its signature, and take the step that follows from it; each is noted. `about`: columns that
    the judgement has found.
    """
    draft, identity = signed.draft, signed.identity
    state, passed = draft.state or State.DRAFT, []
    for event in (Event.SIGN, then):
        state = step(state, event)
        passed.append(state)
    values: dict[str, object] = {
        "state": state.value,
        "person_id": signed.person_id,
        "identity": identity.how.value if identity else None,
        "identity_at": identity.checked_at if identity else None,
        "staff": tidy(signed.staff) or None,
        "evidence_sealed": work.keyring.seal(identity.evidence, Purpose.EVIDENCE) if identity else None,
        "signed_at": signed.at,
        "deadline_at": deadline(signed.at),
        "ended_at": signed.at if state in ENDED else None,
        "why": why,
    }
    values |= about or {}
    if draft.state is None:
        work.connection.execute(_ADD, _row_of(work, draft) | values)
        work.note("order.draft", order=draft.id, kind=draft.kind.value, facility=draft.gsrn)
    else:
        change = update(order).where(order.c.id == draft.id, order.c.state == draft.state.value)
        if work.connection.execute(change.values(values)).rowcount != 1:
            raise OrderError("The order was changed at the same time.", "Try again.")
    _note(work, signed, passed, {"why": why} if why else {})
    owe_step(work, Step(draft.id, draft.kind, state, draft.facility_id, why))
    return Taken(draft.id, state, why, deadline(signed.at), draft.price_ore)


def refuse(work: Work, signed: Signed, why: str) -> Taken:
    """The person has no right to it."""
    return keep_signed(work, signed, then=Event.REFUSE, why=why)


def stands(connection: Connection, order_id: str, *, is_repeat: bool = False) -> Taken:
    """How an order stands now."""
    row = connection.execute(_STANDING, {"order_id": order_id}).one()
    return Taken(row.id, State(row.state), row.why, row.deadline_at, row.price_ore, is_repeat)


def held_row(work: Work, order_id: str) -> Row[Any]:
    """An order's row, with its facility held until the commit. Raises OrderError."""
    hold_facilities(work, _read(work, order_id).gsrn)
    return _read(work, order_id)  # what decides is read once its facility is held


def hold_facilities(work: Work, gsrn: str) -> int:
    """Hold the facility and those where its meters were or will be, in their order; gives its id. Raises OrderError."""
    rows = work.connection.execute(_PLACES, {"gsrn": gsrn}).all()
    if not rows:
        raise OrderError("No facility has this ID.", "Compare it with the bill.")
    facility_id: int = rows[0].id
    work.lock_facilities({facility_id, *(row.facility_id for row in rows if row.facility_id is not None)})
    return facility_id


def _read(work: Work, order_id: str) -> Row[Any]:
    row = work.connection.execute(_WHOLE, {"order_id": order_id}).one_or_none()
    if row is None:
        raise OrderError("There is no such order.", "`hanport grid order list` shows those of a facility.")
    return row


def _note(work: Work, signed: Signed, passed: list[State], last: Mapping[str, object]) -> None:
    """An entry for each state; `last` is said of the last one."""
    for state in passed:
        facts: dict[str, object] = {"order": signed.draft.id, "facility": signed.draft.gsrn}
        if state is State.SIGNED and signed.identity is not None:
            facts["identity"] = signed.identity.how.value
        if state is passed[-1]:
            facts |= last
        work.note(f"order.{state.value}", person_id=signed.person_id, **facts)


def _row_of(work: Work, draft: Draft) -> dict[str, object]:
    return {
        "id": draft.id,
        "kind": draft.kind.value,
        "facility_id": draft.facility_id,
        "meter_id": draft.meter_id,
        "customer_id": draft.customer_id,
        "reason": draft.reason,
        "price_ore": draft.price_ore,
        "created_at": work.at,
    }
