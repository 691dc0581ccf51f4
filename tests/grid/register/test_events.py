"""Events of the market: each once, and back again where they are withdrawn."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from grid.conftest import START
from grid.register.test_upsert import household, put, row
from grid.town import Town, gsrn
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.register.events import (
    EVENT_FIELDS,
    EventError,
    EventKind,
    EventOutcome,
    KeyTaken,
    read_event,
    receive,
)
from hanport.grid.register.facts import facts_of
from hanport.grid.register.records import RecordError, RecordKind
from hanport.grid.right import Facts, Why, right
from hanport.grid.workdays import start_of_day

TODAY = START.date()
WHERE = gsrn(1)


def send(database: Database, key: str, kind: EventKind, **said: str) -> EventOutcome:
    told = read_event({"key": key, "kind": kind.value} | said, TODAY)
    with database.writing("token:market") as work:
        return receive(work, told)


def ids(database: Database) -> dict[str, int]:
    """The ids of the household's facility, contract, customer and meters by their keys."""
    found: dict[str, int] = {}
    with database.reading() as connection:
        for column in (tables.facility.c.gsrn, tables.contract.c.key, tables.customer.c.key, tables.meter.c.serial):
            found |= {each[0]: each[1] for each in connection.execute(select(column, column.table.c.id))}
    return found


def facts(database: Database) -> Facts:
    facility_id = ids(database)[WHERE]
    with database.reading() as connection:
        return facts_of(connection, [facility_id])[facility_id]


def asked(database: Database, town: Town) -> None:
    """The household with a standing request."""
    put(database, *household(1))
    known = ids(database)
    town.request(known["A1"], known["K1"])


def why(database: Database, serial: str = "M1", at: datetime = START) -> Why:
    return right(facts(database), ids(database)[serial], at).why


