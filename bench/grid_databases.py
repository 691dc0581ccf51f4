"""Databases of the activation service to measure on: SQLite, and a PostgreSQL of its own where it is installed."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from hanport.clock import SystemClock
from hanport.grid.database.engine import connect
from hanport.grid.database.schema import Environment, migrate
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring, new_key


def addresses(folder: Path) -> Iterator[tuple[str, str]]:
    """The name and the address of each kind of database, empty, one after the other."""
    yield "SQLite", f"sqlite:///{folder}/grid.db"
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if programs:
        with _postgres(folder / "postgres", programs[-1]) as address:
            yield "PostgreSQL", address


@contextmanager
def opened(address: str) -> Iterator[Database]:
    """The database with its tables and new keys."""
    engine, keyring = connect(address), Keyring((new_key(date(2026, 11, 25)),))
    migrate(engine, keyring, Environment.TEST)
    try:
        yield Database(engine, keyring, SystemClock())
    finally:
        engine.dispose()


@contextmanager
def _postgres(folder: Path, programs: Path) -> Iterator[str]:
    """A server that commits to the disk, as in production."""
    folder.mkdir(mode=0o755)
    as_user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to be root
        as_user = ["runuser", "-u", "postgres", "--"]
        folder.parent.chmod(0o755)
        shutil.chown(folder, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = ["-D", str(folder / "data")]
    initdb = [*as_user, str(programs / "initdb"), *data, "--auth=trust", "-U", "hanport", "-E", "UTF8"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL)
    control = [*as_user, str(programs / "pg_ctl"), *data, "-w", "-l", str(folder / "log")]
    options = f"-h 127.0.0.1 -p {port} -k {folder}"
    subprocess.run([*control, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL)
    try:
        yield f"postgresql://hanport@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL)
