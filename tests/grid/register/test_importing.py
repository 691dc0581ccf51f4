"""Files of a customer system go in whole or not at all, and close no more ports than may be closed unasked."""

from pathlib import Path

import pytest
from sqlalchemy import select

from grid.register.import_files import Files
from grid.register.import_state import actions, count, everything, held, may_be_open, order_all
from grid.town import gsrn, person_number
from hanport.errors import ConfigError
from hanport.grid import alarms
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.register.importing import Held, guarded
from hanport.grid.register.kinds import ContractRecord, RecordKind
from hanport.grid.register.upsert import Applied
from hanport.grid.workdays import deadline

CONTRACT = RecordKind.CONTRACT


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(tmp_path, database, closings_at_once=2)


def test_files_go_in_whatever_their_order(files: Files, database: Database) -> None:
    report = files.bring(*reversed(files.town(5)))
    assert (report.outcome.applied.added, report.refusals) == (20, ())
    assert [count(database, each) for each in (tables.customer, tables.contract, tables.port)] == [5, 5, 5]
    assert report.batch is not None and report.batch.state == "applied" and report.batch.made_by == "staff:anna"
    assert actions(database, "import.%") == ["import.applied"]


def test_the_same_files_again_change_nothing(files: Files, database: Database) -> None:
    files.bring(*files.town(5))
    before = everything(database)
    again = files.bring(*files.town(5), files.customers(5))
    assert (again.outcome.applied.added, again.outcome.applied.changed) == (0, 0)
    assert again.outcome.applied.unchanged == 25
    assert everything(database) == before


def test_a_trial_says_what_would_be_and_stores_nothing(files: Files, database: Database) -> None:
    before, noted = everything(database), actions(database, "%")
    report = files.bring(*files.town(5), is_trial=True)
    assert report.outcome.applied.added == 20 and report.batch is None
    assert everything(database) == before and actions(database, "%") == noted
    assert count(database, tables.import_batch) == 0


def test_good_rows_go_in_and_refused_ones_are_told(files: Files, database: Database) -> None:
    number = person_number(1).digits
    paths = files.town(3)
    bad = files.write(
        "more.csv",
        "key;number;name;email",
        [f"K8;{number[:-1]};Bo;", f"{number};{number};Bo;", f'K9;{number};"Bo;', f"K2;{number};Bo;"],
    )
    late = files.write("late.csv", "key;facility;customer;from", [f"A9;{gsrn(1)};K77;2020-01-01"])
    report = files.bring(*paths, bad, late)
    assert report.outcome.applied.added == 12
    told = [(each.place.file, each.place.line, each.column) for each in report.refusals]
    assert told == [
        ("more.csv", 2, "number"),
        ("more.csv", 3, "key"),
        ("more.csv", 4, ""),
        ("more.csv", 5, ""),
        ("late.csv", 2, "customer"),
    ]
    assert number[2:] not in str(report.refusals) and "says otherwise" in report.refusals[3].problem


def test_a_file_that_is_no_table_lets_nothing_in(files: Files, database: Database) -> None:
    (files.folder / "x.csv").write_bytes(b"key;colour\n1;2\n")
    with pytest.raises(ConfigError, match="there is no column colour"):
        files.bring(*files.town(3), files.folder / "x.csv")
    assert count(database, tables.customer) == 0


def test_absence_means_nothing(files: Files, database: Database) -> None:
    files.bring(*files.town(5))
    order_all(database)
    report = files.bring(files.contracts(range(1)))
    assert report.outcome.applied.unchanged == 1 and len(may_be_open(database)) == 5


def test_absence_from_a_whole_file_ends(files: Files, database: Database) -> None:
    files.bring(*files.town(6))
    order_all(database)
    report = files.bring(files.contracts(range(4)), full=[CONTRACT])
    assert (report.ended, report.not_ended, len(report.outcome.closings)) == (2, (), 2)
    assert may_be_open(database) == {"M0", "M1", "M2", "M3"}
    assert files.bring(files.contracts(range(4)), full=[CONTRACT]).ended == 0


@pytest.mark.parametrize("kind", [RecordKind.METER, RecordKind.EXEMPTION, RecordKind.POWER])
def test_other_kinds_end_likewise(files: Files, database: Database, kind: RecordKind) -> None:
    number = person_number(9).digits
    rows = {
        RecordKind.EXEMPTION: ("key;facility;from", [f"U{n};{gsrn(n)};2030-01-01" for n in range(4)]),
        RecordKind.POWER: ("key;grantor;agent;from", [f"F{n};K{n};{number};2020-01-01" for n in range(4)]),
        RecordKind.METER: ("serial;facility;from", [f"M{n};{gsrn(n)};2020-01-01" for n in range(4)]),
    }
    headings, all_rows = rows[kind]
    files.bring(*files.town(4), files.write("all.csv", headings, all_rows))
    table = {"meter": "installation"}.get(kind, kind.value)
    report = files.bring(files.write("some.csv", headings, all_rows[:3]), full=[kind])
    assert (report.ended, report.refusals) == (1, ())
    with database.reading() as connection:
        chosen = tables.metadata.tables[table]
        ends = sorted(connection.execute(select(chosen.c.begins_at, chosen.c.ends_at)).all(), key=str)
    now = database.clock.now()
    assert [end for begin, end in ends if end is not None] == [max(begin, now) for begin, end in ends if end]
    assert sum(end is not None for _, end in ends) == 1


def test_what_cannot_be_absent_is_refused(files: Files) -> None:
    with pytest.raises(ConfigError, match="absent of kind customer"):
        files.bring(files.customers(1), full=[RecordKind.CUSTOMER])


