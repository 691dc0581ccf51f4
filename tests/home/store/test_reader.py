"""What pages ask: lines of every length with the open end, energy by edges, readings hour by hour."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import msgspec
import numpy as np
import pytest

from hanport.home.store.bulk import import_columns
from hanport.home.store.calendar import day_edges, hour_edges
from hanport.home.store.packing import NONE
from hanport.home.store.reader import Reader
from hanport.home.store.schema import BLOCK_COLUMNS, ROLLUP_COLUMNS
from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity, Quality
from hanport.port.values import Reading

METER = MeterIdentity("KAM5", "1")
START = datetime(2026, 3, 20, tzinfo=UTC)  # the clocks change on the 29th
DAYS, EVERY_S = 12, 20
COUNT = DAYS * 86_400 // EVERY_S + 100  # and half an hour
S = timedelta(seconds=1)


def power(number: int) -> int:
    return 1000 + number % 500


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve days at once, and the last half hour reading by reading."""
    path = tmp_path_factory.mktemp("reader") / "hub.db"
    number = np.arange(COUNT)
    at_ms = int(START.timestamp()) * 1000 + number * EVERY_S * 1000
    columns = {
        "energy_import_wh": 5000 + number * 6,
        "energy_export_wh": number // 3,
        "power_import_w": 1000 + number % 500,
        "power_export_w": np.zeros(COUNT, np.int64),
        "current_l1_ma": np.where(number % 2, -number % 9000, NONE),
        "voltage_l2_mv": np.full(COUNT, 230_100),
    }
    store = Store(path, commit_every_s=3600)
    old = COUNT - 90
    import_columns(store, at_ms[:old], {name: values[:old] for name, values in columns.items()}, METER)
    for row in range(old, COUNT):
        fields = {name: None if values[row] == NONE else int(values[row]) for name, values in columns.items()}
        store.append_reading(START + row * EVERY_S * S, msgspec.convert(fields, Reading), METER)
    store.close()
    return path


def test_a_short_line_has_each_reading(path: Path) -> None:
    with Reader(path) as reader:
        line = reader.line(START + 1 * S, START + 3600 * S)
    assert line.step_s == 0
    assert line.columns["at_s"] == [int(START.timestamp()) + EVERY_S * number for number in range(1, 180)]
    assert line.columns["power_w"] == line.columns["power_max_w"] == [power(number) for number in range(1, 180)]
    assert line.columns["current_l1_max_ma"][:4] == [8999, None, 8997, None]
    assert line.columns["power_l3_w"] == [None] * 179
    assert set(line.columns) == {"at_s", *ROLLUP_COLUMNS}


@pytest.mark.parametrize(
    ("days", "points", "step_s"),
    [
        (1, 1500, 60),
        (7, 1500, 600),
        (12, 1500, 900),
        (12, 300, 3600),
        (12, 100, 10_800),
        (12, 20, 86_400),
        (12, 1, 604_800),
    ],
)
def test_a_long_line_has_means_and_extremes(path: Path, days: int, points: int, step_s: int) -> None:
    with Reader(path) as reader:
        line = reader.line(START, START + days * 86_400 * S, points=points)
    assert line.step_s == step_s
    first_s = int(START.timestamp())
    for at_s, readings, mean, low, high in zip(
        *(line.columns[name] for name in ("at_s", "readings", "power_w", "power_min_w", "power_max_w")), strict=True
    ):
        assert at_s is not None and mean is not None
        numbers = np.arange(COUNT)
        inside = (first_s + numbers * EVERY_S) // step_s * step_s == at_s
        values = 1000 + numbers[inside & (numbers < days * 86_400 // EVERY_S)] % 500
        assert readings == len(values)
        assert abs(mean - values.mean()) <= 2
        assert (low, high) == (values.min(), values.max())


@pytest.mark.parametrize("points", [300, 60, 10])
def test_the_open_end_is_part_of_the_line(path: Path, points: int) -> None:
    """Minute, quarter, hour and day of the newest reading have no row of their own yet."""
    begin = START + (DAYS * 86_400 - 3600) * S
    with Reader(path) as reader:
        line = reader.line(begin, begin + 5 * 3600 * S, points=points)
        week = reader.line(START, START + 40 * 86_400 * S, points=50)
    assert sum(readings or 0 for readings in line.columns["readings"]) == 180 + 100
    assert sum(readings or 0 for readings in week.columns["readings"]) == COUNT


def test_a_gap_has_no_points(path: Path) -> None:
    with Reader(path) as reader:
        assert reader.line(START - 86_400 * S, START).columns["at_s"] == []
        assert reader.line(START - 400 * 86_400 * S, START).columns["at_s"] == []
        assert len(reader.line(START - 86_400 * S, START + 3600 * S).columns["at_s"]) == 180
        assert len(reader.line(START - 86_400 * S, START + 43_200 * S).columns["at_s"]) == 360


def test_energy_by_hours_and_days_of_the_tariff(path: Path) -> None:
    begin, end = START.date() + timedelta(days=1), START.date() + timedelta(days=11)
    with Reader(path) as reader:
        days = reader.energy(day_edges(begin, end))
        hours = reader.energy(hour_edges(begin, end))
    assert len(hours) == 239
    assert [day.quarters for day in days] == [96] * 8 + [92, 96]
    assert {hour.import_wh for hour in hours} == {180 * 6}
    assert {hour.quality for hour in hours} == {Quality.MEASURED}
    assert sum(day.export_wh or 0 for day in days) == 239 * 60
    assert [(day.start, day.end) for day in days] == list(
        zip(day_edges(begin, end)[:-1], day_edges(begin, end)[1:], strict=True)
    )


def test_energy_of_nothing_is_nothing_and_not_zero(path: Path) -> None:
    with Reader(path) as reader:
        (before,) = reader.energy([START - 7200 * S, START])
        assert reader.energy([START]) == []
        assert reader.quarters(START - 7200 * S, START) == []
    assert (before.import_wh, before.export_wh, before.quality, before.quarters) == (None, None, None, 0)


def test_every_reading_comes_hour_by_hour(path: Path) -> None:
    begin, end = START + 1800 * S, START + (DAYS * 86_400 + 600) * S
    with Reader(path) as reader:
        parts = list(reader.readings(begin, end))
        assert list(reader.readings(START - 7200 * S, START)) == []
    assert all(0 < len(part) <= 180 and part.names == BLOCK_COLUMNS for part in parts)
    at_ms = np.concatenate([part["at_ms"] for part in parts])
    assert at_ms[0] == int(begin.timestamp()) * 1000
    assert (np.diff(at_ms) == EVERY_S * 1000).all()
    assert at_ms[-1] == int(end.timestamp()) * 1000 - EVERY_S * 1000


def test_span_and_meters(path: Path) -> None:
    with Reader(path) as reader:
        assert reader.span() == (START, START + (COUNT - 1) * EVERY_S * S)
        assert [meter.identity for meter in reader.meters()] == [METER]
        assert reader.note("nothing") is None


def test_nothing_can_be_written(path: Path) -> None:
    with Reader(path) as reader, pytest.raises(apsw.ReadOnlyError):
        reader.connection.execute("DELETE FROM quarter")


def test_a_store_without_readings_answers(tmp_path: Path) -> None:
    Store(tmp_path / "hub.db").close()
    with Reader(tmp_path / "hub.db") as reader:
        assert reader.span() is None
        assert reader.line(START, START + 86_400 * S).columns["at_s"] == []
        assert reader.line(START, START + 864_000 * S).columns["at_s"] == []
        assert reader.extras() == []
        assert list(reader.readings(START, START + 3600 * S)) == []
