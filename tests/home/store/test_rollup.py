"""Means and extremes of periods, against the long way."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hanport.home.store.packing import NONE
from hanport.home.store.periods import merge
from hanport.home.store.rollup import NEEDED, roll_up, rows
from hanport.home.store.rows import Columns
from hanport.home.store.schema import ROLLUP_COLUMNS

VALUES = st.none() | st.integers(0, 20_000)
READING = st.tuples(st.integers(0, 90_000), *[VALUES] * (len(NEEDED) - 1))


def _net(drawn: int | None, fed: int | None) -> int | None:
    return None if drawn is None and fed is None else (drawn or 0) - (fed or 0)


def _mean(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return (2 * sum(known) + len(known)) // (2 * len(known)) if known else None


def _extreme(way: str, values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return {"min": min, "max": max}[way](known) if known else None


def long_way(readings: list[dict[str, int | None]], period_s: int) -> list[tuple[int | None, ...]]:
    found: dict[int, list[dict[str, int | None]]] = {}
    for reading in readings:
        found.setdefault(int(reading["at_ms"] or 0) // (period_s * 1000) * period_s, []).append(reading)
    made: list[tuple[int | None, ...]] = []
    for start, inside in sorted(found.items()):
        power = [_net(r["power_import_w"], r["power_export_w"]) for r in inside]
        phases = ("l1", "l2", "l3")
        nets = [[_net(r[f"power_import_{p}_w"], r[f"power_export_{p}_w"]) for r in inside] for p in phases]
        row = [start, len(inside), _mean(power), _extreme("min", power), _extreme("max", power), *map(_mean, nets)]
        row += [_extreme("max", [r[f"current_{p}_ma"] for r in inside]) for p in phases]
        row += [_mean([r[f"voltage_{p}_mv"] for r in inside]) for p in phases]
        made.append(tuple(row))
    return made


@settings(deadline=None)
@given(st.lists(READING, min_size=1, max_size=30), st.sampled_from([1, 10, 60]))
def test_periods_are_what_their_readings_make(drawn: list[tuple[int | None, ...]], period_s: int) -> None:
    drawn = sorted(drawn, key=lambda row: row[0] or 0)
    data = np.array([[NONE if value is None else value for value in row] for row in drawn], np.int64).T
    readings = [dict(zip(NEEDED, row, strict=True)) for row in drawn]
    assert rows(*roll_up(Columns(NEEDED, data), period_s)) == long_way(readings, period_s)


@settings(deadline=None)
@given(st.lists(READING, min_size=1, max_size=30))
def test_periods_of_periods_keep_counts_and_extremes(drawn: list[tuple[int | None, ...]]) -> None:
    drawn = sorted(drawn, key=lambda row: row[0] or 0)
    data = np.array([[NONE if value is None else value for value in row] for row in drawn], np.int64).T
    columns = Columns(NEEDED, data)
    starts, short = roll_up(columns, 5)
    merged = rows(*merge(np.stack([starts, *(short[name] for name in ROLLUP_COLUMNS)], axis=1), 60))
    exact = rows(*roll_up(columns, 60))
    for mine, theirs in zip(merged, exact, strict=True):
        for name, value, right in zip(("start_s", *ROLLUP_COLUMNS), mine, theirs, strict=True):
            assert (value is None) is (right is None)
            if name in ("start_s", "readings") or "_min_" in name or "_max_" in name:
                assert value == right


def test_a_current_counts_by_its_magnitude() -> None:
    data = np.full((len(NEEDED), 2), NONE, np.int64)
    data[0] = [0, 1000]
    data[NEEDED.index("current_l1_ma")] = [-16_000, 4000]
    (row,) = rows(*roll_up(Columns(NEEDED, data), 60))
    assert row[1 + ROLLUP_COLUMNS.index("current_l1_max_ma")] == 16_000
