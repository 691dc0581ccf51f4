"""Which letters wait, and which batches were printed, for staff."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from hanport.grid.database.notice_tables import letter_batch
from hanport.grid.letters.wording import waiting

_BATCHES = 20


@dataclass(frozen=True, slots=True)
class WaitingLetter:
    """A letter that waits. `about` is the occasion, or "code"; `customer` is the company's number of the customer."""

    id: int
    about: str
    facility: str
    customer: str
    is_protected: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters that were printed together. `reprint_of`: the batch that was lost."""

    id: str
    made_by: str
    made_at: datetime
    letters: int
    reprint_of: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The letters that wait, the oldest first, and the last twenty batches, the newest first."""

    waiting: tuple[WaitingLetter, ...]
    batches: tuple[Batch, ...]


def standing(connection: Connection, *, limit: int = 1000) -> Standing:
    """How it stands: without a name, an address or a code."""
    letters = [
        WaitingLetter(
            id=each.id,
            about=each.about.occasion.value if each.about is not None else each.kind,
            facility=each.gsrn,
            customer=each.customer_key,
            is_protected=each.is_protected,
            made_at=each.made_at,
        )
        for each in waiting(connection, limit=limit)
    ]
    chosen = select(letter_batch).order_by(letter_batch.c.made_at.desc(), letter_batch.c.id).limit(_BATCHES)
    batches = [Batch(r.id, r.made_by, r.made_at, r.letters, r.reprint_of) for r in connection.execute(chosen)]
    return Standing(tuple(letters), tuple(batches))
