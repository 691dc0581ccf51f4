"""What tests of imports ask the database: who may have an open port, which are held, what the log says."""

from typing import Any

from sqlalchemy import Table, func, insert, select, update

from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.register.facts import facts_of
from hanport.grid.right import right


def count(database: Database, table: Table) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def everything(database: Database) -> dict[str, list[Any]]:
    """All rows but those that tell of imports."""
    kept = [each for each in tables.metadata.sorted_tables if each.name not in ("import_batch", "alarm")]
    kept = [each for each in kept if not each.name.startswith("audit")]
    with database.reading() as connection:
        return {each.name: sorted(map(repr, connection.execute(select(each)))) for each in kept}


def order_all(database: Database, *, is_open: bool = True) -> None:
    """Every holder of a contract asks for the port to be opened, and it was."""
    with database.writing("system") as work:
        chosen = select(tables.contract_holder, tables.contract.c.facility_id, tables.customer.c.person_id)
        chosen = chosen.join(tables.contract).join(tables.customer)
        for row in work.connection.execute(chosen).all():
            order = {"id": f"O{row.contract_id}", "kind": "open", "state": "read_back", "identity": "desk"}
            order |= {name: getattr(row, name) for name in ("facility_id", "contract_id", "customer_id", "person_id")}
            at = {name: work.at for name in ("created_at", "signed_at", "identity_at")}
            work.connection.execute(insert(tables.order).values(order | at))
        work.connection.execute(update(tables.port).values(may_be_open=is_open, reported="open"))


def may_be_open(database: Database) -> set[str]:
    """The serial numbers of meters whose ports have the right now."""
    with database.reading() as connection:
        facts = facts_of(connection, connection.execute(select(tables.facility.c.id)).scalars())
        serials = {row.id: row.serial for row in connection.execute(select(tables.meter))}
    at = database.clock.now()
    return {
        serials[each.meter_id]
        for those in facts.values()
        for each in those.installations
        if right(those, each.meter_id, at).is_open
    }


def held(database: Database) -> set[str]:
    with database.reading() as connection:
        chosen = select(tables.meter.c.serial).join(tables.port).where(tables.port.c.held_by.is_not(None))
        return set(connection.execute(chosen).scalars())


def actions(database: Database, like: str) -> list[str]:
    with database.reading() as connection:
        chosen = select(tables.audit_entry.c.action).where(tables.audit_entry.c.action.like(like))
        return list(connection.execute(chosen.order_by(tables.audit_entry.c.seq)).scalars())
