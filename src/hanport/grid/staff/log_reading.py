"""The log as staff read it: the newest entries first, by what was done, by whom and to what."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hanport.grid.audit.entry import Written, read
from hanport.grid.database.tables import audit_entry, audit_head
from hanport.grid.masking import masked

PAGE = 100
_LOOKED_THROUGH = 200_000  # entries at a time: a page comes soon, whatever is looked for


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for. `action` is the beginning of an action (`order.`), `about` a value among an entry's facts
    (a facility, an order, a meter), `actor` who did it. `before`: entries before that number (0: from the end).
    """

    action: str = ""
    actor: str = ""
    about: str = ""
    before: int = 0


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries, and the number before which the next page begins (0: there is none)."""

    entries: Sequence[Written]
    before: int


def look(connection: Connection, sought: Sought) -> LogPage:
    """A page of the log."""
    end = sought.before or (connection.execute(select(audit_head.c.seq)).scalar() or 0) + 1
    begin = max(0, end - _LOOKED_THROUGH)
    chosen = select(audit_entry.c.seq, audit_entry.c.entry).where(audit_entry.c.seq < end, audit_entry.c.seq >= begin)
    if sought.action:
        chosen = chosen.where(audit_entry.c.action.startswith(sought.action, autoescape=True))
    if sought.actor:
        chosen = chosen.where(audit_entry.c.entry.contains(f'"actor":"{_json(sought.actor)}"', autoescape=True))
    if sought.about and masked(sought.about) == sought.about:
        chosen = chosen.where(audit_entry.c.entry.contains(f'"{_json(sought.about)}"', autoescape=True))
    rows = connection.execute(chosen.order_by(audit_entry.c.seq.desc()).limit(PAGE)).all()
    entries = [read(row.entry) for row in rows]
    goes_on = rows[-1].seq if len(rows) == PAGE else begin
    return LogPage(entries, goes_on if goes_on > 1 else 0)


def _json(text: str) -> str:
    """As it stands in an entry, without the signs that would end it there."""
    return text.replace("\\", "").replace('"', "")