def actions(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(
            connection.execute(select(tables.audit_entry.c.action).order_by(tables.audit_entry.c.seq)).scalars()
        )


def test_a_move_ends_the_right_until_it_is_withdrawn(database: Database, town: Town) -> None:
    asked(database, town)
    move = start_of_day(TODAY + timedelta(days=1))
    done = send(database, "Z1", EventKind.MOVE_IN, facility=WHERE, at=move.isoformat())
    assert (done.outcome, done.is_repeat, done.facility_ids) == ("applied", False, frozenset({ids(database)[WHERE]}))
    assert why(database) is Why.RIGHT
    assert why(database, at=move) is Why.USER_CHANGED
    assert send(database, "Z2", EventKind.WITHDRAWAL, withdrawn="Z1").facility_ids == done.facility_ids
    assert why(database, at=move) is Why.RIGHT
    assert actions(database)[-5:] == [
        "user_change.added",
        "event.received",
        "user_change.withdrawn",
        "event.withdrawn",
        "event.received",
    ]


def test_a_facility_without_a_user_gives_no_right(database: Database, town: Town) -> None:
    asked(database, town)
    send(database, "Z1", EventKind.USER_GONE, facility=WHERE, at=START.isoformat())
    assert why(database) is Why.USER_CHANGED


def test_a_change_of_supplier_changes_nothing(database: Database, town: Town) -> None:
    asked(database, town)
    before, noted = facts(database), len(actions(database))
    assert send(database, "Z1", EventKind.SUPPLIER_CHANGE, facility=WHERE, at="2026-12-01").outcome == "logged"
    assert facts(database) == before
    assert len(actions(database)) == noted + 1
    assert send(database, "Z2", EventKind.WITHDRAWAL, withdrawn="Z1").facility_ids == frozenset()
    assert facts(database) == before


def test_a_meter_exchange_carries_the_right_over_and_back(database: Database, town: Town) -> None:
    asked(database, town)
    before = facts(database)
    said = {
        "facility": WHERE,
        "at": "2026-11-25",
        "old_meter": "M1",
        "new_meter": "M9",
        "maker": "Aidon",
        "model": "6525",
    }
    assert send(database, "Z1", EventKind.METER_EXCHANGE, **said).outcome == "applied"
    assert (why(database, "M1"), why(database, "M9")) == (Why.NOT_INSTALLED, Why.RIGHT)
    with database.reading() as connection:
        meter = connection.execute(select(tables.meter).where(tables.meter.c.serial == "M9")).one()
        assert (meter.maker, meter.model) == ("Aidon", "6525")
        assert connection.execute(select(tables.port.c.review_at)).scalars().all() == [START, START]
    send(database, "Z2", EventKind.WITHDRAWAL, withdrawn="Z1")
    assert facts(database) == before


def test_an_exchange_takes_the_new_meter_from_where_it_was(database: Database) -> None:
    put(database, *household(1), *household(2))
    elsewhere = {gsrn(1): [("M1", None)], gsrn(2): [("M2", None)]}
    assert installed(database) == elsewhere
    said = {"facility": gsrn(1), "at": "2026-11-25", "old_meter": "M1", "new_meter": "M2"}
    done = send(database, "Z1", EventKind.METER_EXCHANGE, **said)
    day = start_of_day(TODAY)
    assert installed(database) == {gsrn(1): [("M1", day), ("M2", None)], gsrn(2): [("M2", day)]}
    assert done.facility_ids == set(ids(database)[gsrn(n)] for n in (1, 2))
    send(database, "Z2", EventKind.WITHDRAWAL, withdrawn="Z1")
    assert installed(database) == elsewhere


def test_an_exchange_that_was_told_already_changes_nothing(database: Database) -> None:
    put(database, *household(1), row(RecordKind.METER, serial="M9", facility=WHERE, from_="2026-11-25"))
    said = {"facility": WHERE, "at": "2026-11-25", "old_meter": "M1", "new_meter": "M9"}
    before = installed(database)
    assert send(database, "Z1", EventKind.METER_EXCHANGE, **said).outcome == "nothing"
    send(database, "Z2", EventKind.WITHDRAWAL, withdrawn="Z1")
    assert installed(database) == before


def test_a_newer_fact_outlives_the_withdrawal_of_an_exchange(database: Database) -> None:
    put(database, *household(1))
    said = {"facility": WHERE, "at": "2026-11-20", "old_meter": "M1", "new_meter": "M9"}
    send(database, "Z1", EventKind.METER_EXCHANGE, **said)
    put(database, row(RecordKind.METER, serial="M9", facility=WHERE, from_="2026-11-20", to="2026-11-22"))
    before = installed(database)
    send(database, "Z2", EventKind.WITHDRAWAL, withdrawn="Z1")
    assert installed(database) == before


def test_an_exchange_of_a_meter_that_is_not_there_is_refused(database: Database) -> None:
    put(database, *household(1), *household(2))
    before = actions(database)
    for old, new, at in (("M2", "M9", "2026-11-25"), ("M1", "M1", "2026-11-25"), ("M1", "M9", "2019-12-31")):
        with pytest.raises(EventError, match="not installed there"):
            send(database, "Z1", EventKind.METER_EXCHANGE, facility=WHERE, at=at, old_meter=old, new_meter=new)
    assert actions(database) == before


def test_a_termination_ends_the_contract_until_it_is_withdrawn(database: Database, town: Town) -> None:
    asked(database, town)
    before = facts(database)
    assert send(database, "T1", EventKind.TERMINATION, contract="A1", at="2026-11-26").outcome == "applied"
    end = datetime(2026, 11, 25, 23, tzinfo=UTC)
    assert facts(database).contracts[0].period.ends == end
    assert why(database, at=end) is Why.NO_CONTRACT
    assert send(database, "T2", EventKind.TERMINATION, contract="A1", at="2026-11-26").outcome == "nothing"
    send(database, "T3", EventKind.WITHDRAWAL, withdrawn="T2")
    assert facts(database).contracts[0].period.ends == end
    send(database, "T4", EventKind.WITHDRAWAL, withdrawn="T1")
    assert facts(database) == before


def test_an_end_told_since_outlives_the_withdrawal_of_a_termination(database: Database, town: Town) -> None:
    asked(database, town)
    send(database, "T1", EventKind.TERMINATION, contract="A1", at="2026-12-01")
    cells = {"facility": WHERE, "customer": "K1", "from_": "2024-01-01", "to": "2026-12-24"}
    put(database, row(RecordKind.CONTRACT, key="A1", **cells))
    send(database, "T2", EventKind.WITHDRAWAL, withdrawn="T1")
    assert facts(database).contracts[0].period.ends == start_of_day(datetime(2026, 12, 24).date())


def test_a_contract_that_is_terminated_before_it_begins_never_begins(database: Database) -> None:
    put(database, *household(1))
    send(database, "T1", EventKind.TERMINATION, contract="A1", at="2023-12-01")
    period = facts(database).contracts[0].period
    assert period.ends == period.begins


def test_a_warning_is_an_alarm_until_the_last_one_is_withdrawn(database: Database) -> None:
    put(database, *household(1))
    before = facts(database)

    def alarms() -> list[str]:
        with database.reading() as connection:
            live = select(tables.alarm.c.subject).where(tables.alarm.c.cleared_at.is_(None))
            return list(connection.execute(live).scalars())

    for key in ("Z1", "Z2"):
        said = {"facility": WHERE, "at": "2026-12-01"}
        assert send(database, key, EventKind.CONTRACT_CANCELLED_WARNING, **said).outcome == "warned"
    assert alarms() == [WHERE]
    assert facts(database) == before
    send(database, "Z3", EventKind.WITHDRAWAL, withdrawn="Z1")
    assert alarms() == [WHERE]
    send(database, "Z4", EventKind.WITHDRAWAL, withdrawn="Z2")
    assert alarms() == []


def test_the_same_event_counts_once(database: Database) -> None:
    put(database, *household(1))
    said = {"facility": WHERE, "at": "2026-12-01"}
    first = send(database, "Z1", EventKind.MOVE_IN, **said)
    noted = actions(database)
    again = send(database, "Z1", EventKind.MOVE_IN, **said)
    assert (again.outcome, again.is_repeat, again.facility_ids) == (first.outcome, True, frozenset())
    assert actions(database) == noted
    with pytest.raises(KeyTaken):
        send(database, "Z1", EventKind.MOVE_IN, facility=WHERE, at="2026-12-02")
    with pytest.raises(KeyTaken):
        send(database, "Z1", EventKind.USER_GONE, **said)
    send(database, "Z2", EventKind.WITHDRAWAL, withdrawn="Z1")
    assert send(database, "Z3", EventKind.WITHDRAWAL, withdrawn="Z1").outcome == "nothing"
    assert send(database, "Z1", EventKind.MOVE_IN, **said).is_repeat
    assert facts(database).user_changes == ()


UNKNOWN: list[tuple[EventKind, dict[str, str]]] = [
    (EventKind.MOVE_IN, {"facility": gsrn(2), "at": "2026-12-01"}),
    (EventKind.SUPPLIER_CHANGE, {"facility": gsrn(2), "at": "2026-12-01"}),
    (EventKind.METER_EXCHANGE, {"facility": gsrn(2), "at": "2026-12-01", "old_meter": "M1", "new_meter": "M9"}),
    (EventKind.TERMINATION, {"contract": "A2", "at": "2026-12-01"}),
    (EventKind.WITHDRAWAL, {"withdrawn": "Z0"}),
]


def test_what_is_not_known_is_refused_and_changes_nothing(database: Database) -> None:
    put(database, *household(1))
    before = actions(database)
    for kind, said in UNKNOWN:
        with pytest.raises(EventError) as caught:
            send(database, "Z1", kind, **said)
        assert caught.value.remedy
    assert actions(database) == before
    with database.reading() as connection:
        assert connection.execute(select(tables.event)).all() == []


def test_a_withdrawal_is_not_withdrawn(database: Database) -> None:
    put(database, *household(1))
    send(database, "Z1", EventKind.MOVE_IN, facility=WHERE, at="2026-12-01")
    send(database, "Z2", EventKind.WITHDRAWAL, withdrawn="Z1")
    with pytest.raises(EventError, match="cannot be withdrawn"):
        send(database, "Z3", EventKind.WITHDRAWAL, withdrawn="Z2")


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_is_read_by_its_fields(kind: EventKind) -> None:
    examples = {column.name: column.example for column in EVENT_FIELDS[kind]}
    told = read_event({"key": "Z1", "kind": kind.value} | examples, TODAY)
    assert (told.key, told.kind) == ("Z1", kind)
    assert told.body["kind"] == kind.value
    assert told.body.keys() - {"kind"} == examples.keys()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda said: said.pop("key"), "key"),
        (lambda said: said.pop("kind"), "kind"),
        (lambda said: said.update(kind="open_everything"), "kind"),
        (lambda said: said.update(at=5), "at"),
        (lambda said: said.update(at="tomorrow"), "at"),
        (lambda said: said.update(key="Z 1"), "key"),
        (lambda said: said.update(key="19121212-1212"), "key"),
        (lambda said: said.update(facility="735999000000000012"), "facility"),
        (lambda said: said.update(contract="A1"), "contract"),
        (lambda said: said.update({"191212121212": "x"}), ""),
        (lambda said: said.update({"191212121212": 7}), ""),
    ],
)
def test_what_cannot_be_read_is_said_without_its_contents(
    change: Callable[[dict[str, object]], object], field: str
) -> None:
    said: dict[str, object] = {"key": "Z1", "kind": "move_in", "facility": WHERE, "at": "2026-12-01"}
    change(said)
    with pytest.raises(RecordError) as caught:
        read_event(said, TODAY)
    assert caught.value.field == field
    assert caught.value.remedy
    assert "1212" not in str(caught.value)


def installed(database: Database) -> dict[str, list[tuple[str, datetime | None]]]:
    """Meters with the end of their installation, by the facility, in the order of their begin."""
    found: dict[str, list[tuple[str, datetime | None]]] = {}
    chosen = (
        select(tables.facility.c.gsrn, tables.meter.c.serial, tables.installation.c.ends_at)
        .join(tables.installation, tables.installation.c.facility_id == tables.facility.c.id)
        .join(tables.meter, tables.meter.c.id == tables.installation.c.meter_id)
        .order_by(tables.installation.c.begins_at, tables.meter.c.serial)
    )
    with database.reading() as connection:
        for where, serial, ends_at in connection.execute(chosen):
            found.setdefault(where, []).append((serial, ends_at))
    return found
