"""What a person did on the pages, as it is told to that person: sessions, identifications, wishes, links and codes.

Secrets are left out: those of links and codes are kept as hashes alone, and a running session is told by its times.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, or_, select

from hanport.grid.database.identity_tables import identification, session
from hanport.grid.database.notice_tables import letter_code, not_me, told_in
from hanport.grid.database.tables import customer, facility, order
from hanport.grid.database.waiting_tables import receipt_share, waiting
from hanport.grid.eid.identifications import opened
from hanport.grid.keys import Keyring

_PERSON: BindParameter[int] = bindparam("person_id")
_MINE = customer.alias("mine")
_CUSTOMERS = select(_MINE.c.id).where(_MINE.c.person_id == _PERSON)
_SESSIONS = select(session.c.id).where(session.c.person_id == _PERSON)
# The name of a part -> where it is read, and which of its columns are told as they are.
_PARTS: dict[str, tuple[Select[Any], tuple[str, ...]]] = {
    "sessions": (
        select(session).where(session.c.person_id == _PERSON).order_by(session.c.id),
        ("created_at", "seen_at", "ends_at", "how", "identity_at", "name", "language"),
    ),
    "wishes": (
        select(waiting, facility.c.gsrn)
        .join(facility, facility.c.id == waiting.c.facility_id)
        .where(waiting.c.person_id == _PERSON)
        .order_by(waiting.c.id),
        ("gsrn", "asked_at", "outcome", "ended_at"),
    ),
    "shared_receipts": (
        select(receipt_share)
        .join(order, order.c.id == receipt_share.c.order_id)
        .where(or_(order.c.person_id == _PERSON, order.c.customer_id.in_(_CUSTOMERS)))
        .order_by(receipt_share.c.id),
        ("order_id", "shows", "made_at", "ends_at", "ended_at"),
    ),
    "links_that_close": (
        select(not_me).where(not_me.c.customer_id.in_(_CUSTOMERS)).order_by(not_me.c.id),
        ("order_id", "made_at", "closing_id"),
    ),
    "codes_by_letter": (
        select(letter_code, facility.c.gsrn)
        .join(facility, facility.c.id == letter_code.c.facility_id)
        .where(letter_code.c.customer_id.in_(_CUSTOMERS))
        .order_by(letter_code.c.id),
        ("gsrn", "made_at", "expires_at", "attempts", "redeemed_at"),
    ),
}
_IDENTIFICATIONS = (
    select(identification)
    .where(or_(identification.c.person_id == _PERSON, identification.c.session_id.in_(_SESSIONS)))
    .order_by(identification.c.begun_at, identification.c.id)
)
_LANGUAGE = select(told_in.c.language).where(told_in.c.person_id == _PERSON)
_IDENTIFIED = ("begun_at", "ended_at", "purpose", "way", "state", "hint", "why", "order_ids", "staff")


def disclosed(connection: Connection, keyring: Keyring, person_id: int) -> dict[str, object]:
    """All of it as JSON values, by the name of the part."""
    who = {"person_id": person_id}
    parts: dict[str, object] = {
        name: [plain_values(row, *columns) for row in connection.execute(chosen, who)]
        for name, (chosen, columns) in _PARTS.items()
    }
    parts["identifications"] = [_identified(keyring, row) for row in connection.execute(_IDENTIFICATIONS, who)]
    parts["language"] = connection.execute(_LANGUAGE, who).scalar()
    return parts


def _identified(keyring: Keyring, row: Row[Any]) -> dict[str, object]:
    """With the text, the address and the browser; the number is left out, as everywhere."""
    asked = opened(keyring, row)
    from_where = {"text": asked.visible, "address": asked.user_ip, "browser": asked.user_agent, "device": asked.device}
    return plain_values(row, *_IDENTIFIED) | from_where | {"evidence_is_kept": row.evidence_sealed is not None}


def plain_values(row: Row[Any], *names: str) -> dict[str, object]:
    """Columns of a row, as JSON values."""
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
