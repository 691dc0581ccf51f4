"""Identifications as the database keeps them: from the start of an order at BankID until it was used.

What was asked and the secrets of the answer are sealed. The completed answer can be collected once only, so it is
stored in the transaction that ends the collecting, before anything is judged.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from hanport.errors import HanportError
from hanport.grid.database.identity_tables import identification
from hanport.grid.database.work import Work
from hanport.grid.eid.answers import Started
from hanport.grid.eid.requests import Way
from hanport.grid.keys import Keyring, Purpose

_ID = 16  # bytes of chance
# A collecting that was begun is left alone for so long: its process may have ended.
_COLLECTING_LASTS = timedelta(seconds=20)
_KEPT = timedelta(days=2)


class IdentificationError(HanportError):
    """The identification cannot go on. Nothing was ordered by it."""


class Errand(StrEnum):
    """What somebody identifies for."""

    LOGIN = "login"
    ORDER = "order"  # the text that is signed names the orders


class Stand(StrEnum):
    """How an identification stands."""

    PENDING = "pending"
    SIGNED = "signed"  # the answer is here; for a login the browser has yet to come for it
    USED = "used"
    FAILED = "failed"  # by BankID or the person; `hint` or `why` says how
    REFUSED = "refused"  # by us: `why`


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of BankID, and the secrets of its answer. It is sealed as a whole. `base` is the address of our
    site as the browser has it, `then` the path of it that comes afterwards. `terms` is the version that the text names.
    """

    visible: str
    hidden: bytes
    base: str
    then: str
    return_url: str
    number: str
    user_ip: str
    user_agent: str
    device: str
    language: str
    policies: tuple[str, ...]
    terms: str = ""
    order_ref: str = ""
    auto_start_token: str = ""
    qr_start_token: str = ""
    qr_start_secret: str = ""

    def __repr__(self) -> str:
        return "Asked(…)"

    @property
    def started(self) -> Started:
        """The answer that began it."""
        return Started(self.order_ref, self.auto_start_token, self.qr_start_token, self.qr_start_secret)


@dataclass(frozen=True, slots=True)
class Begun:
    """One that begins. `nonce` is the secret of its return address, "" where there is none."""

    id: str
    session_id: int | None
    errand: Errand
    way: Way
    nonce: str = field(repr=False)
    order_ids: tuple[str, ...]
    staff: str


@dataclass(frozen=True, slots=True)
class Identification:
    """An identification, with what was asked."""

    id: str
    session_id: int | None
    errand: Errand
    way: Way
    stand: Stand
    hint: str
    why: str
    order_ids: tuple[str, ...]
    asked: Asked
    nonce_hash: bytes | None
    returned_at: datetime | None
    begun_at: datetime
    started_at: datetime
    starts: int
    ended_at: datetime | None
    evidence_sealed: bytes | None
    person_id: int | None
    is_other_address: bool
    staff: str


def hash_of(nonce: str) -> bytes:
    """How the secret of a return address is stored: it is random, and needs no salt."""
    return hashlib.sha256(nonce.encode()).digest()


def new_id() -> str:
    """An id that nobody guesses."""
    return secrets.token_urlsafe(_ID)


def add(work: Work, made: Begun, asked: Asked) -> None:
    """Store one that was just started at BankID."""
    work.connection.execute(
        insert(identification).values(
            id=made.id,
            session_id=made.session_id,
            purpose=made.errand.value,
            way=made.way.value,
            state=Stand.PENDING.value,
            order_ids=list(made.order_ids),
            request_sealed=_sealed(work.keyring, asked),
            nonce_hash=hash_of(made.nonce) if made.nonce else None,
            begun_at=work.at,
            started_at=work.at,
            collect_at=work.at,
            staff=made.staff,
        )
    )
    facts = {"identification": made.id, "errand": made.errand.value, "way": made.way.value}
    facts |= {"staff": made.staff} if made.staff else {}
    work.note("identification.begun", person_id=None, **facts)


def find(connection: Connection, keyring: Keyring, id: str) -> Identification:
    """One by its id. Raises IdentificationError."""
    row = connection.execute(select(identification).where(identification.c.id == id)).one_or_none()
    if row is None:
        raise IdentificationError("There is no such identification.", "Begin again.")
    return _read(keyring, row)


def hold(work: Work, id: str) -> Identification:
    """One by its id, held until the commit. Raises IdentificationError."""
    chosen = select(identification).where(identification.c.id == id).with_for_update()
    row = work.connection.execute(chosen).one_or_none()
    if row is None:
        raise IdentificationError("There is no such identification.", "Begin again.")
    return _read(work.keyring, row)


def take_due(work: Work, most: int) -> list[Identification]:
    """Those whose turn to be collected has come; nobody else collects them meanwhile."""
    chosen = (
        select(identification)
        .where(identification.c.state == Stand.PENDING.value, identification.c.collect_at <= work.at)
        .order_by(identification.c.collect_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = [_read(work.keyring, row) for row in work.connection.execute(chosen)]
    if found:
        change(work, [each.id for each in found], collect_at=work.at + _COLLECTING_LASTS)
    return found


def change(work: Work, ids: Sequence[str], **values: object) -> None:
    """Set columns."""
    work.connection.execute(update(identification).where(identification.c.id.in_(ids)).values(**values))


def restart(work: Work, id: str, asked: Asked) -> None:
    """Keep what an order that was begun anew has for secrets."""
    starts = identification.c.starts + 1
    sealed = _sealed(work.keyring, asked)
    change(work, [id], request_sealed=sealed, started_at=work.at, collect_at=work.at, starts=starts, hint="")


def unsettled(connection: Connection, most: int) -> list[str]:
    """Those whose answer is here and was not judged yet: of a process that ended in between."""
    chosen = select(identification.c.id).where(
        identification.c.state == Stand.SIGNED.value,
        identification.c.person_id.is_(None),
        (identification.c.way != Way.SAME_DEVICE.value) | identification.c.returned_at.is_not(None),
    )
    return list(connection.execute(chosen.limit(most)).scalars())


def clear(work: Work) -> int:
    """Take away what is two days old: what was signed stands with its order. How many."""
    return work.connection.execute(delete(identification).where(identification.c.begun_at < work.at - _KEPT)).rowcount


def opened(keyring: Keyring, row: Row[Any]) -> Asked:
    """What was asked, of a row."""
    return msgspec.json.decode(keyring.open(row.request_sealed, Purpose.IDENTIFICATION), type=Asked)


def _sealed(keyring: Keyring, asked: Asked) -> bytes:
    return keyring.seal(msgspec.json.encode(asked), Purpose.IDENTIFICATION)


def _read(keyring: Keyring, row: Row[Any]) -> Identification:
    return Identification(
        id=row.id,
        session_id=row.session_id,
        errand=Errand(row.purpose),
        way=Way(row.way),
        stand=Stand(row.state),
        hint=row.hint,
        why=row.why,
        order_ids=tuple(row.order_ids),
        asked=opened(keyring, row),
        nonce_hash=row.nonce_hash,
        returned_at=row.returned_at,
        begun_at=row.begun_at,
        started_at=row.started_at,
        starts=row.starts,
        ended_at=row.ended_at,
        evidence_sealed=row.evidence_sealed,
        person_id=row.person_id,
        is_other_address=row.is_other_address,
        staff=row.staff,
    )
