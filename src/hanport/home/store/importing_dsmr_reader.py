"""What dsmr-reader exports: its readings (a copy of the table dsmr_datalogger_dsmrreading) and its hours.

Its export of days is refused: a day's energy cannot be put into quarters.
"""

from collections.abc import Iterator

import numpy as np

from hanport.errors import ConfigError
from hanport.home.store.csv_columns import (
    PIECE_ROWS,
    Collector,
    Energies,
    Options,
    Piece,
    Readings,
    Refusals,
    Source,
    Taken,
    places,
)
from hanport.home.store.csv_table import Table
from hanport.home.store.csv_values import NoTime, TimeReader
from hanport.home.values import MeterIdentity

METER = MeterIdentity("dsmr-reader", None)

# Our field -> their columns (dsmr_datalogger/models/reading.py), and the power of ten from their unit to ours.
_READINGS: dict[str, tuple[tuple[str, ...], int]] = {
    "energy_import_wh": (("electricity_delivered_1", "electricity_delivered_2"), 3),
    "energy_export_wh": (("electricity_returned_1", "electricity_returned_2"), 3),
    "power_import_w": (("electricity_currently_delivered",), 3),
    "power_export_w": (("electricity_currently_returned",), 3),
    "power_import_l1_w": (("phase_currently_delivered_l1",), 3),
    "power_import_l2_w": (("phase_currently_delivered_l2",), 3),
    "power_import_l3_w": (("phase_currently_delivered_l3",), 3),
    "power_export_l1_w": (("phase_currently_returned_l1",), 3),
    "power_export_l2_w": (("phase_currently_returned_l2",), 3),
    "power_export_l3_w": (("phase_currently_returned_l3",), 3),
    "voltage_l1_mv": (("phase_voltage_l1",), 3),
    "voltage_l2_mv": (("phase_voltage_l2",), 3),
    "voltage_l3_mv": (("phase_voltage_l3",), 3),
    "current_l1_ma": (("phase_power_current_l1",), 3),
    "current_l2_ma": (("phase_power_current_l2",), 3),
    "current_l3_ma": (("phase_power_current_l3",), 3),
}


def is_readings(names: tuple[str, ...]) -> bool:
    """Whether the headings are those of its readings."""
    return {"timestamp", "electricity_delivered_1"} <= set(names)


def is_hours(names: tuple[str, ...]) -> bool:
    """Whether the headings are those of its export of hours (English or Dutch)."""
    return bool(names) and names[0].lower() in ("hour start", "hour_start", "begin uur", "uur") and bool(_bought(names))


def is_days(names: tuple[str, ...]) -> bool:
    """Whether the headings are those of its export of days."""
    return bool(names) and names[0].lower() in ("date", "day", "datum", "dag") and bool(_bought(names))


def read_readings(table: Table, options: Options, refusals: Refusals) -> Iterator[Piece]:
    """Its readings; its two registers by tariff are one register of ours."""
    sources = {
        field: Source(tuple(table.names.index(name) for name in names if name in table.names), power)
        for field, (names, power) in _READINGS.items()
        if names[0] in table.names
    }
    time_place = table.names.index("timestamp")
    collector, times = Collector(sources), TimeReader(options.times)
    for line, cells in table:
        try:
            at_ms = times.ms(cells[time_place])
        except NoTime as problem:
            refusals.add_time(line, problem)
            continue
        collector.add(line, at_ms, cells)
        if len(collector) == PIECE_ROWS:
            yield _readings(collector.take(refusals), options)
    yield _readings(collector.take(refusals), options)


def _readings(taken: Taken, options: Options) -> Readings:
    return Readings(options.meter or METER, taken.at_ms, taken.columns, foreign=options.meter is None)


def read_hours(table: Table, options: Options, refusals: Refusals) -> Iterator[Piece]:
    """Its hours: energy by hour, which goes into quarters."""
    names = tuple(name.lower() for name in table.names)
    collector = Collector({"import": Source(_bought(names), 3), "export": Source(_returned(names), 3)})
    times = TimeReader(options.times)
    for line, cells in table:
        try:
            at_ms = times.ms(cells[0])
        except NoTime as problem:
            refusals.add_time(line, problem)
            continue
        if at_ms % 3_600_000:
            refusals.add(line, f"{cells[0]} is no whole hour", "Export hours, not readings.")
        else:
            collector.add(line, at_ms, cells)
    taken = collector.take(refusals)
    quality = np.zeros(len(taken.at_ms), np.int64)
    yield Energies(3600, taken.at_ms // 1000, taken.columns["import"], taken.columns["export"], quality)


def read_days(table: Table, options: Options, refusals: Refusals) -> Iterator[Piece]:
    """Raises ConfigError: what its export of days lacks."""
    raise ConfigError("This is dsmr-reader's export of days.", "Export hours instead (Export, data type: hours).")


def _bought(names: tuple[str, ...]) -> tuple[int, ...]:
    return places(names, lambda name: _is_energy(name.lower()) and not _is_return(name.lower()))


def _returned(names: tuple[str, ...]) -> tuple[int, ...]:
    return places(names, lambda name: _is_energy(name.lower()) and _is_return(name.lower()))


def _is_energy(name: str) -> bool:
    other = ("cost", "price", "kosten", "prijs", "reading", "meterstand")
    return name.startswith(("electricity", "elektriciteit")) and not any(word in name for word in other)


def _is_return(name: str) -> bool:
    return "return" in name or "terug" in name
