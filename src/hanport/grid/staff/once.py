"""What is taken once: a form that was sent twice by a double click, a challenge that an authenticator has signed."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from hanport.grid.database.insert_new import insert_new
from hanport.grid.database.staff_tables import once
from hanport.grid.database.work import Work
from hanport.grid.keys import Purpose

KEPT_FOR = timedelta(hours=24)
SHOWN_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the first sending led to: a place to go to, and what it showed, for ten minutes ("": nothing)."""

    place: str
    shown: str


def take(work: Work, *parts: str) -> Earlier | None:
    """Take it in this transaction: None for the first one. `parts` say what it is, and whose."""
    mine = secrets.token_hex(16)
    # Where another transaction is at it, this waits for its end.
    insert_new(work.connection, once, [{"key": _key(parts), "at": work.at, "place": mine}])
    row = work.connection.execute(select(once).where(once.c.key == _key(parts))).one()
    if row.place == mine:
        return None
    is_fresh = work.at - row.at <= SHOWN_FOR
    shown = work.keyring.open(row.shown_sealed, Purpose.ANSWER).decode() if row.shown_sealed and is_fresh else ""
    return Earlier(row.place, shown)


def led_to(work: Work, *parts: str, place: str, shown: str = "") -> None:
    """Say what it led to, for the second click."""
    sealed = work.keyring.seal(shown.encode(), Purpose.ANSWER) if shown else None
    values = {"place": place, "shown_sealed": sealed}
    work.connection.execute(update(once).where(once.c.key == _key(parts)).values(values))


def clear(work: Work) -> int:
    """Forget what is old enough; how much. What was shown goes earlier."""
    old = update(once).where(once.c.at <= work.at - SHOWN_FOR, once.c.shown_sealed.is_not(None))
    work.connection.execute(old.values(shown_sealed=None))
    return work.connection.execute(delete(once).where(once.c.at <= work.at - KEPT_FOR)).rowcount


def _key(parts: tuple[str, ...]) -> bytes:
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).digest()
