"""What customers were told, and how that went: for staff, and for whoever asks what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, literal, select, union_all

from hanport.grid.database.among import among
from hanport.grid.database.notice_tables import letter, notice, notice_message
from hanport.grid.database.tables import customer, facility
from hanport.grid.keys import Keyring
from hanport.grid.letters.paper import read_printed
from hanport.grid.notices.envelope import unseal
from hanport.grid.notices.ways import Way


@dataclass(frozen=True, slots=True)
class Told:
    """A notice, or a letter with a code, to one customer. `state` is that of its table; `occasion` is "code" for such a
    letter. `customer` is the company's own number of the customer.
    """

    at: datetime
    occasion: str
    facility: str
    customer: str
    way: str
    state: str
    ended_at: datetime | None
    attempts: int
    problem: str


def told(connection: Connection, gsrn: str = "", *, state: str = "", limit: int = 200) -> list[Told]:
    """Who was told of what, the newest first: of one facility, or of all. What was said is not in it."""
    rows = union_all(_MESSAGES, _LETTERS).subquery()
    chosen = select(rows).order_by(rows.c.at.desc(), rows.c.customer, rows.c.way).limit(limit)
    if gsrn:
        chosen = chosen.where(rows.c.facility == gsrn)
    if state:
        chosen = chosen.where(rows.c.state == state)
    return [Told(**row._mapping) for row in connection.execute(chosen)]


def unspread(connection: Connection) -> int:
    """How many notices are owed of which nobody is told yet: the worker spreads them at its next turn."""
    return connection.execute(select(func.count()).where(notice.c.spread_at.is_(None))).scalar_one()


def disclosed(connection: Connection, keyring: Keyring, person_id: int) -> list[dict[str, object]]:
    """All that a person's customers were told, as JSON values: what it said, without secrets. The address of a
    protected identity is left out.
    """
    ids = list(connection.execute(select(customer.c.id).where(customer.c.person_id == person_id)).scalars())
    found = [_message(keyring, row) for row in _contents(connection, _MESSAGE_CONTENTS, notice_message, ids)]
    found += [_letter(keyring, row) for row in _contents(connection, _LETTER_CONTENTS, letter, ids)]
    return sorted(found, key=lambda each: (str(each["at"]), str(each["way"])))


_MESSAGES = (
    select(
        notice_message.c.made_at.label("at"),
        notice.c.occasion,
        facility.c.gsrn.label("facility"),
        customer.c.key.label("customer"),
        notice_message.c.way,
        notice_message.c.state,
        notice_message.c.ended_at,
        notice_message.c.attempts,
        notice_message.c.problem,
    )
    .join(notice, notice.c.id == notice_message.c.notice_id)
    .join(facility, facility.c.id == notice.c.facility_id)
    .join(customer, customer.c.id == notice_message.c.customer_id)
)
_LETTERS = (
    select(
        letter.c.made_at.label("at"),
        func.coalesce(notice.c.occasion, letter.c.kind).label("occasion"),
        facility.c.gsrn.label("facility"),
        customer.c.key.label("customer"),
        literal(Way.LETTER.value).label("way"),
        letter.c.state,
        letter.c.printed_at.label("ended_at"),
        literal(0).label("attempts"),
        literal("").label("problem"),
    )
    .outerjoin(notice, notice.c.id == letter.c.notice_id)
    .join(facility, facility.c.id == letter.c.facility_id)
    .join(customer, customer.c.id == letter.c.customer_id)
)
_MESSAGE_CONTENTS: Select[Any] = (
    select(notice_message, notice.c.occasion, customer.c.is_protected)
    .join(notice, notice.c.id == notice_message.c.notice_id)
    .join(customer, customer.c.id == notice_message.c.customer_id)
)
_LETTER_CONTENTS: Select[Any] = (
    select(letter, func.coalesce(notice.c.occasion, letter.c.kind).label("occasion"), customer.c.is_protected)
    .outerjoin(notice, notice.c.id == letter.c.notice_id)
    .join(customer, customer.c.id == letter.c.customer_id)
)


def _contents(
    connection: Connection, chosen: Select[Any], table: Any, customer_ids: Sequence[int]
) -> Sequence[Row[Any]]:
    theirs = among(connection, table.c.customer_id, customer_ids)
    return connection.execute(chosen.where(theirs).order_by(table.c.id)).all()


def _message(keyring: Keyring, row: Row[Any]) -> dict[str, object]:
    said = unseal(keyring, row.content_sealed) if row.content_sealed is not None else None
    return _told(row, row.way, row.ended_at) | {
        "to": said.to if said is not None else None,
        "subject": said.subject if said is not None else None,
        "text": said.text if said is not None else None,
    }


def _letter(keyring: Keyring, row: Row[Any]) -> dict[str, object]:
    said = read_printed(keyring, row.content_sealed) if row.content_sealed is not None else None
    particulars = [f"{label}: {value}" for label, value in said.particulars] if said is not None else []
    parts = [*said.paragraphs, *particulars, *said.after] if said is not None else []
    return _told(row, Way.LETTER.value, row.printed_at) | {
        "to": ", ".join(said.to) if said is not None and not row.is_protected else None,
        "subject": said.subject if said is not None else None,
        "text": "\n".join(parts) if said is not None else None,
    }


def _told(row: Row[Any], way: str, ended_at: datetime | None) -> dict[str, object]:
    ended = ended_at.isoformat() if ended_at is not None else None
    return {"at": row.made_at.isoformat(), "occasion": row.occasion, "way": way, "state": row.state, "ended_at": ended}
