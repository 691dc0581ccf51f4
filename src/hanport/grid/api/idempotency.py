"""The same request sent twice is done once: its answer is kept, sealed, under the sender's own key for 24 hours.

The answer is stored in the transaction of what it tells, so there is none without the other. Keys and requests are
kept as keyed hashes alone, since a sender may have put anything into them.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Row, and_, delete, select, tuple_, update

from hanport.grid.api.problems import Refused
from hanport.grid.database.insert_new import insert_new
from hanport.grid.database.tables import idempotency
from hanport.grid.database.work import Work
from hanport.grid.keys import Keyring, Purpose

KEPT = timedelta(hours=24)

_FORGOTTEN = 100  # at once
_UNDER_WAY = 0  # the status of a row whose request has not ended: nobody else ever sees it


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body of JSON. `is_replayed`: it was given before, and nothing was done now."""

    status: int
    body: bytes
    is_replayed: bool = False


@dataclass(frozen=True, slots=True)
class Once:
    """A request that shall be done once: whose it is, its key, and all of it that counts."""

    token_id: int
    key: str
    content: bytes

    def begin(self, work: Work) -> Answer | None:
        """The answer that was given before; None: it is to be done now. First in a transaction, before other locks.

        The same request, sent at the same time, waits here until this transaction ends. Raises Refused (409) where
        the key was used for another request.
        """
        ours = and_(idempotency.c.token_id == self.token_id, idempotency.c.key.in_(list(self._keys(work.keyring))))
        work.connection.execute(delete(idempotency).where(ours, idempotency.c.at <= work.at - KEPT))
        forget_old(work)
        earlier = work.connection.execute(select(idempotency).where(ours)).first()
        if earlier is None:
            insert_new(work.connection, idempotency, [self._row(work, _UNDER_WAY, b"")])
            earlier = work.connection.execute(select(idempotency).where(ours)).one()
            if earlier.status == _UNDER_WAY:
                return None
        return self._replay(work.keyring, earlier)

    def end(self, work: Work, answer: Answer) -> None:
        """Keep the answer, in the same transaction."""
        mine = and_(idempotency.c.token_id == self.token_id, idempotency.c.key == next(self._keys(work.keyring)))
        work.connection.execute(update(idempotency).where(mine).values(self._row(work, answer.status, answer.body)))

    def _replay(self, keyring: Keyring, earlier: Row[tuple[object, ...]]) -> Answer:
        if not any(hmac.compare_digest(each, earlier.request_hash) for each in _hashes(keyring, self.content)):
            raise Refused(
                409,
                "This idempotency key was used for another request.",
                "Give each request a key of its own, and send it again unchanged when its answer was lost.",
                place="header.idempotency-key",
            )
        return Answer(earlier.status, keyring.open(earlier.answer_sealed, Purpose.ANSWER), is_replayed=True)

    def _row(self, work: Work, status: int, body: bytes) -> dict[str, object]:
        return {
            "token_id": self.token_id,
            "key": next(self._keys(work.keyring)),
            "request_hash": next(_hashes(work.keyring, self.content)),
            "status": status,
            "answer_sealed": work.keyring.seal(body, Purpose.ANSWER),
            "at": work.at,
        }

    def _keys(self, keyring: Keyring) -> Iterator[str]:
        return (each.hex() for each in _hashes(keyring, b"key:" + self.key.encode()))


def forget_old(work: Work) -> None:
    """Take away answers that have been kept for long enough: some of them, and none that another transaction does."""
    old = select(idempotency.c.token_id, idempotency.c.key).where(idempotency.c.at <= work.at - KEPT)
    some = old.limit(_FORGOTTEN).with_for_update(skip_locked=True)
    columns = tuple_(idempotency.c.token_id, idempotency.c.key)
    work.connection.execute(delete(idempotency).where(columns.in_(some)))


def _hashes(keyring: Keyring, content: bytes) -> Iterator[bytes]:
    """Keyed hashes of some content, that of the newest key first: a rotation must not make a request new."""
    return (hmac.digest(key.lookup, b"idempotency:" + content, hashlib.sha256) for key in keyring.keys)
