"""Opening the database: whose file it is, who may share it, and what its errors never say."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import IntegrityError

from hanport.errors import ConfigError
from hanport.grid.database.engine import FIXED, DatabaseInUse, connect, sqlite_module
from hanport.grid.database.tables import customer
from hanport.grid.database.work import Database

OLD = sqlite3.sqlite_version_info < FIXED
needs_old = pytest.mark.skipif(not OLD, reason="this Python's own SQLite is a fixed one")

HOLD = (
    "import sys, sqlite3; from hanport.grid.database.engine import connect\n"
    "engine = connect(sys.argv[1], sqlite3); print('held', flush=True); sys.stdin.read()"
)


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/grid.db")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (id INTEGER)"))
        assert [path.stat().st_mode & 0o777 for path in sorted(tmp_path.glob("grid.db*"))] == [0o600] * 3
    engine.dispose()


@needs_old
def test_an_old_build_lets_one_process_in(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/grid.db"
    command = [sys.executable, "-c", HOLD, address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(DatabaseInUse, match=f"process {holder.pid}"):
            connect(address, sqlite3)
        holder.kill()
        holder.wait()
        connect(address, sqlite3).dispose()
    assert (tmp_path / "grid.db.lock").exists()


@needs_old
def test_the_lock_is_free_again_when_the_engine_is_let_go(tmp_path: Path) -> None:
    for _ in range(2):
        engine = connect(f"sqlite:///{tmp_path}/grid.db", sqlite3)
        with pytest.raises(DatabaseInUse):
            connect(f"sqlite:///{tmp_path}/grid.db", sqlite3)
        engine.dispose()


@pytest.mark.skipif(sqlite_module().sqlite_version_info < FIXED, reason="no fixed SQLite is installed")
def test_a_fixed_build_is_shared_without_a_lock(tmp_path: Path) -> None:
    engines = [connect(f"sqlite:///{tmp_path}/grid.db") for _ in range(2)]
    for engine in engines:
        engine.dispose()
    assert [path.name for path in tmp_path.iterdir()] == ["grid.db"]


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("grid.db", "cannot be read"),
        ("mysql://localhost/grid", "mysql is no database of this service"),
        ("sqlite://", "is no file"),
        ("sqlite:///:memory:", "is no file"),
        ("sqlite:////proc/hanport/grid.db", "cannot be opened"),
    ],
)
def test_addresses_that_cannot_be_used(address: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        connect(address)


def test_errors_do_not_say_what_was_written(database: Database) -> None:
    row = {"key": "K1", "kind": "private", "name": "Astrid Testsson", "person_id": 12345}
    with pytest.raises(IntegrityError) as caught, database.writing("system") as work:
        work.connection.execute(insert(customer).values(row))
    assert "Astrid" not in str(caught.value)
    assert "hide_parameters" in str(caught.value)


def test_a_reader_sees_one_moment_while_another_writes(database: Database) -> None:
    """A read that begins before a commit goes on undisturbed, and a writer does not wait for readers."""
    with database.reading() as connection:
        before = connection.execute(select(customer.c.id)).all()
        done = threading.Thread(target=_write, args=(database,))
        done.start()
        done.join(timeout=20)
        assert not done.is_alive()
        assert before == []
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() == 1


def _write(database: Database) -> None:
    with database.writing("system") as work:
        work.note("thing.changed")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_what_is_deleted_is_written_over(database: Database, tmp_path: Path) -> None:
    secret = "Astrid Testsson of Storgatan"
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (id INTEGER, name TEXT)"))
        connection.execute(text("INSERT INTO t VALUES (:id, :name)"), [{"id": n, "name": secret} for n in range(500)])
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM t WHERE id > 3"))
        connection.execute(text("UPDATE t SET name = ''"))
    _checkpoint(database.engine)
    assert all(secret.encode() not in path.read_bytes() for path in tmp_path.glob("grid.db*"))


def _checkpoint(engine: Engine) -> None:
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("COMMIT") if raw.in_transaction else None
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
