"""Sessions of browsers, kept in the database, so that several processes know them and any of them can end one.

The cookie holds a secret of 256 bits; the database has its hash alone. Whoever identifies or logs in gets a new secret,
so that one planted before is worth nothing (ASVS 5.0, 7.2.4). Sessions end when they are idle, and at the longest after
a time that the configuration says (7.3.1, 7.3.2).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from hanport.grid.config import SessionsTable
from hanport.grid.database.identity_tables import session
from hanport.grid.database.work import Work
from hanport.grid.right import IdentityCheck

_SECRET = 32  # bytes
# A visitor who has not identified: long enough to read the terms and to find the phone.
_VISITOR_LASTS = timedelta(hours=2)
_SEEN_EVERY = timedelta(seconds=30)
# Made once: to build it takes longer than to run it, and every page asks it.
_FOUND = select(session).where(session.c.secret_hash == bindparam("hash"))


class Who(StrEnum):
    """Whose session it is."""

    VISITOR = "visitor"  # nobody is known yet
    CUSTOMER = "customer"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Session:
    """A session that runs. `name` is how the page calls the person; `identity_at` when the identity was checked, `how`
    in which way; both None for visitors and staff.
    """

    id: int
    who: Who
    person_id: int | None
    staff_id: int | None
    name: str
    language: str | None
    how: IdentityCheck | None
    identity_at: datetime | None
    created_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Identified:
    """A customer whose identity was checked. `evidence` proves it, and goes with what is ordered."""

    person_id: int
    name: str
    how: IdentityCheck
    at: datetime
    evidence_sealed: bytes


def begin(work: Work, *, language: str | None = None) -> str:
    """A visitor's session; gives its secret."""
    return _add(work, {"kind": Who.VISITOR.value, "language": language}, work.at + _VISITOR_LASTS)


def identify(work: Work, settings: SessionsTable, before: Session, identified: Identified) -> str:
    """The session of a customer in the place of a visitor's; gives its secret."""
    values: dict[str, object] = {
        "kind": Who.CUSTOMER.value,
        "person_id": identified.person_id,
        "name": identified.name,
        "how": identified.how.value,
        "identity_at": identified.at,
        "evidence_sealed": identified.evidence_sealed,
        "language": before.language,
    }
    end(work, before.id)
    return _add(work, values, work.at + timedelta(minutes=settings.customer_longest_minutes))


def log_in(work: Work, settings: SessionsTable, staff_id: int, name: str, *, before: Session | None) -> str:
    """The session of a member of staff; gives its secret."""
    if before is not None:
        end(work, before.id)
    values = {
        "kind": Who.STAFF.value,
        "staff_id": staff_id,
        "name": name,
        "language": before.language if before else None,
    }
    return _add(work, values, work.at + timedelta(hours=settings.staff_longest_hours))


def end(work: Work, session_id: int) -> None:
    """End a session; one that has ended already stays so."""
    work.connection.execute(delete(session).where(session.c.id == session_id))


def end_all_of_staff(work: Work, staff_id: int) -> None:
    """End all sessions of a member of staff: of one who left, or whose password was changed."""
    work.connection.execute(delete(session).where(session.c.staff_id == staff_id))


def clear(work: Work) -> int:
    """Take away sessions that have ended; how many."""
    return work.connection.execute(delete(session).where(session.c.ends_at <= work.at)).rowcount


def find(connection: Connection, settings: SessionsTable, secret: str, at: datetime) -> Session | None:
    """The session of a cookie, if it runs at that instant."""
    row = connection.execute(_FOUND, {"hash": hash_of(secret)}).one_or_none()
    if row is None:
        return None
    found = Session(
        id=row.id,
        who=Who(row.kind),
        person_id=row.person_id,
        staff_id=row.staff_id,
        name=row.name,
        language=row.language,
        how=IdentityCheck(row.how) if row.how else None,
        identity_at=row.identity_at,
        created_at=row.created_at,
        seen_at=row.seen_at,
        ends_at=row.ends_at,
    )
    return found if at < found.ends_at and at - found.seen_at < _idle(settings, found.who) else None


def is_to_be_seen(found: Session, at: datetime) -> bool:
    """Whether it is time to write down that the session is alive: not at every request."""
    return at - found.seen_at >= _SEEN_EVERY


def seen(work: Work, session_id: int) -> None:
    """Write down that the session is alive."""
    work.connection.execute(update(session).where(session.c.id == session_id).values(seen_at=work.at))


def speak(work: Work, session_id: int, language: str) -> None:
    """Keep the language that was chosen."""
    work.connection.execute(update(session).where(session.c.id == session_id).values(language=language))


def evidence_of(connection: Connection, session_id: int) -> bytes | None:
    """What proves the identity of the session's customer, sealed; None where nobody is identified."""
    sealed = connection.execute(select(session.c.evidence_sealed).where(session.c.id == session_id)).scalar()
    return bytes(sealed) if sealed is not None else None


def hash_of(secret: str) -> bytes:
    """How a secret of 256 random bits is stored: no salt or stretching is needed against guessing it."""
    return hashlib.sha256(secret.encode()).digest()


def _add(work: Work, values: dict[str, object], ends_at: datetime) -> str:
    secret = secrets.token_urlsafe(_SECRET)
    times = {"created_at": work.at, "seen_at": work.at, "ends_at": ends_at}
    work.connection.execute(insert(session).values(values | times | {"secret_hash": hash_of(secret)}))
    return secret


def _idle(settings: SessionsTable, who: Who) -> timedelta:
    match who:
        case Who.VISITOR:
            return _VISITOR_LASTS
        case Who.CUSTOMER:
            return timedelta(minutes=settings.customer_idle_minutes)
        case Who.STAFF:
            return timedelta(minutes=settings.staff_idle_minutes)
