"""Stores with something in them, for the tests of what goes in and out of a store."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hanport.home.store.reader import Reader
from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity, Quarter
from hanport.port.values import Reading

METER = MeterIdentity("KAM5", "12345678")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ALWAYS = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


def reading(number: int, *, first_wh: int = 1_000_000) -> Reading:
    """The n-th reading of a house that uses some power and feeds in a little."""
    return Reading(
        energy_import_wh=first_wh + number * 7 // 2,
        energy_export_wh=number // 9,
        power_import_w=1200 + number % 50,
        power_export_w=0,
        voltage_l1_mv=230_000 + number % 100,
        current_l1_ma=5000,
    )


def append(store: Store, count: int, *, start: datetime = NOON, step_s: int = 10, meter: MeterIdentity = METER) -> None:
    """That many readings, one each `step_s`."""
    for number in range(count):
        at = start + timedelta(seconds=step_s * number)
        store.append_reading(at, reading(number), meter, received_at=at + timedelta(seconds=1))


def filled(path: Path, count: int = 1000) -> Path:
    """A store with readings, and with a run that was begun because the clock was set back."""
    store = Store(path, commit_every_s=1e9)
    append(store, count)
    store.append_reading(NOON + timedelta(seconds=15), reading(count), METER)
    store.append_reading(NOON + timedelta(seconds=35), reading(count + 1), METER)
    store.close()
    return path


def quarters(path: Path) -> list[Quarter]:
    """All quarters of a store."""
    with Reader(path) as reader:
        return reader.quarters(*ALWAYS)


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """What a store answers."""
    with Reader(path) as reader:
        return reader.connection.execute(query).fetchall()


def texts(path: Path) -> Iterator[str]:
    """The lines of a file."""
    yield from path.read_text("utf-8").splitlines()
