"""Import at once gives what one by one gives: into gaps, before all, over what is there, and through disorder."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanport.home.store.bulk import Imported, import_columns
from hanport.home.store.moments import from_ms
from hanport.home.store.packing import NONE
from hanport.home.store.rebuild import Span, rebuild_ledger
from hanport.home.store.runs import Runs, Why
from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity
from hanport.port.values import Reading
from home.store.stored import all_columns, check_rollups, check_sums, quarters, rebuilt

METER = MeterIdentity("KAM5", "1")
OTHER = MeterIdentity("KAM5", "2")
BEGIN_MS = 1_774_740_000_000
DAY_MS = 86_400_000

Row = tuple[int, int | None, int | None, int | None]


STRETCH = st.tuples(
    st.integers(1, 60),
    st.sampled_from([1, 10, 600]),
    st.integers(0, 60),
    st.sampled_from([0, 5000, DAY_MS, 20 * DAY_MS]),
)


def history(stretches: list[tuple[int, int, int, int]], exports: bool) -> list[Row]:
    """What a meter said, by time: at_ms, import, export, power; every second it says its registers now and then."""
    at_ms, energy = BEGIN_MS, [1_000_000, 400]
    rows: list[Row] = []
    for count, every_s, used, pause_ms in stretches:
        for number in range(count):
            at_ms += every_s * 1000
            energy = [energy[0] + used, energy[1] + number % 3]
            sends = every_s != 1 or number % 7 == 3
            power = used * 360 if number % 5 else None
            rows.append((at_ms, energy[0] if sends else None, energy[1] if sends and exports else None, power))
        at_ms += pause_ms
    return rows


def one_by_one(store: Store, rows: list[Row], meter: MeterIdentity = METER) -> None:
    for at_ms, imported, exported, power in rows:
        reading = Reading(energy_import_wh=imported, energy_export_wh=exported, power_import_w=power)
        store.append_reading(from_ms(at_ms), reading, meter)


def at_once(store: Store, rows: list[Row], meter: MeterIdentity = METER) -> Imported:
    data = np.array([[NONE if value is None else value for value in row] for row in rows], np.int64).reshape(-1, 4).T
    names = ("energy_import_wh", "energy_export_wh", "power_import_w")
    return import_columns(store, data[0], dict(zip(names, data[1:], strict=True)), meter)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.builds(history, st.lists(STRETCH, min_size=1, max_size=8), st.booleans()),
    st.lists(st.floats(0, 1), max_size=4),
    st.permutations(range(5)),
    st.lists(st.booleans(), min_size=5, max_size=5),
)
def test_in_parts_in_any_order_is_the_same_as_one_by_one(
    rows: list[Row], cuts: list[float], order: list[int], single: list[bool]
) -> None:
    """Some are there already, one by one; the rest comes in slices, over and beside them."""
    with TemporaryDirectory() as folder:
        whole, parts = Store(Path(folder) / "whole.db"), Store(Path(folder) / "parts.db")
        one_by_one(whole, rows)
        edges = [0, *sorted(int(cut * len(rows)) for cut in cuts), len(rows)]
        for place in order:
            part = rows[edges[place] : edges[place + 1]] if place < len(cuts) + 1 else []
            if single[place]:
                one_by_one(parts, part[:20])
            assert at_once(parts, part).stored <= len(part)
        assert at_once(parts, rows) == Imported(0, len(rows))
        assert np.array_equal(all_columns(whole.path).data, all_columns(parts.path).data)
        for store in (whole, parts):
            assert quarters(store.path) == rebuilt(store)
            check_sums(store.path)
            check_rollups(store.path)
            store.close()
        assert quarters(whole.path) == quarters(parts.path)


def test_what_goes_on_from_readings_that_are_there_is_counted_from_them(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    rows: list[Row] = [(BEGIN_MS + number * 600_000, 100 + 7 * number, None, 42) for number in range(60)]
    one_by_one(store, [rows[-1], *rows[:20]])
    assert at_once(store, rows[:40]) == Imported(20, 20)
    assert quarters(store.path) == rebuilt(store)
    check_sums(store.path)
    store.close()


def test_hours_that_are_over_become_blocks(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    rows: list[Row] = [(BEGIN_MS + number * 60_000, number, None, 60) for number in range(20 * 1440 + 30)]
    assert at_once(store, rows[:1000]) == Imported(1000, 0)
    assert at_once(store, rows) == Imported(len(rows) - 1000, 1000)
    while store.tidy():
        pass
    assert store.write(lambda c: c.execute("SELECT COUNT(*) FROM reading").get) == (rows[-1][0] // 60_000) % 60 + 1
    assert store.write(lambda c: c.execute("SELECT MAX(readings) FROM block").get) == 60
    check_sums(store.path)
    check_rollups(store.path)
    store.close()


def test_a_recording_with_an_exchange_a_reset_and_a_clock_that_is_set_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    one_by_one(store, [(BEGIN_MS, 5_000_000, 0, 0)], OTHER)
    rows: list[Row] = [(BEGIN_MS + 600_000 + number * 10_000, 100 + number, 0, 360) for number in range(200)]
    back = rows[-1][0] - 3_600_000
    rows += [(back + number * 10_000, 300 + number, 0, 360) for number in range(1, 200)]
    rows += [(back + 2_000_000 + number * 10_000, number // 4, 0, 90) for number in range(1, 200)]
    assert at_once(store, rows) == Imported(len(rows), 0)
    assert [run.why for run in store.series(lambda series: list(series.runs))] == [
        Why.FIRST,
        Why.METER,
        Why.CLOCK,
        Why.REGISTER,
    ]
    assert sum(row[1] for row in quarters(store.path)) == (499 - 100) + 49
    assert quarters(store.path) == rebuilt(store)
    check_sums(store.path)
    check_rollups(store.path)
    store.close()


def test_readings_of_one_second_are_kept_apart_and_repeated_ones_left_out(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    rows: list[Row] = [(BEGIN_MS + number // 3 * 1000, 100 + number // 6, None, number % 2) for number in range(60)]
    assert at_once(store, [*rows, rows[-1]]) == Imported(60, 1)
    assert at_once(store, rows[:30]).stored == 0
    check_sums(store.path)
    store.close()


def test_disorder_alone_is_put_in_order(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    rows: list[Row] = [(BEGIN_MS + number * 10_000, 100 + number, None, 360) for number in range(100)]
    rows[40], rows[41] = rows[41], rows[40]
    assert at_once(store, rows) == Imported(100, 0)
    assert len(store.series(lambda series: list(series.runs))) == 1
    check_sums(store.path)
    store.close()


def test_nothing_is_imported_from_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    assert at_once(store, []) == Imported(0, 0)
    assert store.series(lambda series: series.head) is None
    store.close()


@pytest.mark.soak
def test_years_at_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    count = 3_000_000
    at_ms = BEGIN_MS + np.arange(count) * 30_000
    energy = np.arange(count) * 7
    assert import_columns(store, at_ms, {"energy_import_wh": energy}, METER).stored == count
    assert sum(row[1] for row in quarters(store.path)) == 7 * (count - 1)
    store.write(lambda c: rebuild_ledger(c, Runs(c), Span(BEGIN_MS, BEGIN_MS + count * 30_000)))
    assert sum(row[1] for row in quarters(store.path)) == 7 * (count - 1)
    assert datetime.fromtimestamp(quarters(store.path)[0][0], UTC).year == 2026
    store.close()
