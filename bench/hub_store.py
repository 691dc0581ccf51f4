"""The hub's store: a reading made durable, ten years on the disk, the queries of the pages, an import at once."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.figure import Figure
from hanport.home.store import calendar, packing, schema
from hanport.home.store.bulk import import_columns
from hanport.home.store.events import begin_event, count_port_day, end_event
from hanport.home.store.moments import from_ms
from hanport.home.store.reader import Reader
from hanport.home.store.schema import READING_COLUMNS
from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity
from hanport.meter.past import past_days
from hanport.meter.register import Energies
from hanport.meter.setup import HouseSetup
from hanport.port.profiles import PROFILES
from hanport.port.values import Reading

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
METER = MeterIdentity("KAM5", "8000123")
EVERY_S = 10
_APPENDED = 8000
_BULK_DAYS = 60
_YEARS = 3
_FIRST_DAY = date(2023, 1, 1)
_DAYS = 365 * _YEARS
_TEN_YEARS = 3652.5
_SINGLE_DAYS = 14
_COLD = 9

Columns = NDArray[np.int64]


def figures() -> Iterator[Figure]:
    """All figures of the store."""
    BUILD.mkdir(exist_ok=True)
    days = _real_days()
    single_bytes, stored = _store(days)
    yield from stored
    yield _bulk(days)
    path = _three_years(days)
    size = path.stat().st_size / _DAYS * _TEN_YEARS + single_bytes * _SINGLE_DAYS * 86_400 / EVERY_S
    yield Figure("hub.size", size / 1e9, "GB for 10 years at 10 s", "<= 2 GB", size <= 2e9)
    yield from _queries(path)


def _real_days() -> list[Columns]:
    """Three days of each month of a house with solar cells and a car, as its meter's telegrams say them."""
    file = BUILD / "hub-days.npy"
    if file.exists():
        return list(np.load(file))
    days = []
    for month in range(1, 13):
        for day in (4, 14, 24):
            start = datetime(2025, month, day, tzinfo=UTC)
            span = (start, start + timedelta(days=1))
            energies = Energies(import_wh=60_995_424, export_wh=4_000_000)
            (past,) = past_days(HouseSetup(), PROFILES["kamstrup-omnia"], span, energies=energies, every_s=EVERY_S)
            days.append(past.columns)
    np.save(file, np.array(days))
    return days


def _year_of(days: list[Columns], first: date, count: int) -> Iterator[Columns]:
    """Days on end, each one that of its month, with registers that count on; row 0 in ms, a row of receipt behind."""
    chance = np.random.default_rng(1)
    states = days[0][1:5, :1].copy()
    for number in range(count):
        day = first + timedelta(days=number)
        columns = days[(day.month - 1) * 3 + day.day % 3].copy()
        midnight_ms = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
        columns[0] = columns[0] % 86_400 * 1000 + midnight_ms
        columns[0, -1] = midnight_ms + 86_400_000
        columns[1:5] += states - columns[1:5, :1]
        states = columns[1:5, -1:].copy()
        received = columns[0] + 700 + chance.integers(0, 60, columns.shape[1])
        yield np.concatenate([columns, received[np.newaxis]])


def _import(store: Store, columns: Columns) -> int:
    named = dict(zip((*READING_COLUMNS, "received_ms"), columns[1:], strict=True))
    return import_columns(store, columns[0], named, METER).stored


def _readings(columns: Columns) -> Iterator[tuple[datetime, Reading, datetime]]:
    for at_ms, *values, received_ms in columns.T.tolist():
        fields = [None if value == packing.NONE else value for value in values]
        yield from_ms(at_ms), Reading(None, *fields), from_ms(received_ms)


def _store(days: list[Columns]) -> tuple[float, list[Figure]]:
    """Readings one by one, each durable; and what is written for them when they are committed together."""
    columns = np.concatenate(list(_year_of(days, date(2026, 1, 10), 2)), axis=1)[:, :_APPENDED]
    readings = list(_readings(columns))
    made = []
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        path = Path(folder) / "hub.db"
        store = Store(path)
        taken = []
        for at, reading, received in readings:
            started = time.perf_counter()
            store.append_reading(at, reading, METER, received_at=received)
            taken.append((time.perf_counter() - started) * 1000)
            store.tidy()
        store.close()
        taken.sort()
        p99 = taken[len(taken) * 99 // 100]
        made.append(Figure("hub.store", p99, "ms p99", "<= 5 ms", p99 <= 5))
        made.append(Figure("hub.store_median", median(taken), "ms"))
        size = path.stat().st_size / len(readings)
        for every_s in (0, 10, 60, 600):
            made.append(_written(Path(folder) / f"{every_s}.db", readings, every_s))
    return size, made


def _written(path: Path, readings: list[tuple[datetime, Reading, datetime]], every_s: int) -> Figure:
    """What the system was asked to write to the disk, for telegrams every 10 s, per day."""
    store = Store(path, commit_every_s=every_s)
    before = _write_bytes()
    for at, reading, received in readings[:4000]:
        store.append_reading(at, reading, METER, received_at=received)
    store.close()
    per_day = (_write_bytes() - before) / 4000 * 86_400 / EVERY_S / 1e6
    return Figure(f"hub.store_written_commit_every_{every_s}_s", per_day, "MB/day")


def _write_bytes() -> int:
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("write_bytes")))


