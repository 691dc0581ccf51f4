"""What is exported, as CSV and as Parquet: all of it, in any span, in little memory."""

import csv
import io
import json
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from hanport.errors import ConfigError
from hanport.home.store.events import begin_event, count_port_day, end_event
from hanport.home.store.exporting import Batch, Kind, Sheet, Span, What, sheet, write_csv
from hanport.home.store.exporting_parquet import write_parquet
from hanport.home.store.moments import to_ms
from hanport.home.store.packing import NONE
from hanport.home.store.reader import Reader
from hanport.home.store.schema import READING_COLUMNS
from hanport.home.store.writer import Store
from hanport.port.values import Register
from home.store.filled import ALWAYS, METER, NOON, filled, quarters, reading

ALL = Span.between(None, None)


def table(path: Path, what: What, span: Span = ALL) -> list[dict[str, str]]:
    out = io.StringIO()
    with Reader(path) as reader:
        count = write_csv(sheet(reader.connection, what, span), out)
    found = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert len(found) == count
    return found


def test_readings(tmp_path: Path) -> None:
    found = table(filled(tmp_path / "hub.db", 1000), What.READINGS)
    assert len(found) == 1002
    assert list(found[0]) == ["at_utc", "run", "meter", "meter_number", "received_utc", *READING_COLUMNS]
    row = found[7]
    assert row["at_utc"] == "2026-01-31T12:01:10Z"
    assert row["received_utc"] == "2026-01-31T12:01:11Z"
    assert (row["run"], row["meter"], row["meter_number"]) == ("1", "KAM5", "12345678")
    said = reading(7)
    assert row["energy_import_wh"] == str(said.energy_import_wh)
    assert row["power_import_l1_w"] == ""
    assert found[-1]["run"] == "2"
    assert found[-1]["received_utc"] == ""


def test_a_part_of_a_second_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    store.append_reading(NOON + timedelta(milliseconds=20), reading(1), METER)
    store.close()
    assert table(tmp_path / "hub.db", What.READINGS)[0]["at_utc"] == "2026-01-31T12:00:00.020Z"


