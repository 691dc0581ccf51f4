"""The hub at rest: what a telegram a second costs of a core and of memory, in a process of its own."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figure import Figure
from hanport.home.store.reader import Reader

_SETTLE_S = 20.0
_WATCH_S = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")


def figures() -> Iterator[Figure]:
    """One real meter process that sends each second, one real hub process that hears, judges, stores and serves."""
    with (
        tempfile.TemporaryDirectory() as folder,
        program("meter", "--interval", "1", says=r"telegrams on (\S+)") as (
            _,
            address,
        ),
    ):
        config = Path(folder) / "home.toml"
        config.write_text(f'[source]\naddress = "{address}"\n[web]\nport = 0\n[hub]\nlog_level = "warning"\n')
        with program("home", "--config", str(config), says=r"hub on (\S+)") as (hub, _):
            time.sleep(_SETTLE_S)
            database = Path(folder) / "hanport-data" / "hub.db"
            begun_s, used_s, before = time.monotonic(), _cpu_s(hub.pid), _stored(database)
            time.sleep(_WATCH_S)
            share = (_cpu_s(hub.pid) - used_s) / (time.monotonic() - begun_s) * 100
            resident_mb = _resident_bytes(hub.pid) / 1e6
            assert _stored(database) - before >= _WATCH_S * 0.9, "the hub did not store a telegram each second"
    yield Figure("hub.idle_cpu", share, "% of a core", "<= 2", share <= 2)
    yield Figure("hub.idle_rss", resident_mb, "MB", "<= 150", resident_mb <= 150)


@contextmanager
def program(*arguments: str, says: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "hanport", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(says, process.stdout.readline())
            assert found is not None, f"{command} did not start"
            yield process, found[1]
        finally:
            process.terminate()


def _stored(database: Path) -> int:
    with Reader(database) as reader:
        return int(str(reader.connection.execute("SELECT COUNT(*) FROM reading").get))


def _cpu_s(pid: int) -> float:
    """User and system time of a process, children not counted."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
