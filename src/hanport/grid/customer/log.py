"""A person's own part of the log: who identified, ordered, opened, closed and looked, the newest first.

Staff and programs are told by what they are, not by their names. The person has a right to know that somebody looked,
when, and what for (GDPR article 15; Court of Justice, C-579/21), not who of the staff it was, who have rights of their
own; whoever has grounds to doubt an entry asks the company, which has the names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from hanport.grid.audit.entry import Written, read
from hanport.grid.audit.pseudonyms import pseudonyms
from hanport.grid.database.tables import audit_entry, order
from hanport.grid.keys import Keyring
from hanport.grid.orders import Kind

PAGE = 50


class Who(StrEnum):
    """Who did it."""

    SITE = "site"  # the person, or somebody who acts for the same contract, on these pages
    STAFF = "staff"
    PROGRAM = "program"
    SYSTEM = "system"  # the service by itself


@dataclass(frozen=True, slots=True)
class Line:
    """An entry. `kind` is that of the order it is about, None where it is about none. `order_id`, `gsrn` and `why` are
    "" where the entry does not say them.
    """

    seq: int
    at: datetime
    action: str
    who: Who
    kind: Kind | None
    order_id: str
    gsrn: str
    why: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries, the newest first. `before` is where the next page begins, 0 where there is none."""

    lines: tuple[Line, ...]
    before: int


def log_page(connection: Connection, keyring: Keyring, person_id: int, before: int) -> LogPage:
    """A page of the person's entries: those before that number, 0: the last ones."""
    name = pseudonyms(connection, keyring, [person_id]).get(person_id)
    if name is None:
        return LogPage((), 0)
    values = {"name": name, "before": before or 2**62}
    texts = connection.execute(_ENTRIES, values).scalars().all()
    entries = [read(text) for text in texts[:PAGE]]
    kinds = _kinds(connection, entries)
    return LogPage(tuple(_line(each, kinds) for each in entries), entries[-1].seq if len(texts) > PAGE else 0)


def who_of(actor: str) -> Who:
    """Who did it, by how the log names them."""
    kind = actor.partition(":")[0]
    return {"customer": Who.SITE, "staff": Who.STAFF, "token": Who.PROGRAM}.get(kind, Who.SYSTEM)


def _kinds(connection: Connection, entries: Sequence[Written]) -> dict[str, Kind]:
    ids = {_fact(each, "order") for each in entries} - {""}
    return {row.id: Kind(row.kind) for row in connection.execute(_KINDS, {"ids": sorted(ids)})} if ids else {}


def _line(entry: Written, kinds: dict[str, Kind]) -> Line:
    order_id = _fact(entry, "order")
    return Line(
        seq=entry.seq,
        at=entry.at,
        action=entry.action,
        who=who_of(entry.actor),
        kind=kinds.get(order_id),
        order_id=order_id,
        gsrn=_fact(entry, "facility"),
        why=_fact(entry, "why"),
    )


def _fact(entry: Written, name: str) -> str:
    value = entry.facts.get(name)
    return value if isinstance(value, str) else ""


_ENTRIES = (
    select(audit_entry.c.entry)
    .where(audit_entry.c.subject == bindparam("name"), audit_entry.c.seq < bindparam("before"))
    .order_by(audit_entry.c.seq.desc())
    .limit(PAGE + 1)
)
_KINDS = select(order.c.id, order.c.kind).where(order.c.id.in_(bindparam("ids", expanding=True)))