def test_quarters_and_hours_say_what_the_ledger_says(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db")
    found = table(path, What.QUARTERS)
    known = quarters(path)
    assert [(row["start_utc"], int(row["import_wh"]), int(row["export_wh"]), row["quality"]) for row in found] == [
        (f"{quarter.start:%Y-%m-%dT%H:%M:%SZ}", quarter.import_wh, quarter.export_wh, quarter.quality)
        for quarter in known
    ]
    hours = table(path, What.HOURS)
    assert [int(row["quarters"]) for row in hours] == [4, 4, 4]
    assert sum(int(row["import_wh"]) for row in hours) == sum(quarter.import_wh for quarter in known)


@pytest.mark.parametrize("what", [What.READINGS, What.QUARTERS])
def test_any_span(tmp_path: Path, what: What) -> None:
    path = filled(tmp_path / "hub.db")
    span = Span.between(NOON + timedelta(minutes=15), NOON + timedelta(hours=1, minutes=15))
    times = [next(iter(row.values())) for row in table(path, what, span)]
    assert times[0] == "2026-01-31T12:15:00Z"
    assert times[-1] == ("2026-01-31T13:00:00Z" if what is What.QUARTERS else "2026-01-31T13:14:50Z")
    assert table(path, what, Span.between(datetime(2030, 1, 1, tzinfo=UTC), None)) == []


def test_events(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    first = store.write(lambda c: begin_event(c, "silence", NOON, {"finding": 'a "b", c'}))
    store.write(lambda c: end_event(c, first, NOON + timedelta(hours=1)))
    store.write(lambda c: begin_event(c, "lost", NOON + timedelta(hours=2)))
    store.close()
    found = table(tmp_path / "hub.db", What.EVENTS)
    assert [(row["began_utc"], row["ended_utc"], row["kind"]) for row in found] == [
        ("2026-01-31T12:00:00Z", "2026-01-31T13:00:00Z", "silence"),
        ("2026-01-31T14:00:00Z", "", "lost"),
    ]
    assert json.loads(found[0]["details"]) == {"finding": 'a "b", c'}
    span = Span.between(NOON + timedelta(minutes=5), NOON + timedelta(minutes=6))
    assert [row["kind"] for row in table(tmp_path / "hub.db", What.EVENTS, span)] == ["silence"]


def with_everything(path: Path) -> Path:
    """A store that has something of each kind."""
    store = Store(filled(path))
    store.write(lambda c: begin_event(c, "lost", NOON))
    store.write(lambda c: count_port_day(c, NOON.date(), telegrams=7, rejected=1, silent_s=9))
    store.write(lambda c: c.execute("INSERT INTO billed_hour VALUES (1769860800, 1500, NULL), (1769864400, 7, 8)").get)
    gas = Register("0-1:24.2.1", None, Decimal("12.5"), "m3")
    store.append_reading(NOON + timedelta(hours=9), reading(5000), METER, extras=(gas,))
    store.close()
    return path


def test_what_else_is_known(tmp_path: Path) -> None:
    path = with_everything(tmp_path / "hub.db")
    assert [list(row.values()) for row in table(path, What.BILLED)] == [
        ["2026-01-31T12:00:00Z", "1500", ""],
        ["2026-01-31T13:00:00Z", "7", "8"],
    ]
    assert [list(row.values()) for row in table(path, What.PORT_DAYS)] == [["2026-01-31", "7", "1", "9", ""]]
    (extra,) = table(path, What.EXTRAS)
    assert (extra["obis"], extra["value"], extra["unit"]) == ("0-1:24.2.1", "12.5", "m3")
    later = Span.between(NOON + timedelta(days=1), None)
    assert [table(path, what, later) for what in (What.BILLED, What.PORT_DAYS, What.EXTRAS)] == [[], [], []]


@pytest.mark.parametrize("what", list(What))
def test_parquet_says_the_same_as_csv(tmp_path: Path, what: What) -> None:
    path = with_everything(tmp_path / "hub.db")
    told: list[int] = []
    with Reader(path) as reader:
        count = write_parquet(sheet(reader.connection, what, ALL), tmp_path / "x.parquet", told.append)
    assert sum(told) == count
    found = pq.read_table(tmp_path / "x.parquet").to_pylist()
    texts = table(path, what)
    assert len(found) == len(texts) == count
    for row, said in zip(found, texts, strict=True):
        for name, value in row.items():
            if isinstance(value, datetime):
                assert to_ms(value) == to_ms(datetime.fromisoformat(said[name]))
            else:
                assert ("" if value is None else str(value)) == said[name]


def many(batches: int) -> Sheet:
    """A sheet of 10 000 rows a batch."""

    def batch(number: int) -> Batch:
        return [np.arange(10_000, dtype=np.int64) * 1000 + number, np.full(10_000, NONE, np.int64), ["x"] * 10_000]

    columns = (("at_utc", Kind.TIME), ("power_w", Kind.INTEGER), ("text", Kind.TEXT))
    return Sheet(columns, (batch(number) for number in range(batches)))


def test_large_parquet_files_have_few_groups(tmp_path: Path) -> None:
    assert write_parquet(many(25), tmp_path / "x.parquet") == 250_000
    assert pq.ParquetFile(tmp_path / "x.parquet").num_row_groups == 3


def test_memory_does_not_grow_with_what_is_exported(tmp_path: Path) -> None:
    peaks = []
    for batches in (5, 50):
        with (tmp_path / "x.csv").open("w") as out:
            tracemalloc.start()
            write_csv(many(batches), out)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_a_long_store_is_read_in_small_pieces(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db", 5000)
    with Reader(path) as reader:
        sizes = [len(batch[0]) for batch in sheet(reader.connection, What.READINGS, ALL).batches]
        assert sum(sizes) == 5002
        assert max(sizes) <= 1080
        assert reader.quarters(*ALWAYS)


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from pathlib import Path\n"
        "from hanport.errors import ConfigError\n"
        "from hanport.home.store.exporting import Sheet\n"
        "from hanport.home.store.exporting_parquet import write_parquet\n"
        "try: write_parquet(Sheet((), iter(())), Path('x'))\n"
        "except ConfigError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "pip install 'hanport[export]'" in done.stdout
    assert ConfigError.__name__ not in done.stderr
