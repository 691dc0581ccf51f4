"""All that is known at an instant and matters to somebody, and how long the log is."""

from typing import Any

from sqlalchemy import Connection, Table, func, select

from hanport.grid.database import tables

# Table -> the columns that matter; none: all.
_WATCHED: dict[Table, tuple[str, ...]] = {
    tables.customer: (),
    tables.facility: (),
    tables.contract: (),
    tables.contract_holder: (),
    tables.meter: (),
    tables.installation: (),
    tables.exemption: (),
    tables.power: (),
    tables.user_change: (),
    tables.order: (),
    tables.alarm: (),
    tables.port: ("meter_id", "reported", "held_by"),
}
_LIVE = ("queued", "sending", "sent")


def state_of(connection: Connection) -> tuple[tuple[Any, ...], int]:
    """What is known, as tuples of rows, and the number of the log's last entry."""
    found: list[Any] = []
    for table, names in _WATCHED.items():
        columns = [table.c[name] for name in names] or list(table.c)
        key = next(iter(table.primary_key))
        found.append(tuple(map(tuple, connection.execute(select(*columns).order_by(key)))))
    found.append(_commands(connection))
    return tuple(found), connection.execute(select(func.coalesce(func.max(tables.audit_entry.c.seq), 0))).scalar_one()


def _commands(connection: Connection) -> tuple[Any, ...]:
    """Commands that change something, as live or ended: the way of one to its head-end is told by its sending."""
    chosen = select(tables.command.c.id, tables.command.c.state).where(tables.command.c.kind != "read")
    rows = connection.execute(chosen.order_by(tables.command.c.id))
    return tuple((row.id, "live" if row.state in _LIVE else row.state) for row in rows)
