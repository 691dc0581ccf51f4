"""What goes in and out of the hub's store in bulk: a recording, a table, an export, a check."""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.figure import Figure
from hanport.cli.home_recording import read_as_pieces
from hanport.home.store.check import check
from hanport.home.store.csv_columns import Options, Refusals
from hanport.home.store.exporting import Span, What, sheet, write_csv
from hanport.home.store.importing import read_pieces, recognise
from hanport.home.store.importing_recording import Unused
from hanport.home.store.loading import Loader
from hanport.home.store.reader import Reader
from hanport.home.store.writer import Store
from hanport.port.profiles import PROFILES
from hanport.port.values import Reading
from hanport.port.write import fit, write

_TELEGRAMS = 200_000
_PROFILE = PROFILES["landisgyr-e360"]
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def figures() -> Iterator[Figure]:
    """Everything ends durable in the file, ledger and rollups included; rates are readings a second."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recording, table = folder / "port.bin", folder / "readings.csv"
        with recording.open("wb") as file:
            file.writelines(_telegrams())
        yield _rate("hub.import_recording", lambda: _import_recording(folder / "hub.db", recording))
        yield _rate("hub.export_csv", lambda: _export(folder / "hub.db", table))
        yield _rate("hub.import_csv", lambda: _import_csv(folder / "other.db", table))
        yield _rate("hub.check", lambda: _check(folder / "hub.db"))


def _rate(name: str, act: Callable[[], int]) -> Figure:
    started = time.perf_counter()
    count = act()
    rate = count / (time.perf_counter() - started)
    return Figure(name, rate, "readings/s", met=count == _TELEGRAMS)


def _telegrams() -> Iterator[bytes]:
    for number in range(_TELEGRAMS):
        reading = Reading(
            at=_BEGIN + timedelta(seconds=10 * number),
            energy_import_wh=1_000_000 + number * 3,
            energy_export_wh=number // 50,
            power_import_w=1000 + number * 7919 % 3000,
            power_export_w=0,
            voltage_l1_mv=229_000 + number * 104_729 % 40 * 100,
            voltage_l2_mv=230_100,
            voltage_l3_mv=231_000,
            current_l1_ma=number * 31 % 90 * 100,
            current_l2_ma=4000,
            current_l3_ma=0,
        )
        yield write(fit(reading, _PROFILE), _PROFILE)


def _import_recording(database: Path, recording: Path) -> int:
    store = Store(database)
    try:
        return Loader(store).load(read_as_pieces(recording, None, Unused())).stored
    finally:
        store.close()


def _import_csv(database: Path, table: Path) -> int:
    store = Store(database)
    try:
        return Loader(store).load(read_pieces(recognise(table), Options(), Refusals())).stored
    finally:
        store.close()


def _export(database: Path, table: Path) -> int:
    with Reader(database) as reader, table.open("w", encoding="utf-8", newline="") as file:
        return write_csv(sheet(reader.connection, What.READINGS, Span.between(None, None)), file)


def _check(database: Path) -> int:
    _, blocks, *_ = verdicts = check(database)
    assert all(verdict.well for verdict in verdicts)
    return blocks.looked_at
