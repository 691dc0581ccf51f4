"""The whole life of an order: its commands to the meter, and what the log says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from hanport.grid.audit.entry import Written, read
from hanport.grid.database.tables import audit_entry, audit_head, command, meter, order
from hanport.grid.reconcile.standing import CommandStanding

_MOST = 200


@dataclass(frozen=True, slots=True)
class Life:
    """Commands (the newest first) with the serial number of their meter, and entries of the log in their order."""

    commands: Sequence[tuple[str, CommandStanding]]
    entries: Sequence[Written]


def life_of(connection: Connection, order_id: str) -> Life:
    """An order that exists."""
    chosen = (
        select(command, meter.c.serial)
        .join(meter, meter.c.id == command.c.meter_id)
        .where(command.c.order_id == order_id)
        .order_by(command.c.created_at.desc(), command.c.id)
        .limit(_MOST)
    )
    commands = [
        (
            row.serial,
            CommandStanding(row.id, row.kind, row.state, row.created_at, row.attempts, row.head_end, row.detail),
        )
        for row in connection.execute(chosen)
    ]
    created_at = connection.execute(select(order.c.created_at).where(order.c.id == order_id)).scalar_one()
    return Life(commands, _entries(connection, order_id, first_since(connection, created_at)))


def first_since(connection: Connection, at: datetime) -> int:
    """The number of the first entry of the log from that instant on. The log is in the order of time: it is found by
    halving, since the time has no index.
    """
    last: int = connection.execute(select(audit_head.c.seq)).scalar() or 0
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        found = connection.execute(select(func.min(audit_entry.c.seq)).where(audit_entry.c.seq >= middle)).scalar()
        if found is None:
            high = middle
            continue
        stands_at = connection.execute(select(audit_entry.c.at).where(audit_entry.c.seq == found)).scalar_one()
        if stands_at < at:
            low = found + 1
        else:
            high = middle
    return low


def _entries(connection: Connection, order_id: str, since: int) -> Sequence[Written]:
    """An order's id is nobody's else: where it stands, the entry is about the order."""
    says = audit_entry.c.entry.contains(f'"{order_id}"', autoescape=True)
    chosen = select(audit_entry.c.entry).where(audit_entry.c.seq >= since, says)
    return [read(text) for text in connection.execute(chosen.order_by(audit_entry.c.seq).limit(_MOST)).scalars()]
