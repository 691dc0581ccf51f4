"""Records of the company's systems become facts: by its own keys, only what differs, row by row."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, select, update

from grid.conftest import START
from grid.town import gsrn, person_number
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.register.records import Record, RecordKind, read
from hanport.grid.register.upsert import Applied, apply


def row(kind: RecordKind, /, **cells: str) -> Record:
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


NOW = START
DAY = timedelta(days=1)


def rows_of(database: Database, table: Table) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(select(table).order_by(table.c.id)))


def noted(database: Database, since: int = 0) -> list[str]:
    with database.reading() as connection:
        chosen = select(tables.audit_entry.c.action).order_by(tables.audit_entry.c.seq).offset(since)
        return list(connection.execute(chosen).scalars())


def contract(n: int = 1, **cells: str) -> Record:
    return row(
        RecordKind.CONTRACT, **{"key": f"A{n}", "facility": gsrn(n), "customer": f"K{n}", "from_": "2024-01-01"} | cells
    )


def customer(n: int, **cells: str) -> Record:
    return row(RecordKind.CUSTOMER, **{"key": f"K{n}", "number": person_number(n).digits, "name": "Anna Berg"} | cells)


def holders(database: Database) -> dict[str, tuple[datetime, datetime | None]]:
    """The holders' periods by the customer's key, the last one of each."""
    chosen = select(tables.customer.c.key, tables.contract_holder).join(tables.contract_holder)
    with database.reading() as connection:
        return {
            each.key: (each.begins_at, each.ends_at)
            for each in connection.execute(chosen.order_by(tables.contract_holder.c.id))
        }


def settle(database: Database) -> None:
    """Everything has been reviewed, and next time is far away."""
    with database.writing("system") as work:
        work.connection.execute(update(tables.port).values(review_at=NOW + 30 * DAY))


def is_touched(database: Database) -> list[bool]:
    """Whether each meter's port is to be reviewed now, by the meter's id."""
    with database.reading() as connection:
        chosen = select(tables.port.c.review_at).order_by(tables.port.c.meter_id)
        return [at <= NOW + DAY for at in connection.execute(chosen).scalars()]


def test_what_is_not_told_stays_and_what_is_empty_is_emptied(database: Database) -> None:
    put(database, customer(1, address="Storgatan 1", email="a@example.com", protected="yes", phone="070"))
    done = put(database, customer(1, phone="071", email=""))
    (stored,) = rows_of(database, tables.customer)
    assert (stored.address, stored.is_protected, stored.phone, stored.email) == ("Storgatan 1", True, "071", "")
    assert (done.changed, done.facility_ids) == (1, set())
    assert noted(database) == ["customer.added", "customer.changed"]


def test_a_customers_kind_comes_from_the_number_unless_it_is_told(database: Database) -> None:
    company = row(RecordKind.CUSTOMER, key="K9", number="556630-4928")
    put(database, customer(1), company, customer(2, kind="estate"))
    put(database, customer(2))
    assert [each.kind for each in rows_of(database, tables.customer)] == ["private", "legal", "estate"]


def test_only_what_the_right_stands_on_has_ports_reviewed(database: Database) -> None:
    put(database, *household(1), *household(2))
    settle(database)
    put(database, customer(1, name="Anna Berg Ek"), row(RecordKind.FACILITY, gsrn=gsrn(2), address="Storgatan 9"))
    assert is_touched(database) == [False, False]
    for record in (
        customer(1, died="2026-11-24"),
        customer(1, number=person_number(8).digits),
        customer(1, kind="estate"),
        contract(1, to="2026-12-01"),
        row(RecordKind.METER, serial="M1", model="OMNIPOWER"),
        row(RecordKind.METER, serial="M1", facility=gsrn(1), from_="2021-01-01"),
        row(RecordKind.EXEMPTION, key="U1", facility=gsrn(1), from_="2026-12-01"),
        row(RecordKind.POWER, key="P1", grantor="K1", agent=person_number(9).digits, from_="2026-12-01"),
        row(RecordKind.POWER, key="P1", grantor="K1", agent=person_number(9).digits, from_="2026-12-02"),
        row(RecordKind.MODEL, maker="Kamstrup", model="OMNIPOWER", opens="no", restarts="no"),
    ):
        assert put(database, record).refused == []
        assert is_touched(database) == [True, False], record
        settle(database)
        assert put(database, record).unchanged == 1
        assert is_touched(database) == [False, False]


def test_a_power_that_changes_its_grantor_touches_both(database: Database) -> None:
    put(database, *household(1), *household(2))
    power = {"key": "P1", "agent": person_number(9).digits, "from_": "2026-01-01"}
    put(database, row(RecordKind.POWER, grantor="K1", **power))
    settle(database)
    done = put(database, row(RecordKind.POWER, grantor="K2", facility=gsrn(2), basis="guardian", opens="no", **power))
    assert done.facility_ids == {each.id for each in rows_of(database, tables.facility)}
    (stored,) = rows_of(database, tables.power)
    assert (stored.basis, stored.may_open) == ("guardian", False)
    put(database, row(RecordKind.POWER, grantor="K2", facility="", **power))
    (stored,) = rows_of(database, tables.power)
    assert (stored.basis, stored.may_open, stored.facility_id) == ("guardian", False, None)


def test_what_is_not_known_is_refused_row_by_row(database: Database) -> None:
    number = person_number(9).digits
    wrong = [
        (contract(9, facility=gsrn(7), customer="K1"), "facility"),
        (contract(2, facility=gsrn(1), customer="K7"), "customer"),
        (contract(3, facility=gsrn(1), customer="K1", joint="K1 K7"), "joint"),
        (row(RecordKind.METER, serial="M7", facility=gsrn(7), from_="2020-01-01"), "facility"),
        (row(RecordKind.ADAPTER, serial="H1", meter="M7", fitted="2026-01-01"), "meter"),
        (row(RecordKind.EXEMPTION, key="U1", facility=gsrn(7), from_="2020-01-01"), "facility"),
        (row(RecordKind.POWER, key="P1", grantor="K7", agent=number, from_="2020-01-01"), "grantor"),
        (row(RecordKind.POWER, key="P2", grantor="K1", agent=number, facility=gsrn(7), from_="2020-01-01"), "facility"),
    ]
    good = household(1)
    done = put(database, *[record for record, _ in wrong], *good)
    assert [(each.index, each.field) for each in done.refused] == list(enumerate(field for _, field in wrong))
    assert all(each.problem and each.remedy for each in done.refused)
    assert done.added == len(good)
    for table in (tables.adapter, tables.exemption, tables.power):
        assert rows_of(database, table) == []
    assert [each.serial for each in rows_of(database, tables.meter)] == ["M1"]


def test_a_key_that_comes_twice_says_the_same_or_is_refused(database: Database) -> None:
    done = put(database, *household(1), contract(1), contract(1, to="2026-12-01"), customer(1, name="Other"))
    assert (done.added, done.unchanged, [each.index for each in done.refused]) == (4, 1, [5, 6])
    assert rows_of(database, tables.contract)[0].ends_at is None


def test_joint_holders_join_and_leave_when_they_are_told(database: Database) -> None:
    begins = datetime(2023, 12, 31, 23, tzinfo=UTC)
    put(database, *household(1), customer(2), customer(3))
    put(database, contract(1, joint="K2"))
    joined = NOW
    assert holders(database) == {"K1": (begins, None), "K2": (joined, None)}
    assert put(database, contract(1)).unchanged == 1  # nothing is said of joint holders
    put(database, contract(1, joint="K3"))
    assert holders(database) == {"K1": (begins, None), "K2": (joined, NOW), "K3": (NOW, None)}
    put(database, contract(1, joint=""))
    assert holders(database)["K3"] == (NOW, NOW)
    put(database, contract(1, customer="K2"))
    assert holders(database) == {"K1": (begins, NOW), "K2": (NOW, None), "K3": (NOW, NOW)}
    assert noted(database).count("contract.holder_added") == 3
    assert noted(database).count("contract.holder_ended") == 3


def test_holders_begin_and_end_with_a_contract_that_is_to_come(database: Database) -> None:
    later = datetime(2026, 12, 31, 23, tzinfo=UTC)
    put(database, *household(1)[:2], customer(2), customer(3), contract(1, joint="K2", from_="2027-01-01"))
    put(database, contract(1, joint="K3", from_="2027-01-01"))
    assert holders(database) == {"K1": (later, None), "K2": (later, later), "K3": (later, None)}
    put(database, contract(1, joint="K3", from_="2026-01-01"))
    sooner = datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert holders(database) == {"K1": (sooner, None), "K2": (later, later), "K3": (sooner, None)}


def test_a_contracts_end_is_not_before_its_begin(database: Database) -> None:
    put(database, *household(1), contract(2, facility=gsrn(1), customer="K1", to="2025-01-01"))
    done = put(database, contract(2, facility=gsrn(1), customer="K1", from_="2026-01-01"))
    assert [each.field for each in done.refused] == ["from"]


def test_a_contract_that_goes_to_another_facility_touches_both(database: Database) -> None:
    put(database, *household(1), *household(2))
    known = {each.gsrn: each.id for each in rows_of(database, tables.facility)}
    done = put(database, contract(1, facility=gsrn(2)))
    assert (done.changed, done.facility_ids) == (1, set(known.values()))


def test_a_new_meter_has_a_port_that_is_reviewed_at_once(database: Database) -> None:
    put(database, row(RecordKind.METER, serial="M1"))
    with database.reading() as connection:
        (port,) = connection.execute(select(tables.port)).all()
    assert (port.reported, port.may_be_open, port.review_at) == ("unknown", False, NOW)


def test_adapters_move_and_models_change(database: Database) -> None:
    adapter = {"serial": "H1", "meter": "M1", "fitted": "2026-01-01"}
    put(database, *household(1), row(RecordKind.METER, serial="M2"), row(RecordKind.ADAPTER, **adapter))
    done = put(database, row(RecordKind.ADAPTER, **adapter | {"meter": "M2"}))
    assert (done.changed, noted(database)[-1]) == (1, "adapter.changed")
    model = {"maker": "Aidon", "model": "6525", "opens": "yes", "restarts": "no"}
    assert put(database, row(RecordKind.MODEL, **model)).added == 1
    assert put(database, row(RecordKind.MODEL, **model | {"restarts": "yes"})).changed == 1
    assert put(database, row(RecordKind.MODEL, **model | {"restarts": "yes"})).unchanged == 1


def test_a_change_of_person_is_another_person(database: Database) -> None:
    put(database, customer(1))
    put(database, customer(1, number=person_number(5).digits))
    second = rows_of(database, tables.person)[1]
    assert [each.person_id for each in rows_of(database, tables.customer)] == [second.id]
    with database.reading() as connection:
        chosen = select(tables.audit_entry.c.subject).order_by(tables.audit_entry.c.seq)
        subjects = connection.execute(chosen).scalars().all()
    assert subjects[0] == subjects[1] != subjects[2]  # added, changed; the other's own entry


def test_no_number_is_in_the_clear(database: Database) -> None:
    number = person_number(1)
    put(database, *household(1), row(RecordKind.POWER, key="P1", grantor="K1", agent=number.digits, from_="2026-01-01"))
    with database.reading() as connection:
        everything = [connection.execute(select(table)).all() for table in tables.metadata.sorted_tables]
    assert number.digits not in repr(everything) and number.digits[2:] not in repr(everything)
