"""The tables that hanport itself exports (exporting.py), brought in again: readings, quarters and hours."""

from collections.abc import Iterator

import numpy as np

from hanport.home.store.csv_columns import (
    PIECE_ROWS,
    Billed,
    Collector,
    Energies,
    Options,
    Piece,
    Readings,
    Refusals,
    Source,
    Taken,
)
from hanport.home.store.csv_table import Table
from hanport.home.store.csv_values import NoTime, TimeReader, Times
from hanport.home.store.ledger import Grade
from hanport.home.store.schema import HOUR_MS, READING_COLUMNS
from hanport.home.values import MeterIdentity, Quality
from hanport.port.bulk import NONE

METER = MeterIdentity("CSV", None)


def is_readings(names: tuple[str, ...]) -> bool:
    """Whether the headings are those of readings: a time, and at least one field of Reading."""
    return "at_utc" in names and bool(set(names) & set(READING_COLUMNS))


def is_quarters(names: tuple[str, ...]) -> bool:
    """Whether the headings are those of quarters."""
    return {"start_utc", "import_wh"} <= set(names) and "quarters" not in names


def is_hours(names: tuple[str, ...]) -> bool:
    """Whether the headings are those of hours."""
    return {"start_utc", "import_wh", "quarters"} <= set(names)


def is_billed(names: tuple[str, ...]) -> bool:
    """Whether the headings are those of the network company's hours."""
    return {"start_utc", "billed_import_wh", "billed_export_wh"} <= set(names)


def read_readings(table: Table, options: Options, refusals: Refusals) -> Iterator[Piece]:
    """Readings; where `run` or the meter changes, another series begins. A run below 0 is of another program."""
    place = {name: number for number, name in enumerate(table.names)}
    sources = {name: Source((place[name],), 0) for name in READING_COLUMNS if name in place}
    collector, times = Collector(sources), TimeReader(Times.UTC)
    received: list[int] = []
    series: list[str] = []
    meter, foreign = options.meter or METER, False
    told = [place[name] for name in ("run", "meter", "meter_number") if name in place]
    for line, cells in table:
        now = [cells[number] for number in told]
        if (now != series or len(collector) >= PIECE_ROWS) and len(collector):
            yield _readings(meter, collector.take(refusals), received, foreign)
            received = []
        if now != series:
            series = now
            meter = options.meter or _meter(cells, place)
            foreign = "run" in place and cells[place["run"]].startswith("-") and options.meter is None
        try:
            at_ms = times.ms(cells[place["at_utc"]])
            said = cells[place["received_utc"]] if "received_utc" in place else ""
            received_ms = TimeReader(Times.UTC).ms(said) if said else NONE
        except NoTime as problem:
            refusals.add_time(line, problem)
            continue
        collector.add(line, at_ms, cells)
        received.append(received_ms)
    yield _readings(meter, collector.take(refusals), received, foreign)


def _readings(meter: MeterIdentity, taken: Taken, received: list[int], foreign: bool) -> Readings:
    received_ms = np.array(received, np.int64)[taken.kept]
    return Readings(meter, taken.at_ms, taken.columns | {"received_ms": received_ms}, foreign)


def _meter(cells: list[str], place: dict[str, int]) -> MeterIdentity:
    names = [cells[place[name]] or None if name in place else None for name in ("meter", "meter_number")]
    return MeterIdentity(*names) if any(names) else METER


def read_quarters(table: Table, options: Options, refusals: Refusals) -> Iterator[Piece]:
    """Quarters, with the quality that they say."""
    return _energies(table, 900, refusals)


def read_hours(table: Table, options: Options, refusals: Refusals) -> Iterator[Piece]:
    """Hours, which are put into quarters; those that are not whole are refused."""
    return _energies(table, 3600, refusals)


def read_billed(table: Table, options: Options, refusals: Refusals) -> Iterator[Piece]:
    """The network company's hours, as they were exported."""
    place = {name: number for number, name in enumerate(table.names)}
    wanted = ("billed_import_wh", "billed_export_wh")
    collector, times = Collector({name: Source((place[name],), 0) for name in wanted}), TimeReader(Times.UTC)
    for line, cells in table:
        try:
            at_ms = times.ms(cells[place["start_utc"]])
        except NoTime as problem:
            refusals.add_time(line, problem)
            continue
        if at_ms % HOUR_MS:
            refusals.add(line, "not a whole hour", "Take the row out.")
        else:
            collector.add(line, at_ms, cells)
    taken = collector.take(refusals)
    yield Billed(taken.at_ms // 1000, *(taken.columns[name] for name in wanted))


def _energies(table: Table, span_s: int, refusals: Refusals) -> Iterator[Piece]:
    place = {name: number for number, name in enumerate(table.names)}
    wanted = [name for name in ("import_wh", "export_wh") if name in place]
    collector, times = Collector({name: Source((place[name],), 0) for name in wanted}), TimeReader(Times.UTC)
    grades: list[int] = []
    for line, cells in table:
        try:
            at_ms = times.ms(cells[place["start_utc"]])
        except NoTime as problem:
            refusals.add_time(line, problem)
            continue
        grade = _grade(cells, place)
        whole = "quarters" not in place or cells[place["quarters"]] == "4"
        if at_ms % (span_s * 1000) or not whole:
            refusals.add(line, "not a whole period", "Bring the quarters in instead.")
        elif grade is None:
            refusals.add(line, "an unknown quality", f"Known: {', '.join(Quality)}.")
        else:
            collector.add(line, at_ms, cells)
            grades.append(grade)
    taken = collector.take(refusals)
    export = taken.columns.get("export_wh", np.full(len(taken.at_ms), NONE, np.int64))
    quality = np.array(grades, np.int64)[taken.kept]
    yield Energies(span_s, taken.at_ms // 1000, taken.columns["import_wh"], export, quality)


def _grade(cells: list[str], place: dict[str, int]) -> int | None:
    if "quality" not in place:
        return Grade.MEASURED
    said = cells[place["quality"]].upper() if place["quality"] < len(cells) else ""
    return Grade[said] if said in Grade.__members__ else None
