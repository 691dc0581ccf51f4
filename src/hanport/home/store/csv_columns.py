"""Rows of a table to the columns of readings or energies: which heading is which field, summed where several are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hanport.home.store.csv_values import NoTime, Times, amount
from hanport.home.values import MeterIdentity
from hanport.port.bulk import NONE

Integers: TypeAlias = NDArray[np.int64]

SAYS_NOTHING = frozenset(("null", "NULL", "\\N", "None", "nan", "NaN", "unknown", "unavailable", "-"))
PIECE_ROWS = 16 * 1024
KEPT_REFUSALS = 1000


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken: the number of its line, why, and what to do."""

    line: int
    reason: str
    remedy: str


@dataclass(slots=True)
class Refusals:
    """All rows that were refused are counted, the first thousand are kept."""

    count: int = 0
    kept: list[Refusal] = field(default_factory=list)

    def add(self, line: int, reason: str, remedy: str) -> None:
        """Refuse a row."""
        self.count += 1
        if len(self.kept) < KEPT_REFUSALS:
            self.kept.append(Refusal(line, reason, remedy))

    def add_time(self, line: int, problem: NoTime) -> None:
        """Refuse a row because of its time."""
        self.add(line, str(problem), TIME_REMEDY)


TIME_REMEDY = "If the file counts in normal time or UTC, say so by --times normal or --times utc."


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings of one meter: milliseconds since 1970 UTC, and a column for each field of Reading that the file has.

    `foreign`: it is another program that calls the meter so; the hub's own meter goes before it.
    """

    meter: MeterIdentity
    at_ms: Integers
    columns: Mapping[str, Integers]
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Energies:
    """Energy by periods of `span_s` from `start_s` on, in Wh; the two columns have NONE where nothing is said.

    `quality` is the mark of each (0 measured, 1 interpolated, 2 estimated).
    """

    span_s: int
    start_s: Integers
    import_wh: Integers
    export_wh: Integers
    quality: Integers


@dataclass(frozen=True, slots=True)
class Billed:
    """What the network company says, by hour."""

    start_s: Integers
    import_wh: Integers
    export_wh: Integers


Piece: TypeAlias = Readings | Energies | Billed


# A cell that is no number, beside NONE: below all that can be measured.
_NO_NUMBER = NONE + 1

# Unit in small letters -> the power of ten from it to Wh.
ENERGY_POWERS = {"wh": 0, "kwh": 3, "mwh": 6}


@dataclass(frozen=True, slots=True)
class Options:
    """What a file does not say itself.

    `times` is what a time without an offset counts in. `meter` is the meter that its registers are of, None where
    they get a meter of their own. `imports` and `exports` name the series of a file with many. `exported`: the one
    column of energy is what was fed into the grid. `at_end`: an hour is called by its end. `unit` is that of energy
    where no heading names one.
    """

    times: Times = Times.LOCAL
    meter: MeterIdentity | None = None
    imports: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    exported: bool = False
    at_end: bool = False
    unit: str = "kWh"


@dataclass(frozen=True, slots=True)
class Source:
    """The cells that make a field: their places in a row, and the power of ten from their unit to the field's."""

    places: tuple[int, ...]
    power: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Rows as columns, and which of the rows that were added are among them."""

    at_ms: Integers
    columns: dict[str, Integers]
    kept: NDArray[np.bool_]


class Collector:
    """Collects rows until they are taken as columns: a column at a time is ten times as fast as a cell at a time."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._clear()

    def _clear(self) -> None:
        self._at_ms: list[int] = []
        self._lines: list[int] = []
        self._rows: list[Sequence[str]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, line: int, at_ms: int, cells: Sequence[str]) -> None:
        """Take a row. An empty cell says nothing."""
        self._at_ms.append(at_ms)
        self._lines.append(line)
        self._rows.append(cells)

    def take(self, refusals: Refusals) -> Taken:
        """The rows so far, but for those with a cell that is no number; the next ones begin anew."""
        columns = {name: self._column(source) for name, source in self._sources.items()}
        kept = np.ones(len(self._rows), bool)
        for name, column in columns.items():
            for row in np.flatnonzero((column == _NO_NUMBER) & kept).tolist():
                kept[row] = False
                refusals.add(self._lines[row], f"{name} is no number", "Correct the cell, or take the row out.")
        at_ms = np.array(self._at_ms, np.int64)[kept]
        self._clear()
        return Taken(at_ms, {name: column[kept] for name, column in columns.items()}, kept)

    def _column(self, source: Source) -> Integers:
        """The sum of the cells of each row, NONE where one says nothing: half a register is none."""
        parts = [self._numbers(place, source.power) for place in source.places]
        if not parts:
            return np.full(len(self._rows), NONE, np.int64)
        total: Integers = np.sum([np.where(part > _NO_NUMBER, part, 0) for part in parts], axis=0)
        total[np.any([part == NONE for part in parts], axis=0)] = NONE
        total[np.any([part == _NO_NUMBER for part in parts], axis=0)] = _NO_NUMBER
        return total

    def _numbers(self, place: int, power: int) -> Integers:
        cells = [row[place] for row in self._rows]
        known = {cell: _number(cell, power) for cell in set(cells)}  # most columns repeat themselves
        return np.array([known[cell] for cell in cells], np.int64)


def _number(cell: str, power: int) -> int:
    """The number of a cell, NONE for one that says nothing, _NO_NUMBER for one that says something else."""
    if not cell or cell in SAYS_NOTHING:
        return NONE
    number = amount(cell, power)
    return _NO_NUMBER if number is None else number


def places(names: Iterable[str], wanted: Callable[[str], bool]) -> tuple[int, ...]:
    """The places of the headings that are wanted."""
    return tuple(place for place, name in enumerate(names) if wanted(name))
