"""Links by which a customer lets others see a receipt, without a login.

The secret in the link is random, and its hash alone is kept, so a link can be taken back at any time; nobody with the
database alone can follow one. A link ends after its days, when the order is withdrawn (as every closing does with the
order to open), and when the person is erased. What was fetched before stays with whoever has it: it is a signed
statement of how the order stood then.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from hanport.grid.database.tables import order, person
from hanport.grid.database.waiting_tables import receipt_share
from hanport.grid.database.work import Work
from hanport.grid.receipts.receipt import ALL, Issuer, Part, Receipt, ReceiptError, may_share, shareable

LASTS = timedelta(days=90)
_BYTES = 20  # 160 bits: not guessed
_NOT_YOURS = ("There is no such order of yours.", "Your own orders are listed on your page.")


@dataclass(frozen=True, slots=True)
class Share:
    """A link that stands. `shows`: the optional parts that are seen by it."""

    id: int
    order_id: str
    shows: frozenset[Part]
    made_at: datetime
    ends_at: datetime


def share_of(work: Work, order_id: str, person_id: int, shows: Collection[Part] = ALL) -> str:
    """Make a link for a person's signed order, and give its secret, which cannot be had again. Raises ReceiptError."""
    row = work.connection.execute(_ORDER.where(order.c.id == order_id)).one_or_none()
    if row is None or row.signed_at is None or not may_share(work.connection, order_id, person_id):
        raise ReceiptError(*_NOT_YOURS)
    if row.withdrawn_at is not None:
        raise ReceiptError("The order is withdrawn.", "Its receipt can be fetched, but not be shared by a link.")
    secret = secrets.token_urlsafe(_BYTES)
    kept = sorted(part.value for part in set(shows))
    work.connection.execute(
        insert(receipt_share).values(
            secret_hash=_hash(secret), order_id=order_id, shows=kept, made_at=work.at, ends_at=work.at + LASTS
        )
    )
    work.note("receipt.shared", person_id=person_id, order=order_id, shows=kept)
    return secret


def shared(connection: Connection, issuer: Issuer, secret: str, at: datetime) -> Receipt | None:
    """The receipt as the link shows it; None where there is no such link, or not any more."""
    chosen = (
        select(receipt_share.c.order_id, receipt_share.c.shows)
        .join(order, order.c.id == receipt_share.c.order_id)
        .join(person, person.c.id == order.c.person_id)
        .where(receipt_share.c.secret_hash == _hash(secret), order.c.withdrawn_at.is_(None))
        .where(receipt_share.c.ended_at.is_(None), receipt_share.c.ends_at > at, person.c.erased_at.is_(None))
    )
    row = connection.execute(chosen).one_or_none()
    if row is None:
        return None
    return shareable(connection, issuer, row.order_id, at=at, shows=_parts(row.shows))


def forget(work: Work, which: ColumnElement[bool]) -> int:
    """Remove the links to the receipts of those orders, whose person is erased; how many."""
    theirs = select(order.c.id).where(which)
    return work.connection.execute(delete(receipt_share).where(receipt_share.c.order_id.in_(theirs))).rowcount


def shares_of(connection: Connection, order_id: str, at: datetime) -> list[Share]:
    """The links to an order's receipt that stand, the newest first."""
    chosen = (
        select(receipt_share)
        .join(order, order.c.id == receipt_share.c.order_id)
        .where(receipt_share.c.order_id == order_id, order.c.withdrawn_at.is_(None))
        .where(receipt_share.c.ended_at.is_(None), receipt_share.c.ends_at > at)
        .order_by(receipt_share.c.made_at.desc(), receipt_share.c.id.desc())
    )
    return [
        Share(row.id, row.order_id, _parts(row.shows), row.made_at, row.ends_at) for row in connection.execute(chosen)
    ]


def end_shares(work: Work, order_id: str, person_id: int) -> int:
    """Take back all links to the receipt of a person's order; how many there were. Raises ReceiptError."""
    if not may_share(work.connection, order_id, person_id):
        raise ReceiptError(*_NOT_YOURS)
    chosen = receipt_share.c.order_id == order_id, receipt_share.c.ended_at.is_(None)
    count = work.connection.execute(update(receipt_share).where(*chosen).values(ended_at=work.at)).rowcount
    if count:
        work.note("receipt.share_ended", person_id=person_id, order=order_id, links=count)
    return count


_ORDER = select(order.c.signed_at, order.c.withdrawn_at)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _parts(names: Collection[str]) -> frozenset[Part]:
    return frozenset(Part(name) for name in names)
