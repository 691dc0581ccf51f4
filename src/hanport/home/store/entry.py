"""One reading as a row of the file, and what may follow on what."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar

import apsw

from hanport.home.store.ledger import Integers, Point
from hanport.home.store.moments import to_ms
from hanport.home.store.schema import READING_COLUMNS
from hanport.port.values import Reading

Registers: TypeAlias = tuple[int | None, int | None]
Amount = TypeVar("Amount", int, Integers)

# More than this between two readings was not used by anything behind a household's meter: the register was set, or a
# telegram without a checksum was damaged.
_MOST_W = 10_000_000
_MOST_AT_ONCE_WH = 10_000

INSERT = (
    f"INSERT INTO reading (run, at_ms, received_ms, {', '.join(READING_COLUMNS)}) "
    f"VALUES ({', '.join('?' * (len(READING_COLUMNS) + 3))})"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A reading: its time, when it was received, and the values of READING_COLUMNS."""

    at_ms: int
    received_ms: int | None
    values: tuple[int | None, ...]

    @property
    def registers(self) -> Registers:
        """The states of import and export."""
        return self.values[0], self.values[1]

    def insert(self, connection: apsw.Connection, run: int) -> None:
        """Write it as a row of its own."""
        connection.execute(INSERT, (run, self.at_ms, self.received_ms, *self.values))

    def repeats(self, values: tuple[int | None, ...]) -> bool:
        """Whether a stored reading of the same instant says all that this one does.

        One that says more is another: some meters send two lists in the same second, one of them with the registers.
        """
        return all(mine is None or mine == theirs for mine, theirs in zip(self.values, values, strict=True))


def make_entry(at: datetime, received_at: datetime | None, reading: Reading) -> Entry:
    """A reading as the file has it."""
    values = tuple(getattr(reading, name) for name in READING_COLUMNS)
    return Entry(to_ms(at), None if received_at is None else to_ms(received_at), values)


def most_wh(duration_ms: Amount) -> Amount:
    """What can have been used in that time at most."""
    return _MOST_AT_ONCE_WH + duration_ms * _MOST_W // 3_600_000


def goes_on(known: Point | None, at_ms: int, wh: int | None) -> bool:
    """Whether a register can have come from a known state to this one: not back, and no further than possible."""
    if known is None or wh is None:
        return True
    return 0 <= wh - known.wh <= most_wh(abs(at_ms - known.at_ms))
