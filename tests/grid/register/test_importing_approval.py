"""An import that waits is applied by two people's word, to the facts of then; held ports open by staff's word alone."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from grid.planted import found_in
from grid.register.import_files import Files
from grid.register.import_state import actions, everything, held, may_be_open, order_all
from grid.town import person_number
from hanport.grid import alarms
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.register.importing_approval import approve, reject, release
from hanport.grid.register.importing_batches import Batch, ImportProblem, batch, batches


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(tmp_path, database, closings_at_once=2)


@pytest.fixture
def waiting(files: Files, database: Database) -> str:
    """An import that would close the first three ports of eight."""
    files.bring(*files.town(8))
    order_all(database)
    report = files.bring(files.contracts(range(3), ends="2026-11-01"))
    assert report.batch is not None
    return report.batch.id


def agree(files: Files, batch_id: str, name: str) -> Batch:
    with files.grid.database.writing(f"staff:{name}") as work:
        return approve(work, files.grid.config, batch_id, name)


def live(database: Database) -> list[tuple[str, str]]:
    with database.reading() as connection:
        return [(each.kind, each.subject) for each in alarms.live(connection)]


def test_two_people_let_it_through(files: Files, database: Database, waiting: str) -> None:
    assert agree(files, waiting, "Anna").state == "waiting" and len(may_be_open(database)) == 8
    done = agree(files, waiting, "Bo")
    assert (done.state, [each.name for each in done.approvals]) == ("applied", ["Anna", "Bo"])
    assert may_be_open(database) == {f"M{n}" for n in range(3, 8)}
    assert live(database) == []
    assert actions(database, "import.%")[1:] == [f"import.{x}" for x in ("waiting", "approved", "approved", "applied")]
    with database.reading() as connection:
        assert connection.execute(select(tables.import_batch.c.content_sealed)).scalars().all() == [None, None]
    with pytest.raises(ImportProblem, match="applied already"):
        agree(files, waiting, "Eva")


@pytest.mark.parametrize("again", ["Anna", " anna ", "ANNA"])
def test_one_person_does_not_count_twice(files: Files, database: Database, waiting: str, again: str) -> None:
    agree(files, waiting, "Anna")
    with pytest.raises(ImportProblem, match="approved it already"):
        agree(files, waiting, again)
    with pytest.raises(ImportProblem, match="name is needed"):
        agree(files, waiting, "  ")
    assert len(may_be_open(database)) == 8


def test_it_waits_again_when_it_would_close_clearly_more(files: Files, database: Database) -> None:
    files.bring(*files.town(8))
    order_all(database)
    with database.writing("system") as work:
        work.connection.execute(update(tables.port).where(tables.port.c.meter_id > 3).values(may_be_open=False))
    report = files.bring(files.contracts(range(8), ends="2026-11-01"))
    assert report.batch is not None and report.batch.closings == 3
    with database.writing("system") as work:
        work.connection.execute(update(tables.port).values(may_be_open=True))
    agree(files, report.batch.id, "Anna")
    again = agree(files, report.batch.id, "Bo")
    assert (again.state, again.approvals, again.closings) == ("waiting", (), 8)
    assert len(may_be_open(database)) == 8 and live(database) == [("import_waiting", report.batch.id)]
    agree(files, report.batch.id, "Anna")
    assert agree(files, report.batch.id, "Bo").state == "applied" and may_be_open(database) == set()


def test_it_is_thrown_away_by_one(files: Files, database: Database, waiting: str) -> None:
    before = everything(database)
    with database.writing("staff:Anna") as work:
        with pytest.raises(ImportProblem, match="reason"):
            reject(work, waiting, "Anna", "")
        assert reject(work, waiting, "Anna", f"Wrong file of {person_number(1).digits}").state == "rejected"
    assert everything(database) == before and live(database) == []
    with database.reading() as connection:
        said = " ".join(connection.execute(select(tables.audit_entry.c.entry)).scalars())
    assert "Wrong file" in said and not found_in(said.encode(), person_number(1))


def test_what_waits_is_sealed(database: Database, waiting: str) -> None:
    with database.reading() as connection:
        row = connection.execute(select(tables.import_batch).where(tables.import_batch.c.id == waiting)).one()
    for n in range(3):
        assert not found_in(row.content_sealed + repr(row).encode(), person_number(n))
    assert b"A0" not in row.content_sealed


def test_imports_are_listed(database: Database, waiting: str) -> None:
    with database.reading() as connection:
        assert [each.id for each in batches(connection, state="waiting")] == [waiting]
        assert {each.state for each in batches(connection)} == {"waiting", "applied"}
        assert len(batch(connection, waiting).closes) == 3
        with pytest.raises(ImportProblem, match="no such import"):
            batch(connection, "i0")


def test_held_ports_are_released_one_by_one_or_all(files: Files, database: Database) -> None:
    files.bring(*files.town(4))
    order_all(database, is_open=False)
    files.bring(files.contracts(range(3), ends="2026-11-01"))
    report = files.bring(files.contracts(range(3)))
    assert report.batch is not None and report.batch.held == ("M0", "M1", "M2")
    batch_id = report.batch.id
    assert live(database) == [("import_openings_held", batch_id)]
    with database.writing("system") as work:
        work.connection.execute(update(tables.port).values(review_at=None))
    with database.writing("staff:Anna") as work:
        with pytest.raises(ImportProblem, match="M7"):
            release(work, batch_id, "checked", serials=["M7"])
        with pytest.raises(ImportProblem, match="reason"):
            release(work, batch_id, " ")
        assert release(work, batch_id, "checked", serials=["M1"]) == ["M1"]
    assert held(database) == {"M0", "M2"} and live(database)
    with database.reading() as connection:
        due = select(tables.meter.c.serial).join(tables.port).where(tables.port.c.review_at.is_not(None))
        assert list(connection.execute(due).scalars()) == ["M1"]
    with database.writing("staff:Anna") as work:
        assert release(work, batch_id, "checked") == ["M0", "M2"]
        with pytest.raises(ImportProblem, match="holds no port"):
            release(work, batch_id, "checked")
    assert held(database) == set() and live(database) == []
    assert actions(database, "port.%") == ["port.held"] * 3 + ["port.released"] * 3
