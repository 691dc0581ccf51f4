"""Tables in files, read as pieces: what the tests of all kinds of import share."""

from datetime import datetime
from pathlib import Path

from hanport.home.store.csv_columns import Billed, Energies, Integers, Options, Piece, Readings, Refusals
from hanport.home.store.importing import Kind, read_pieces, recognise
from hanport.home.store.moments import from_ms, from_s
from hanport.port.bulk import NONE


def read(path: Path, text: str, options: Options | None = None) -> tuple[Kind, list[Piece], Refusals]:
    """The kind of a file with that text, its pieces, and what was refused."""
    path.write_text(text, "utf-8")
    refusals = Refusals()
    found = recognise(path)
    return found.kind, list(read_pieces(found, options or Options(), refusals)), refusals


def values(column: Integers) -> list[int | None]:
    """A column with None for NONE."""
    return [None if value == NONE else value for value in column.tolist()]


def instants(piece: Readings) -> list[datetime]:
    return [from_ms(int(at_ms)) for at_ms in piece.at_ms]


def starts(piece: Energies | Billed) -> list[datetime]:
    return [from_s(int(start_s)) for start_s in piece.start_s]
