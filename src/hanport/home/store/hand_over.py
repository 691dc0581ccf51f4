"""The house is sold: everything that the hub knows as files of its owner, proved, and then nothing left of it."""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from hanport.errors import ConfigError
from hanport.home.store.exporting import Span, What, sheet, write_csv
from hanport.home.store.exporting_parquet import write_parquet
from hanport.home.store.reader import Reader

BACKUP_FOLDER = "backup"

SUMS = "SHA256SUMS"
# What belongs to the data of a hub: the database with what SQLite keeps beside it, what a restore replaced, the lock.
_OURS = ("hub.db*", "hub.lock", f"{BACKUP_FOLDER}/hub-*")

Told = Callable[[str, int], None]  # hears the file's name and how many more rows are in it


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written and read again: its rows and bytes."""

    path: Path
    rows: int
    size: int


def export_all(database: Path, out: Path, told: Told = lambda name, rows: None) -> tuple[Written, ...]:
    """Write everything to the folder `out` and prove each CSV by reading it beside the store once more.

    CSV always, Parquet too where pyarrow is installed; `SHA256SUMS` has the sums of all. Raises ConfigError where
    `out` has something in it already, where it cannot be written, or where what was written is not what is stored.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise ConfigError(f"{out} has something in it.", "Give a new or an empty folder.")
        with Reader(database) as reader:
            written = [_csv(reader, what, out, told) for what in What]
            if _has_pyarrow():
                written += [_parquet(reader, what, out, told) for what in What]
        sums = "".join(f"{_sum(each.path)}  {each.path.name}\n" for each in written)
        (out / SUMS).write_text(sums, "ascii")
        for path in (*(each.path for each in written), out / SUMS, out):
            _sync(path)
    except OSError as error:
        raise ConfigError(f"{out} cannot be written ({error.strerror}).", "Nothing was erased.") from error
    return tuple(written)


def erase(folder: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Remove all that a hub has stored in its data folder; gives what was removed, and what else is left in there.

    Sessions, users and tokens are in the database. Hold the data_lock. Raises ConfigError.
    """
    removed = sorted({path for pattern in _OURS for path in folder.glob(pattern) if path.is_file()})
    try:
        for path in removed:
            path.unlink()
        for place in (folder / BACKUP_FOLDER, folder):
            if place.is_dir():
                _sync(place)
                if place != folder and not any(place.iterdir()):
                    place.rmdir()
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be erased ({error.strerror}).", "Erase it by hand.") from error
    return tuple(removed), tuple(sorted(path for path in folder.rglob("*") if path.is_file()))


def _has_pyarrow() -> bool:
    try:
        return find_spec("pyarrow") is not None
    except ValueError:  # it was imported in a way that left no spec
        return False


def _csv(reader: Reader, what: What, out: Path, told: Told) -> Written:
    path = out / f"{what}.csv"
    everything = Span.between(None, None)
    with path.open("x", encoding="utf-8", newline="") as file:
        rows = write_csv(sheet(reader.connection, what, everything), file, lambda more: told(path.name, more))
    with path.open("r", encoding="utf-8", newline="") as file:
        proof = _Proof(file)
        write_csv(sheet(reader.connection, what, everything), proof)
        if not proof.same or file.read(1):
            raise ConfigError(f"{path} is not what the store holds.", "Nothing was erased; try another disk.")
    return Written(path, rows, path.stat().st_size)


def _parquet(reader: Reader, what: What, out: Path, told: Told) -> Written:
    path = out / f"{what}.parquet"
    rows = write_parquet(
        sheet(reader.connection, what, Span.between(None, None)), path, lambda more: told(path.name, more)
    )
    return Written(path, rows, path.stat().st_size)


class _Proof:
    """What is written to it must be what the file says next."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.same = True

    def writelines(self, lines: Iterable[str], /) -> None:
        """Compare lines with the next ones of the file."""
        self.same = self.same and all(self._file.read(len(line)) == line for line in lines)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
