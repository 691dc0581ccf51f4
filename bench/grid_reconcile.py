"""Reconciling: a sweep over a million meters, with the memory that it takes.

Each twentieth meter has a standing order and an open port; of these, each fiftieth has lost its right, and as many
that have one are closed. SQL leaves out the quiet meters; the law judges the others. What judging takes without that
narrowing is a figure of its own, on a part of the meters.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from sqlalchemy import bindparam, text

from bench.figure import Figure
from bench.grid_databases import addresses, opened
from hanport.clock import SystemClock
from hanport.grid.config import GridConfig
from hanport.grid.database.engine import connect
from hanport.grid.database.types import Instant
from hanport.grid.database.work import Database
from hanport.grid.keys import Key, Keyring
from hanport.grid.reconcile.sweep import something_to_do, sweep

METERS = 1_000_000
_ASKED = 20  # each twentieth has a standing order
_WRONG = 50  # of these, each fiftieth is open without right, and each fiftieth closed with it
_JUDGED = 100_000
_TARGET_S = 60
_CONFIG = GridConfig()

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
_TABLES = (
    "INSERT INTO person (id) {numbers} SELECT i FROM n WHERE i <= 1000",
    "INSERT INTO customer (id, key, kind, person_id, name)"
    " {numbers} SELECT i, 'K' || i, 'private', i % 1000 + 1, 'Kund ' || i FROM n",
    "INSERT INTO facility (id, gsrn, address)"
    " {numbers} SELECT i, CAST(735999000000000000 + i AS TEXT), 'Storgatan ' || i FROM n",
    "INSERT INTO contract (id, key, facility_id, begins_at, ends_at) {numbers} SELECT i, 'A' || i, i, :begin,"
    " CASE WHEN {asked} AND {lost} THEN :before END FROM n",
    "INSERT INTO contract_holder (id, contract_id, customer_id, begins_at) {numbers} SELECT i, i, i, :begin FROM n",
    "INSERT INTO meter (id, serial, maker, model) {numbers} SELECT i, 'M' || i, 'Kamstrup', 'OMNIA' FROM n",
    "INSERT INTO installation (id, meter_id, facility_id, begins_at) {numbers} SELECT i, i, i, :begin FROM n",
    "INSERT INTO port (meter_id, reported, reported_at, may_be_open, review_at) {numbers} SELECT i,"
    " CASE WHEN {asked} AND NOT {shut} THEN 'open' ELSE 'closed' END, :read_at,"
    " {asked} AND NOT {shut}, CASE WHEN {asked} THEN :open_review ELSE :review END FROM n",
    "INSERT INTO orders (id, kind, state, facility_id, contract_id, customer_id, person_id, identity, created_at,"
    " signed_at) {numbers} SELECT 'O' || i, 'open', 'read_back', i, i, i, i % 1000 + 1, 'desk', :before, :before"
    " FROM n WHERE {asked}",
)


def figures() -> Iterator[Figure]:
    """A sweep on SQLite and on PostgreSQL."""
    for name in ("SQLite", "PostgreSQL"):
        with tempfile.TemporaryDirectory() as folder:
            for kind, address in addresses(Path(folder)):
                if kind == name:
                    yield from _measured(name, address)


def _measured(name: str, address: str) -> Iterator[Figure]:
    with opened(address) as database:
        _fill(database)
        key = asdict(database.keyring.keys[0])
        told = {name: value.hex() if isinstance(value, bytes) else value for name, value in key.items()}
    run = [sys.executable, "-m", "bench.grid_reconcile"]
    done = subprocess.run(run, input=json.dumps({"address": address, "key": told}), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found = json.loads(done.stdout)
    is_bare = name == "SQLite"
    suffix = "" if is_bare else "_postgresql"
    seen = f"1 000 000 meters on {name}; SQL passed over all of them and the law judged {found['judged']}"
    target = f"<= {_TARGET_S} s" if is_bare else None
    yield Figure(f"grid.reconcile{suffix}", found["s"], f"s; {seen}", target, found["s"] <= _TARGET_S or not is_bare)
    yield Figure(
        f"grid.reconcile_memory{suffix}", found["grown_mb"], f"MB more than before ({found['peak_mb']:.0f} MB)"
    )
    whole = f"s for a million without SQL's narrowing, when the law judges all (measured with {_JUDGED} on {name})"
    yield Figure(f"grid.reconcile_unnarrowed{suffix}", found["all_s"] * METERS / _JUDGED, whole)


def _fill(database: Database) -> None:
    now = database.clock.now()
    moments = {
        "begin": now - timedelta(days=1000),
        "before": now - timedelta(days=1),
        "read_at": now - timedelta(hours=1),
        "open_review": now + timedelta(hours=23),
        "review": now - timedelta(hours=1) + timedelta(days=30),
    }
    asked, lost = f"(i % {_ASKED} = 0)", f"(i % {_ASKED * _WRONG} = 0)"
    shut = f"(i % {_ASKED * _WRONG} = {_ASKED})"
    with database.engine.begin() as connection:
        for each in _TABLES:
            statement = text(each.format(numbers=_NUMBERS, asked=asked, lost=lost, shut=shut))
            used = [bindparam(name, value, Instant()) for name, value in moments.items() if f":{name}" in each]
            connection.execute(statement.bindparams(bindparam("count", METERS), *used))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _measure(address: str, key: Key) -> dict[str, float]:
    """Sweep, in a process of its own."""
    database = Database(connect(address), Keyring((key,)), SystemClock())
    with database.reading() as connection:  # everything that is loaded once
        something_to_do(connection, _CONFIG, list(range(1, 5000)), database.clock.now())
    before_mb = _resident_mb()
    started_s = time.perf_counter()
    swept = sweep(database, _CONFIG)
    took_s = time.perf_counter() - started_s
    peak_mb = _resident_mb(peak=True)
    wrong = METERS // _ASKED // _WRONG
    assert (swept.passed, swept.commands) == (METERS, 2 * wrong), swept
    started_s = time.perf_counter()
    for begin in range(1, _JUDGED, 5000):
        with database.reading() as connection:
            something_to_do(connection, _CONFIG, list(range(begin, begin + 5000)), database.clock.now())
    all_s = time.perf_counter() - started_s
    return {
        "s": took_s,
        "judged": swept.judged,
        "grown_mb": peak_mb - before_mb,
        "peak_mb": peak_mb,
        "all_s": all_s,
    }


def _resident_mb(*, peak: bool = False) -> float:
    name = "VmHWM" if peak else "VmRSS"
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith(name))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    asked = json.loads(sys.stdin.read())
    texts = asked["key"]
    secret = Key(texts["id"], *(bytes.fromhex(texts[name]) for name in ("encryption", "lookup", "signing")))
    print(json.dumps(_measure(asked["address"], secret)))
