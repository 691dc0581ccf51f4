"""Reads the log: what it says of one person, who may see all of it."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from hanport.grid.audit.entry import Written, read
from hanport.grid.audit.pseudonyms import pseudonyms
from hanport.grid.database.tables import audit_entry
from hanport.grid.keys import Keyring


def entries_of(connection: Connection, keyring: Keyring, person_id: int) -> list[Written]:
    """All entries about a person, the oldest first; none once the person is erased."""
    name = pseudonyms(connection, keyring, [person_id]).get(person_id)
    if name is None:
        return []
    chosen = select(audit_entry.c.entry).where(audit_entry.c.subject == name).order_by(audit_entry.c.seq)
    return [read(text) for text in connection.execute(chosen).scalars()]


def entries(connection: Connection, *, after: int = 0) -> Iterator[Written]:
    """The whole log from the entry after that number on, a piece at a time."""
    chosen = select(audit_entry.c.entry).where(audit_entry.c.seq > after).order_by(audit_entry.c.seq)
    for text in connection.execute(chosen, execution_options={"yield_per": 2000}).scalars():
        yield read(text)
