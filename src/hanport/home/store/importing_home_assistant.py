"""What Home Assistant exports: the history of register sensors, long-term statistics, and the energy panel's table.

History: `entity_id,state,last_changed` (History, Download data). Statistics: one row an hour and series with
`statistic_id`, a `start`, and `state` or `sum` (from its database, or from the integration import_statistics). Energy
panel: one row a series, one column an hour (Energy, Download data).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hanport.errors import ConfigError
from hanport.home.store.csv_columns import (
    ENERGY_POWERS,
    SAYS_NOTHING,
    Energies,
    Integers,
    Options,
    Piece,
    Readings,
    Refusals,
)
from hanport.home.store.csv_table import Table
from hanport.home.store.csv_values import NoTime, TimeReader, amount
from hanport.home.store.registers import Register, at_times, false_zeros, summed
from hanport.home.store.series_names import choose
from hanport.home.values import MeterIdentity
from hanport.port.bulk import NONE

METER = MeterIdentity("Home Assistant", None)

_ID = ("entity_id", "statistic_id")
_START = ("start", "start_ts", "last_changed", "last_updated")
_UNIT = ("unit", "unit_of_measurement")
_SHOWN = ("state", "sum")
_LONGEST_MS = 3_600_000
_PANEL_TYPES = {"grid_consumption": "import", "grid_return": "export"}


def is_history(names: tuple[str, ...]) -> bool:
    """Whether the headings are those of a downloaded history."""
    return {"entity_id", "state", "last_changed"} <= set(names)


def is_statistics(names: tuple[str, ...]) -> bool:
    """Whether the headings are those of long-term statistics."""
    return "statistic_id" in names and bool(set(names) & set(_SHOWN)) and bool(set(names) & set(_START))


def is_panel(names: tuple[str, ...]) -> bool:
    """Whether the headings are those of the energy panel's table."""
    return names[:3] == ("entity_id", "type", "unit") and len(names) > 3


def read_history(table: Table, options: Options, refusals: Refusals) -> Iterator[Piece]:
    """The registers of a history. Only changes are in it: a register that is not named stands still."""
    columns = _columns(table, options)
    yield from _as_readings(_collect(table, columns, options, refusals)["state"], options, refusals, hold=True)


def read_statistics(table: Table, options: Options, refusals: Refusals) -> Iterator[Piece]:
    """The registers of statistics: each row tells what a series showed at the end of its period.

    `state` is what the meter showed; where that is set back now and then, `sum` goes on and is taken.
    """
    columns = _columns(table, options)
    collected = _collect(table, columns, options, refusals)
    series = {}
    for name in {*collected["state"], *collected["sum"]}:
        state, total = collected["state"].get(name), collected["sum"].get(name)
        chosen = total if state is None or (total is not None and state.steps_back()) else state
        assert chosen is not None
        series[name] = _moved(chosen)
    yield from _as_readings(series, options, refusals, hold=False)


