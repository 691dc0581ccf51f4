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
PIECE_ROWS = 64 * 1024
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


class Collector:
    """Collects rows until they are taken as columns."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = [(name, source.places, source.power) for name, source in sources.items()]
        self._values: list[list[int]] = [[] for _ in self._sources]
        self.at_ms: list[int] = []

    def __len__(self) -> int:
        return len(self.at_ms)

    def add(self, at_ms: int, cells: Sequence[str]) -> str | None:
        """Take a row; else the name of the field whose cell is no number. An empty cell says nothing."""
        numbers = []
        for name, places, power in self._sources:
            number = _sum(cells, places, power)
            if number is None:
                return name
            numbers.append(number)
        for values, number in zip(self._values, numbers, strict=True):
            values.append(number)
        self.at_ms.append(at_ms)
        return None

    def take(self) -> tuple[Integers, dict[str, Integers]]:
        """The rows so far; the next ones begin anew."""
        at_ms = np.array(self.at_ms, np.int64)
        columns = {
            name: np.array(values, np.int64) for (name, _, _), values in zip(self._sources, self._values, strict=True)
        }
        self.at_ms = []
        self._values = [[] for _ in self._sources]
        return at_ms, columns


def _sum(cells: Sequence[str], places: tuple[int, ...], power: int) -> int | None:
    """The sum of the cells, NONE where one says nothing (half a register is none), None where one is no number."""
    total = 0 if places else NONE
    for place in places:
        cell = cells[place]
        if not cell or cell in SAYS_NOTHING:
            return NONE
        number = amount(cell, power)
        if number is None:
            return None
        total += number
    return total


def places(names: Iterable[str], wanted: Callable[[str], bool]) -> tuple[int, ...]:
    """The places of the headings that are wanted."""
    return tuple(place for place, name in enumerate(names) if wanted(name))
