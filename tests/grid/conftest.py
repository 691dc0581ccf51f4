"""The service's database for tests: each test that asks for `database` runs on SQLite and on a real PostgreSQL."""

import io
import logging
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from grid.spare_database import SpareDatabase
from grid.town import Town
from hanport import logs
from hanport.clock import ManualClock
from hanport.grid.database.engine import connect
from hanport.grid.database.schema import Environment, migrate
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring, new_key

# A Wednesday, 09:00 in Sweden.
START = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
_COUNTER = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of its own on a free port: its address."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="hanport-postgres-"))  # not below pytest's own, which is closed to others
    user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to be root
        user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run = [*user, str(programs[-1] / "pg_ctl"), "-D", str(folder / "data"), "-w", "-l", str(folder / "log")]
    initdb = [*user, str(programs[-1] / "initdb"), "-D", str(folder / "data"), "--auth=trust", "-U", "hanport"]
    subprocess.run([*initdb, "-E", "UTF8", "--no-sync"], check=True, stdout=subprocess.DEVNULL)
    hasty = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c wal_level=minimal -c max_wal_senders=0"
    options = f"-h 127.0.0.1 -p {port} -k {folder} {hasty} -c autovacuum=off -c max_connections=200"
    subprocess.run([*run, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL)
    try:
        yield f"postgresql://hanport@127.0.0.1:{port}"
    finally:
        subprocess.run([*run, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """Keys of these tests' own."""
    return Keyring((new_key(date(2026, 11, 25)),))


@pytest.fixture
def clock() -> ManualClock:
    """Stands at 09:00 on a working day in Sweden until it is advanced."""
    return ManualClock(START)


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn."""
    name: str = request.param
    return name


@pytest.fixture
def address(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path}/grid.db"
        return
    server = request.getfixturevalue("postgres")
    name = f"test_{os.getpid()}_{next(_COUNTER)}"
    with maintaining(server) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield f"{server}/{name}"
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def filled(keyring: Keyring, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """Makes a database with all tables, faster than by the steps: it copies one that was made by them."""
    file = tmp_path_factory.mktemp("filled") / "grid.db"
    made: set[str] = set()

    def migrated(address: str) -> None:
        engine = connect(address)
        migrate(engine, keyring, Environment.TEST)
        engine.dispose()

    def on_sqlite(path: str) -> None:
        if not file.exists():
            migrated(f"sqlite:///{file}")
        shutil.copy(file, path)

    def on_postgresql(server: str, name: str) -> None:
        template = f"filled_{os.getpid()}"
        with maintaining(server) as connection:
            if server not in made:
                connection.execute(text(f"CREATE DATABASE {template}"))
                migrated(f"{server}/{template}")
                made.add(server)
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))

    def make(place: str) -> None:
        if place.startswith("sqlite"):
            on_sqlite(place.removeprefix("sqlite:///"))
        else:
            on_postgresql(*place.rsplit("/", 1))

    return make


@contextmanager
def maintaining(server: str) -> Iterator[Connection]:
    """A connection that makes and drops databases."""
    engine = create_engine(f"{server.replace('postgresql:', 'postgresql+psycopg:')}/postgres")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="session")
def spare(postgres: str, filled: Callable[[str], None]) -> SpareDatabase:
    """The database of this process on PostgreSQL."""
    return SpareDatabase(f"{postgres}/spare_{os.getpid()}", filled)


@pytest.fixture
def place(dialect: str, request: pytest.FixtureRequest, tmp_path: Path, filled: Callable[[str], None]) -> Iterator[str]:
    """The address of a database with all tables."""
    if dialect == "sqlite":
        filled(f"sqlite:///{tmp_path}/grid.db")
        yield f"sqlite:///{tmp_path}/grid.db"
        return
    with request.getfixturevalue("spare").lent() as address:
        yield address


@pytest.fixture
def database(place: str, keyring: Keyring, clock: ManualClock) -> Iterator[Database]:
    """That database, for tests."""
    engine = connect(place)
    yield Database(engine, keyring, clock)
    engine.dispose()


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """What is logged, at its most talkative."""
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.set_up("debug", stream)
    yield stream
    root.handlers[:] = kept
    root.setLevel(level)


@pytest.fixture
def town(database: Database) -> Town:
    """A builder of facts in that database."""
    return Town(database)