def _bulk(days: list[Columns]) -> Figure:
    rates = []
    parts = list(_year_of(days, date(2026, 2, 1), _BULK_DAYS))
    batches = [np.concatenate(parts[at : at + 7], axis=1) for at in range(0, len(parts), 7)]
    for _ in range(3):
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            store = Store(Path(folder) / "hub.db")
            started = time.perf_counter()
            count = sum(_import(store, batch) for batch in batches)
            rates.append(count / (time.perf_counter() - started))
            store.close()
    rate = median(rates)
    return Figure("hub.bulk_import", rate, "readings/s", ">= 100 000/s", rate >= 100_000)


def _three_years(days: list[Columns]) -> Path:
    """A store of three years, kept in build/ until the tables, the packing or the figures' days change."""
    made_by = f"{schema.MIGRATIONS}{packing.VERSION}{_DAYS}{_FIRST_DAY}{Path(__file__).read_text()}"
    path = BUILD / f"hub-three-years-{hashlib.sha256(made_by.encode()).hexdigest()[:12]}.db"
    if path.exists():
        return path
    for old in BUILD.glob("hub-three-years-*"):
        old.unlink()
    unfinished = BUILD / "hub-three-years-unfinished.db"
    store = Store(unfinished)
    parts: list[Columns] = []
    for part in _year_of(days, _FIRST_DAY, _DAYS):
        parts.append(part)
        if len(parts) == 7:
            _import(store, np.concatenate(parts, axis=1))
            parts.clear()
    if parts:
        _import(store, np.concatenate(parts, axis=1))
    for number in range(_DAYS):
        day = _FIRST_DAY + timedelta(days=number)
        store.write(lambda c, day=day: count_port_day(c, day, telegrams=8640, silent_s=30))  # type: ignore[misc]
    for number in range(500):
        at = calendar.midnight(_FIRST_DAY) + timedelta(days=2 * number)
        event = store.write(lambda c, at=at: begin_event(c, "silence", at, {}))  # type: ignore[misc]
        store.write(lambda c, e=event, at=at: end_event(c, e, at + timedelta(hours=1), {}))  # type: ignore[misc]
    store.close()
    shutil.move(unfinished, path)
    return path


def _queries(path: Path) -> Iterator[Figure]:
    """Each query of a page, on a new connection, with the file out of the page cache."""
    slowest, runs = 0.0, []
    for name, query in _page_queries().items():
        taken = sorted(_cold(path, query) for _ in range(_COLD))
        runs += taken
        slowest = max(slowest, median(taken))
        yield Figure(f"hub.query.{name}", median(taken), "ms", "<= 100 ms", median(taken) <= 100)
    yield Figure("hub.query", slowest, "ms, the slowest query", "<= 100 ms", slowest <= 100)
    yield Figure("hub.query_p99", sorted(runs)[len(runs) * 99 // 100], "ms, of all runs")


def _cold(path: Path, query: Callable[[Reader], Any]) -> float:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    started = time.perf_counter()
    with Reader(path) as reader:
        query(reader)
    return (time.perf_counter() - started) * 1000


def _page_queries() -> dict[str, Callable[[Reader], Any]]:
    day, month, year = date(2025, 6, 11), date(2025, 6, 1), date(2025, 1, 1)
    month_end, year_end = date(2025, 7, 1), date(2026, 1, 1)

    def line(start: date, length: timedelta) -> Callable[[Reader], Any]:
        begin = calendar.midnight(start)
        return lambda reader: reader.line(begin, begin + length)

    def energy(edges: list[datetime]) -> Callable[[Reader], Any]:
        return lambda reader: reader.energy(edges)

    return {
        "energy_day_quarters": energy(calendar.quarter_edges(day, day + timedelta(days=1))),
        "energy_month_days": energy(calendar.day_edges(month, month_end)),
        "energy_year_months": energy(calendar.month_edges(year, year_end)),
        "energy_two_years_months": energy(calendar.month_edges(date(2024, 1, 1), year_end)),
        "peaks_month_hours": energy(calendar.hour_edges(month, month_end)),
        "line_3_hours": line(day, timedelta(hours=3)),
        "line_day": line(day, timedelta(days=1)),
        "line_week": line(day, timedelta(days=7)),
        "line_month": line(month, timedelta(days=30)),
        "line_year": line(year, timedelta(days=365)),
        "line_3_years": line(_FIRST_DAY, timedelta(days=_DAYS)),
        "line_last_day": line(date(2025, 12, 30), timedelta(days=1)),
        "span": lambda reader: reader.span(),
        "events_year": lambda reader: reader.events(calendar.midnight(year), calendar.midnight(year_end)),
        "port_days_year": lambda reader: reader.port_days(year, year_end),
        "extras": lambda reader: reader.extras(),
    }


def main() -> None:
    """These figures alone: `python -m bench.hub_store`."""
    for figure in figures():
        print(json.dumps(figure.as_json()), flush=True)


if __name__ == "__main__":
    main()
