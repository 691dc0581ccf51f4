"""Writes entries at the end of the chain. The one row of its head is locked meanwhile, so there is one sequence."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from hanport.errors import HanportError
from hanport.grid.audit.entry import GENESIS, Entry, canonical, chained
from hanport.grid.audit.pseudonyms import pseudonyms
from hanport.grid.database.insert_many import insert_many
from hanport.grid.database.tables import audit_entry, audit_head
from hanport.grid.keys import Keyring

_HEAD = 1
# Made once: to build a statement takes longer than to run it.
_ADD = insert(audit_entry)
_END = update(audit_head).where(audit_head.c.id == _HEAD)
_READ_HEAD = select(audit_head).where(audit_head.c.id == _HEAD)
_LOCKED_HEAD = _READ_HEAD.with_for_update()


class LogDamaged(HanportError):
    """The end of the log is not what this service wrote. Nothing is written after it."""


def begin(connection: Connection, keyring: Keyring) -> None:
    """Make the head of an empty log, once in the life of a database."""
    key_id, mac = keyring.mac(sealed_head(0, GENESIS))
    connection.execute(insert(audit_head).values(id=_HEAD, seq=0, hash=GENESIS, key_id=key_id, mac=mac))


def append(connection: Connection, keyring: Keyring, entries: Sequence[Entry], *, at: datetime, actor: str) -> None:
    """Chain the entries, in their order, within the transaction of what they tell. Raises LogDamaged."""
    seq, previous = end_of_chain(connection, keyring, for_update=True)
    subjects = pseudonyms(connection, keyring, {each.person_id for each in entries if each.person_id is not None})
    rows = []
    for entry in entries:
        seq += 1
        subject = None if entry.person_id is None else subjects.get(entry.person_id)
        text = canonical(seq, at, actor, subject, entry)
        previous = chained(previous, text)
        rows.append({"seq": seq, "at": at, "action": entry.action, "subject": subject, "entry": text, "hash": previous})
    insert_many(connection, audit_entry, rows, few=_ADD)
    key_id, mac = keyring.mac(sealed_head(seq, previous))
    connection.execute(_END, {"seq": seq, "hash": previous, "key_id": key_id, "mac": mac})


def end_of_chain(connection: Connection, keyring: Keyring, *, for_update: bool = False) -> tuple[int, bytes]:
    """The last entry's number and hash, as the head says and its keyed hash proves. Raises LogDamaged."""
    head = connection.execute(_LOCKED_HEAD if for_update else _READ_HEAD).one_or_none()
    if head is None or not keyring.mac_holds(head.key_id, sealed_head(head.seq, head.hash), head.mac):
        raise LogDamaged(
            "The end of the log was not written with one of the keys that are here.",
            "Put back the keys that belong to this database, or see `hanport grid audit verify`.",
        )
    return head.seq, head.hash


def sealed_head(seq: int, last: bytes) -> bytes:
    """What the keyed hash of the head covers: a log whose end was cut off has another head."""
    return seq.to_bytes(8) + last
