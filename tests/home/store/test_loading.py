"""Files into a store: only what is new, nothing twice, and the ledger's law afterwards."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanport.errors import ConfigError
from hanport.home.store.check import check
from hanport.home.store.csv_columns import Billed, Energies, Integers, Options, Piece, Readings, Refusals
from hanport.home.store.exporting import Span, What, sheet, write_csv
from hanport.home.store.importing import read_pieces, recognise
from hanport.home.store.loading import Loaded, Loader, TrialStore
from hanport.home.store.moments import to_ms
from hanport.home.store.reader import Reader
from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity, Quality, Quarter
from hanport.port.bulk import NONE
from home.store.filled import METER, NOON, append, filled, quarters, rows

OTHER = MeterIdentity("Home Assistant", None)
HOUR = timedelta(hours=1)


def load(path: Path, *pieces: Piece, dry_run: bool = False) -> Loaded:
    store = TrialStore(path) if dry_run else Store(path)
    try:
        return Loader(store).load(pieces)
    finally:
        store.close()


def column(*numbers: int | None) -> Integers:
    return np.array([NONE if number is None else number for number in numbers], np.int64)


def readings(meter: MeterIdentity, *states: tuple[datetime, int]) -> Readings:
    """Readings of an import register."""
    return Readings(
        meter,
        column(*(to_ms(at) for at, _ in states)),
        {"energy_import_wh": column(*(wh for _, wh in states))},
        foreign=meter == OTHER,
    )


def energies(*hours: tuple[datetime, int, int | None], span_s: int = 3600) -> Energies:
    starts = column(*(to_ms(at) // 1000 for at, _, _ in hours))
    bought, fed = column(*(wh for _, wh, _ in hours)), column(*(wh for _, _, wh in hours))
    return Energies(span_s, starts, bought, fed, column(*(0 for _ in hours)))


def bring_in(path: Path, table: Path, options: Options | None = None) -> tuple[Loaded, Refusals]:
    refusals = Refusals()
    return load(path, *read_pieces(recognise(table), options or Options(), refusals)), refusals


def well(path: Path) -> bool:
    return all(verdict.well for verdict in check(path))


def csv(path: Path, what: What, out: Path) -> Path:
    with Reader(path) as reader, out.open("w", encoding="utf-8", newline="") as file:
        write_csv(sheet(reader.connection, what, Span.between(None, None)), file)
    return out


def test_hours_become_quarters_to_the_wh(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    loaded = load(path, energies((NOON, 1001, 7), (NOON + 2 * HOUR, 3, None)))
    assert (loaded.stored, loaded.present) == (2, 0)
    assert (loaded.first, loaded.last) == (NOON, NOON + 3 * HOUR)
    found = quarters(path)
    assert [quarter.import_wh for quarter in found] == [250, 250, 250, 251, 0, 1, 1, 1]
    assert [quarter.export_wh for quarter in found] == [1, 2, 2, 2, None, None, None, None]
    assert {quarter.quality for quarter in found} == {Quality.INTERPOLATED}
    assert load(path, energies((NOON, 9, 9), (NOON + 3 * HOUR, 4, 4))).stored == 1
    assert quarters(path)[:8] == found


def test_five_minutes_become_whole_quarters(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    fives = [(NOON + timedelta(minutes=5 * number), 10 + number, number if number else None) for number in range(7)]
    assert load(path, energies(*fives, span_s=300)).rows
    assert quarters(path) == [
        Quarter(NOON, 33, None, Quality.MEASURED),
        Quarter(NOON + timedelta(minutes=15), 42, 12, Quality.MEASURED),
    ]


def test_what_is_known_from_readings_is_not_overwritten_by_hours(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db")
    before = quarters(path)
    loaded = load(path, energies((NOON - HOUR, 400, 0), (NOON, 9999, 0)))
    assert (loaded.stored, loaded.present) == (1, 1)
    assert quarters(path)[4:] == before
    assert well(path)


def test_billed_hours_and_their_correction(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    starts = column(to_ms(NOON) // 1000, to_ms(NOON + HOUR) // 1000)
    piece = Billed(starts, column(1500, 20), column(None, None))
    assert load(path, piece).stored == 2
    assert load(path, piece).present == 2
    assert load(path, Billed(starts, column(None, 25), column(7, None))).stored == 2
    assert [row[1:] for row in rows(path, "SELECT * FROM billed_hour ORDER BY start_s")] == [(1500, 7), (25, None)]


def test_another_programs_registers_before_the_hubs_own(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db")
    before = quarters(path)
    states = [(NOON + HOUR * number, 500_000 + number * 400) for number in range(-48, 2)]
    loaded = load(path, readings(OTHER, *states))
    assert (loaded.stored, loaded.present) == (48, 2)
    found = quarters(path)
    assert found[-len(before) :] == before
    assert sum(quarter.import_wh for quarter in found) == 47 * 400 + sum(quarter.import_wh for quarter in before)
    assert well(path)
    again = load(path, readings(OTHER, *states))
    assert (again.stored, again.present) == (0, 50)
    assert quarters(path) == found


def test_the_hub_goes_on_with_its_own_meter_after_an_import(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    store = Store(path)
    append(store, 100)
    Loader(store).load([readings(OTHER, (NOON - HOUR, 5), (NOON - HOUR / 2, 15))])
    append(store, 200)  # the first hundred are duplicates
    store.close()
    assert sum(quarter.import_wh for quarter in quarters(path)) == 10 + 199 * 7 // 2
    assert rows(path, "SELECT COUNT(*) FROM run WHERE id > 0") == [(1,)]
    assert well(path)


def test_a_second_export_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db")
    before = sum(quarter.import_wh for quarter in quarters(path))
    load(path, readings(OTHER, (NOON - 9 * HOUR, 100), (NOON - 8 * HOUR, 200)))
    load(path, readings(OTHER, (NOON - 8 * HOUR, 200), (NOON - 6 * HOUR, 450), (NOON - 5.8 * HOUR, 460)))
    assert sum(quarter.import_wh for quarter in quarters(path)) == before + 360
    assert well(path)
    load(path, readings(OTHER, (NOON - 5 * HOUR, 100), (NOON - 4 * HOUR, 150)))  # another series: it stepped back
    load(path, readings(OTHER, (NOON - 3 * HOUR, 100), (NOON - 2 * HOUR, 150), (NOON - 1.5 * HOUR, 20)))
    assert sum(quarter.import_wh for quarter in quarters(path)) == before + 460
    assert well(path)


def test_readings_replace_what_was_known_by_hours_only(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db")
    before = sum(quarter.import_wh for quarter in quarters(path))
    load(path, energies(*((NOON - HOUR * number, 1000, 0) for number in range(1, 6))))
    load(path, readings(OTHER, (NOON - 4 * HOUR, 100), (NOON - 2 * HOUR, 300)))
    assert sum(quarter.import_wh for quarter in quarters(path)) == before + 3 * 1000 + 200
    assert well(path)


def test_readings_without_registers_leave_the_ledger_alone(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db")
    load(path, energies((NOON - HOUR, 1000, 0)))
    before = quarters(path)
    power = Readings(OTHER, column(to_ms(NOON - HOUR / 2)), {"power_import_w": column(70)}, foreign=True)
    assert load(path, power).stored == 1
    assert quarters(path) == before
    assert rows(path, "SELECT power_w FROM minute WHERE start_s = 1769859000") == [(70,)]


def test_a_trial_run_tells_the_same_and_changes_nothing(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db")
    before = quarters(path)
    pieces: list[Piece] = [
        readings(OTHER, (NOON - 2 * HOUR, 100), (NOON - HOUR, 300)),
        readings(METER, (NOON + 9 * HOUR, 2_000_000)),
        energies((NOON - 9 * HOUR, 1000, 0)),
        readings(OTHER),
    ]
    tried = load(path, *pieces, dry_run=True)
    assert quarters(path) == before
    assert load(path, *pieces) == tried
    assert quarters(path) != before


@pytest.mark.parametrize("what", [What.READINGS, What.QUARTERS])
def test_export_then_import_into_an_empty_store_gives_the_identical_quarters(tmp_path: Path, what: What) -> None:
    path = filled(tmp_path / "hub.db")
    table = csv(path, what, tmp_path / "x.csv")
    loaded, refusals = bring_in(tmp_path / "new.db", table)
    assert refusals.count == 0
    assert quarters(tmp_path / "new.db") == quarters(path)
    assert well(tmp_path / "new.db")
    assert csv(tmp_path / "new.db", what, tmp_path / "back.csv").read_text() == table.read_text()
    again, _ = bring_in(tmp_path / "new.db", table)
    assert (again.stored, again.present) == (0, loaded.rows)
    assert quarters(tmp_path / "new.db") == quarters(path)
    assert (
        csv(tmp_path / "new.db", What.QUARTERS, tmp_path / "y.csv").read_text()
        == csv(path, What.QUARTERS, tmp_path / "z.csv").read_text()
    )


def test_what_came_of_another_program_comes_back_identical_too(tmp_path: Path) -> None:
    path = filled(tmp_path / "hub.db")
    for begin, first in ((-48, 900), (-9, 100), (-20, 500)):
        load(path, readings(OTHER, *((NOON + HOUR * (begin + n), first + 7 * n) for n in range(7))))
    assert [row[0] for row in rows(path, "SELECT id FROM run ORDER BY id")] == [-3, -2, -1, 1, 2]
    table = csv(path, What.READINGS, tmp_path / "x.csv")
    _, refusals = bring_in(tmp_path / "new.db", table)
    assert refusals.count == 0
    assert quarters(tmp_path / "new.db") == quarters(path)
    assert well(tmp_path / "new.db")


STEPS = st.lists(
    st.tuples(st.sampled_from([1, 10, 60, 300, 5000, 90_000]), st.integers(0, 400), st.integers(0, 1)),
    min_size=1,
    max_size=60,
)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS, other=STEPS)
def test_readings_come_back_as_they_went(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, int]], other: list[tuple[int, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    at, wh = datetime(2026, 3, 28, 20, tzinfo=UTC), 1000
    series: Mapping[MeterIdentity, list[tuple[int, int, int]]] = {METER: steps, MeterIdentity("AUX", "9"): other}
    pieces = []
    for meter, moves in series.items():
        states = []
        for seconds, used, back in moves:
            at += timedelta(seconds=seconds)
            wh = used if back and used < 5 else wh + used  # now and then the register steps back
            states.append((at, wh))
        pieces.append(readings(meter, *states))
    load(folder / "hub.db", *pieces)
    out = io.StringIO()
    with Reader(folder / "hub.db") as reader:
        write_csv(sheet(reader.connection, What.READINGS, Span.between(None, None)), out)
    (folder / "x.csv").write_text(out.getvalue())
    _, refusals = bring_in(folder / "new.db", folder / "x.csv")
    assert refusals.count == 0
    assert quarters(folder / "new.db") == quarters(folder / "hub.db")
    assert well(folder / "new.db")


@pytest.mark.parametrize(
    ("states", "fits"),
    [
        ([(NOON - HOUR, 999_000)], True),  # 1 kWh in an hour, then the hub's first register
        ([(NOON - HOUR, 900_000)], False),  # 100 kW
        ([(NOON - HOUR, 1_500_000)], False),  # back
        ([(NOON + 4 * HOUR, 1_010_000)], True),
        ([(NOON + 4 * HOUR, 1_100_000)], False),
        ([], True),
    ],
)
def test_registers_that_cannot_be_of_the_hubs_meter(
    tmp_path: Path, states: list[tuple[datetime, int]], fits: bool
) -> None:
    path = tmp_path / "hub.db"
    store = Store(path, commit_every_s=1e9)
    append(store, 100)
    loader = Loader(store, most_w=20_000)
    try:
        if fits:
            loader.load([readings(METER, *states)])
        else:
            with pytest.raises(ConfigError, match="cannot be those"):
                loader.load([readings(METER, *states)])
        power = Readings(METER, column(to_ms(NOON + 9 * HOUR)), {"power_import_w": column(5)})
        assert loader.load([power]).stored >= 1
    finally:
        store.close()