def test_a_broken_row_is_no_absence(files: Files, database: Database) -> None:
    files.bring(*files.town(3))
    order_all(database)
    broken = files.write("contracts.csv", "key;facility;customer;from;to", [f"A0;{gsrn(0)};K0;2020-01-01;", "A1;x"])
    report = files.bring(broken, full=[CONTRACT])
    assert report.ended == 0 and "1 of their rows were refused" in report.not_ended[0]
    assert len(may_be_open(database)) == 3


def test_a_cut_file_ends_nothing(files: Files, database: Database) -> None:
    """Wherever it is cut: within a line, at its end, or when so much is gone that two people must look."""
    files.bring(*files.town(3))
    order_all(database)
    whole = files.contracts(range(3)).read_bytes()
    head = whole.index(b"\n") + 1
    looks_whole = whole.rindex(b"\n", 0, -1) + 1  # one of three may have ended
    for end in range(head, len(whole)):
        if end != looks_whole:
            (files.folder / "contracts.csv").write_bytes(whole[:end])
            files.bring(files.folder / "contracts.csv", full=[CONTRACT])
            assert len(may_be_open(database)) == 3
    with pytest.raises(ConfigError):
        (files.folder / "contracts.csv").write_bytes(whole[: head - 10])
        files.bring(files.folder / "contracts.csv", full=[CONTRACT])


def test_an_import_that_would_close_many_ports_waits(files: Files, database: Database) -> None:
    files.bring(*files.town(5))
    order_all(database)
    before = everything(database)
    report = files.bring(files.contracts(range(3), ends="2026-11-01"))
    assert report.outcome.is_undone and report.batch is not None and report.batch.state == "waiting"
    assert everything(database) == before and len(may_be_open(database)) == 5
    assert report.batch.deadline_at == deadline(database.clock.now())
    assert {serial for serial, _, _ in report.batch.closes} == {"M0", "M1", "M2"}
    with database.reading() as connection:
        (alarm,) = alarms.live(connection)
    assert (alarm.kind, alarm.subject, alarm.due_at) == ("import_waiting", report.batch.id, report.batch.deadline_at)
    assert actions(database, "contract.changed") == []
    again = files.bring(files.contracts(range(3), ends="2026-11-01"))
    assert again.batch is not None and again.batch.id == report.batch.id


def test_closings_that_come_later_are_counted_too(files: Files, database: Database) -> None:
    files.bring(*files.town(5))
    order_all(database)
    report = files.bring(files.contracts(range(3), ends="2026-12-24"))
    assert report.outcome.is_undone and report.batch is not None
    assert report.batch.deadline_at == deadline(report.outcome.closings[0].at)


def test_ports_that_are_closed_are_not_counted(files: Files, database: Database) -> None:
    files.bring(*files.town(5))
    order_all(database, is_open=False)
    report = files.bring(files.contracts(range(5), ends="2026-11-01"))
    assert not report.outcome.is_undone and may_be_open(database) == set()


def test_a_share_of_the_open_ports_may_close(files: Files, database: Database) -> None:
    files.bring(*files.town(300))
    order_all(database)
    assert not files.bring(files.contracts(range(3), ends="2026-11-01")).outcome.is_undone
    assert files.bring(files.contracts(range(3, 7), ends="2026-11-01")).outcome.is_undone


def test_a_right_that_an_import_gives_waits_for_release(files: Files, database: Database) -> None:
    files.bring(*files.town(2))
    order_all(database, is_open=False)
    files.bring(files.contracts(range(1), ends="2026-11-01"))
    report = files.bring(files.contracts(range(2)))
    assert report.outcome.openings and held(database) == {"M0"}
    assert actions(database, "port.%") == ["port.held"]
    assert files.bring(files.contracts(range(2))).outcome.openings == () and held(database) == {"M0"}


def test_an_exchanged_meter_is_not_held(files: Files, database: Database) -> None:
    files.bring(*files.town(3))
    order_all(database)
    new = files.write("new.csv", "serial;facility;from", [f"N{n};{gsrn(n)};2026-11-20" for n in range(3)])
    report = files.bring(new)
    assert (report.outcome.closings, report.outcome.openings) == ((), ())
    assert may_be_open(database) == {"N0", "N1", "N2"} and held(database) == set()


def test_meters_in_the_wrong_houses_wait_or_are_held(files: Files, database: Database) -> None:
    files.bring(*files.town(6))
    order_all(database)
    report = files.bring(files.meters(range(5), shift=1, begins="2026-11-20"))
    assert report.outcome.is_undone
    files.bring(files.meters(range(1), shift=1, begins="2026-11-20"))
    assert held(database) == {"M0"}


def test_records_of_a_program_are_guarded_likewise(files: Files, database: Database) -> None:
    files.bring(*files.town(5))
    order_all(database)
    at = database.clock.now()

    def ended(n: int) -> ContractRecord:
        return ContractRecord(key=f"A{n}", facility=gsrn(n), customer=f"K{n}", begins_at=at.replace(2020), ends_at=at)

    with database.writing("token:system") as work:
        result = guarded(work, files.grid.config, [ended(n) for n in range(3)])
    assert isinstance(result, Held) and (result.closings, result.limit) == (3, 2)
    with database.writing("token:system") as work:
        applied = guarded(work, files.grid.config, [ended(n) for n in range(2)])
    assert isinstance(applied, Applied) and applied.changed == 2
    assert count(database, tables.import_batch) == 2  # the files, and what waits