def read_panel(table: Table, options: Options, refusals: Refusals) -> Iterator[Piece]:
    """The energy panel's table: energy by hour, which goes into quarters. Its days are refused."""
    reader = TimeReader(options.times)
    try:
        starts = np.array([reader.ms(name) // 1000 for name in table.names[3:]], np.int64)
    except NoTime as problem:
        raise ConfigError(f"The headings of the energy panel's table are not all times: {problem}.", "") from problem
    totals = {role: np.full(len(starts), NONE, np.int64) for role in ("import", "export")}
    for line, cells in table:
        role = _PANEL_TYPES.get(cells[1]) if len(cells) > 2 else None
        if role is None:
            continue
        _add_row(totals[role], cells, refusals, line)
    known = np.flatnonzero(totals["import"] != NONE)
    if not len(known):
        raise ConfigError("The table has no row of the type grid_consumption.", "Set up the grid in the energy panel.")
    span = int(np.diff(starts[known]).min(initial=3600 if len(starts) == 1 else 1 << 40))
    if span > 3600:  # days, or months: since 2026 with empty columns for the hours between them
        raise ConfigError("The table has the energy of whole days.", "Choose a day or a week in the energy panel.")
    yield Energies(
        span, starts[known], totals["import"][known], totals["export"][known], np.zeros(len(known), np.int64)
    )


@dataclass(frozen=True, slots=True)
class _Columns:
    id: int
    start: int
    unit: int | None
    shown: dict[str, int]


def _columns(table: Table, options: Options) -> _Columns:
    names = table.names
    unit = next((names.index(name) for name in _UNIT if name in names), None)
    if unit is None and options.unit.lower() not in ENERGY_POWERS:
        raise ConfigError(f"{options.unit} is no unit of energy.", "Known: Wh, kWh, MWh.")
    return _Columns(
        id=next(names.index(name) for name in _ID if name in names),
        start=next(names.index(name) for name in _START if name in names),
        unit=unit,
        shown={name: names.index(name) for name in _SHOWN if name in names},
    )


def _collect(table: Table, columns: _Columns, options: Options, refusals: Refusals) -> dict[str, dict[str, Register]]:
    """Column -> series -> what it showed. Series in another unit than one of energy are passed over."""
    collected: dict[str, dict[str, Register]] = {name: {} for name in _SHOWN}
    times: dict[str, TimeReader] = {}
    for line, cells in table:
        name = cells[columns.id].strip()
        power = ENERGY_POWERS.get((options.unit if columns.unit is None else cells[columns.unit]).strip().lower())
        if power is None:
            continue
        try:
            at_ms = times.setdefault(name, TimeReader(options.times)).ms(cells[columns.start])
        except NoTime as problem:
            refusals.add_time(line, problem)
            continue
        for shown, place in columns.shown.items():
            cell = cells[place].strip()
            wh = amount(cell, power)
            if wh is not None:
                collected[shown].setdefault(name, Register()).add(at_ms, wh, line)
            elif cell and cell not in SAYS_NOTHING and columns.unit is not None:
                refusals.add(line, f"{shown} is no number", "Correct the cell, or take the row out.")
    return collected


def _moved(series: Register) -> Register:
    """What was said of a period, at its end: five minutes or an hour later than its start."""
    at_ms, wh, lines = series.in_order()
    period = min(int(np.diff(at_ms).min()), _LONGEST_MS) if len(at_ms) > 1 else _LONGEST_MS
    moved = Register()
    for column, values in ((moved.at_ms, at_ms + period), (moved.wh, wh), (moved.lines, lines)):
        column.frombytes(values.tobytes())
    return moved


def _as_readings(series: dict[str, Register], options: Options, refusals: Refusals, *, hold: bool) -> Iterator[Piece]:
    imports, exports = choose(sorted(series), options.imports, options.exports)
    bought = summed([_clean(series[name], refusals) for name in imports], hold=hold)
    returned = summed([_clean(series[name], refusals) for name in exports], hold=hold)
    at_ms = np.union1d(bought[0], returned[0]) if hold else bought[0]
    energy_import = at_times(at_ms, bought, hold=hold)
    known = energy_import != NONE
    columns = {"energy_import_wh": energy_import[known]}
    if exports:
        columns["energy_export_wh"] = at_times(at_ms, returned, hold=hold)[known]
    yield Readings(options.meter or METER, at_ms[known], columns, foreign=options.meter is None)


def _clean(series: Register, refusals: Refusals) -> tuple[Integers, Integers]:
    at_ms, wh, lines = series.in_order()
    zeros = false_zeros(wh)
    for place in zeros:
        refusals.add(int(lines[place]), "the register shows 0 for a moment", "Nothing: that was no reading.")
    return np.delete(at_ms, zeros), np.delete(wh, zeros)


def _add_row(total: Integers, cells: Sequence[str], refusals: Refusals, line: int) -> None:
    power = ENERGY_POWERS.get(cells[2].strip().lower(), 3)
    for place, cell in enumerate(cells[3 : 3 + len(total)]):
        if not cell.strip() or cell in SAYS_NOTHING:
            continue
        wh = amount(cell, power)
        if wh is None or wh < 0:
            refusals.add(line, f"{cell[:20]!r} is no energy", "Correct the cell.")
        else:
            total[place] = wh if total[place] == NONE else total[place] + wh
