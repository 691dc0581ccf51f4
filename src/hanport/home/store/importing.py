"""Files of other programs, and of this one: which kind a file is, by its content, and its rows as pieces to store."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from hanport.errors import ConfigError
from hanport.home.store import importing_billed as billed
from hanport.home.store import importing_dsmr_reader as dsmr_reader
from hanport.home.store import importing_home_assistant as home_assistant
from hanport.home.store import importing_own as own
from hanport.home.store.csv_columns import Options, Piece, Refusals
from hanport.home.store.csv_table import Head, Table, is_text, open_table, read_head
from hanport.port.cipher import Keys
from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram

_START_BYTES = 64 * 1024


class Kind(StrEnum):
    """What a file can be. The names are those of `--kind`."""

    RECORDING = "recording"
    READINGS = "readings"
    QUARTERS = "quarters"
    HOURS = "hours"
    BILLED = "billed"
    DSMR_READINGS = "dsmr-reader-readings"
    DSMR_HOURS = "dsmr-reader-hours"
    DSMR_DAYS = "dsmr-reader-days"
    HA_PANEL = "home-assistant-energy"
    HA_STATISTICS = "home-assistant-statistics"
    HA_HISTORY = "home-assistant-history"
    NETWORK = "network-company"


Reader: TypeAlias = Callable[[Table, Options, Refusals], Iterator[Piece]]

# The kinds of table, the surest first: whether headings are of that kind, and what reads it.
TABLES: dict[Kind, tuple[Callable[[tuple[str, ...]], bool], Reader]] = {
    Kind.READINGS: (own.is_readings, own.read_readings),
    Kind.HOURS: (own.is_hours, own.read_hours),
    Kind.QUARTERS: (own.is_quarters, own.read_quarters),
    Kind.BILLED: (own.is_billed, own.read_billed),
    Kind.DSMR_READINGS: (dsmr_reader.is_readings, dsmr_reader.read_readings),
    Kind.DSMR_HOURS: (dsmr_reader.is_hours, dsmr_reader.read_hours),
    Kind.DSMR_DAYS: (dsmr_reader.is_days, dsmr_reader.read_days),
    Kind.HA_PANEL: (home_assistant.is_panel, home_assistant.read_panel),
    Kind.HA_STATISTICS: (home_assistant.is_statistics, home_assistant.read_statistics),
    Kind.HA_HISTORY: (home_assistant.is_history, home_assistant.read_history),
    Kind.NETWORK: (billed.is_billed, billed.read_billed),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A file's kind; of a table also how it is written and which row has its headings."""

    path: Path
    kind: Kind
    head: Head | None = None
    headings: int = 0


def recognise(path: Path, kind: Kind | None = None, keys: Keys | None = None) -> Found:
    """What a file is, or where it is the `kind` that the user says. Raises ConfigError where it is nothing known.

    `keys` are those of the meter whose recording it may be.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_START_BYTES)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", "Check its name and permissions.") from error
    if is_text(start) and kind is not Kind.RECORDING:
        head = read_head(path)
        for wanted in TABLES if kind is None else [kind]:
            place = _headings(wanted, head.rows)
            if place is not None:
                return Found(path, wanted, head, place)
    if kind in (None, Kind.RECORDING) and any(isinstance(event, Telegram) for event in Decoder(keys).feed(start)):
        return Found(path, Kind.RECORDING)
    raise ConfigError(
        f"{path} is no {kind or 'file that can be brought in'}.",
        "docs/import-export.md shows the headings of each kind.",
    )


def _headings(kind: Kind, rows: Sequence[tuple[str, ...]]) -> int | None:
    """The first row that has the headings of a kind; of a network company's table, one with a time below it."""
    wanted, _ = TABLES[kind]
    for place, names in enumerate(rows):
        if wanted(names) and (kind is not Kind.NETWORK or billed.has_times_below(names, rows[place + 1 :])):
            return place
    return None


def read_pieces(
    found: Found, options: Options, refusals: Refusals, told: Callable[[float], None] = lambda done: None
) -> Iterator[Piece]:
    """The rows of a table as pieces; rows that cannot be used are refused. `told` hears how much is read, 0 to 1."""
    assert found.head is not None
    with open_table(found.path, found.head, found.headings) as table:
        for piece in TABLES[found.kind][1](table, options, refusals):
            told(table.read_bytes() / max(1, table.size))
            yield piece
