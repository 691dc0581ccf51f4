"""Records of the company's systems become facts: by its own keys, only what differs, row by row."""

from sqlalchemy import select

from grid.conftest import START
from grid.town import gsrn, person_number
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.register.records import Record, RecordKind, read
from hanport.grid.register.upsert import Applied, apply


def row(kind: RecordKind, **cells: str) -> Record:
    """A record as a row says it; `from_` is the column `from`."""
    return read(kind, {name.rstrip("_"): text for name, text in cells.items()}, START.date())


def household(n: int = 1) -> list[Record]:
    """A customer with a contract for a facility with a meter."""
    return [
        row(RecordKind.CUSTOMER, key=f"K{n}", number=person_number(n).digits, name="Anna Berg"),
        row(RecordKind.FACILITY, gsrn=gsrn(n), address=f"Storgatan {n}"),
        row(RecordKind.CONTRACT, key=f"A{n}", facility=gsrn(n), customer=f"K{n}", from_="2024-01-01"),
        row(RecordKind.METER, serial=f"M{n}", maker="Kamstrup", model="OMNIA", facility=gsrn(n), from_="2020-01-01"),
    ]


def put(database: Database, *records: Record) -> Applied:
    with database.writing("system") as work:
        return apply(work, records)


def test_new_records_go_in_and_change_nothing_the_second_time(database: Database) -> None:
    first = put(database, *household(1), *household(2))
    assert (first.added, first.changed, first.unchanged, first.refused) == (8, 0, 0, [])
    with database.reading() as connection:
        assert first.facility_ids == set(connection.execute(select(tables.facility.c.id)).scalars())
        entries = connection.execute(select(tables.audit_entry.c.seq)).all()
    second = put(database, *household(2), *household(1))
    assert (second.added, second.changed, second.unchanged, second.refused) == (0, 0, 8, [])
    assert second.facility_ids == set()
    with database.reading() as connection:
        assert connection.execute(select(tables.audit_entry.c.seq)).all() == entries
