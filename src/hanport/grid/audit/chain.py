"""Writes entries at the end of the chain. The one row of its head is locked meanwhile, so there is one sequence."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from hanport.grid.audit.entry import GENESIS, Entry, canonical, chained
from hanport.grid.audit.pseudonyms import pseudonyms
from hanport.grid.database.tables import audit_entry, audit_head
from hanport.grid.keys import Keyring

_HEAD = 1


def begin(connection: Connection, keyring: Keyring) -> None:
    """Make the head of an empty log, once in the life of a database."""
    key_id, mac = keyring.mac(sealed_head(0, GENESIS))
    connection.execute(insert(audit_head).values(id=_HEAD, seq=0, hash=GENESIS, key_id=key_id, mac=mac))


def append(connection: Connection, keyring: Keyring, entries: Sequence[Entry], *, at: datetime, actor: str) -> None:
    """Chain the entries, in their order, within the transaction of what they tell."""
    head = connection.execute(select(audit_head).where(audit_head.c.id == _HEAD).with_for_update()).one()
    seq, previous = head.seq, head.hash
    subjects = pseudonyms(connection, keyring, {each.person_id for each in entries if each.person_id is not None})
    rows = []
    for entry in entries:
        seq += 1
        subject = None if entry.person_id is None else subjects.get(entry.person_id)
        text = canonical(seq, at, actor, subject, entry)
        previous = chained(previous, text)
        rows.append({"seq": seq, "at": at, "action": entry.action, "subject": subject, "entry": text, "hash": previous})
    connection.execute(insert(audit_entry), rows)
    key_id, mac = keyring.mac(sealed_head(seq, previous))
    end = {"seq": seq, "hash": previous, "key_id": key_id, "mac": mac}
    connection.execute(update(audit_head).where(audit_head.c.id == _HEAD).values(end))


def sealed_head(seq: int, last: bytes) -> bytes:
    """What the keyed hash of the head covers: a log whose end was cut off has another head."""
    return seq.to_bytes(8) + last
