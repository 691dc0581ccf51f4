"""Writes the files of a customer system for tests, and imports them."""

from collections.abc import Iterable
from pathlib import Path

from grid.town import gsrn, person_number
from hanport.grid.config import GridConfig, ImportTable
from hanport.grid.context import Grid
from hanport.grid.database.work import Database
from hanport.grid.register.importing import Options, Report, import_files
from hanport.grid.register.kinds import RecordKind


class Files:
    """A folder of files, and the service that they are imported into."""

    def __init__(self, folder: Path, database: Database, *, closings_at_once: int = 20) -> None:
        self.folder = folder
        self.grid = Grid(GridConfig(import_=ImportTable(closings_at_once=closings_at_once)), database)

    def write(self, name: str, headings: str, rows: Iterable[str]) -> Path:
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in (headings, *rows)), "utf-8")
        return path

    def town(self, count: int) -> list[Path]:
        """The files of as many households, each with a customer, a contract and a meter."""
        return [self.customers(count), self.facilities(count), self.contracts(range(count)), self.meters(range(count))]

    def customers(self, count: int) -> Path:
        rows = (f"K{n};{person_number(n).digits};Åsa {n};{n}@example.com" for n in range(count))
        return self.write("customers.csv", "key;number;name;email", rows)

    def facilities(self, count: int) -> Path:
        return self.write("facilities.csv", "gsrn;address;grid_area", (f"{gsrn(n)};Väg {n};MAL" for n in range(count)))

    def contracts(self, numbers: Iterable[int], ends: str = "") -> Path:
        rows = (f"A{n};{gsrn(n)};K{n};2020-01-01;{ends}" for n in numbers)
        return self.write("contracts.csv", "key;facility;customer;from;to", rows)

    def meters(self, numbers: Iterable[int], *, shift: int = 0, begins: str = "2020-01-01") -> Path:
        rows = (f"M{n};Kamstrup;OMNIA;{gsrn(n + shift)};{begins}" for n in numbers)
        return self.write("meters.csv", "serial;maker;model;facility;from", rows)

    def bring(self, *paths: Path, full: Iterable[RecordKind] = (), is_trial: bool = False) -> Report:
        options = Options(full=frozenset(full), is_trial=is_trial)
        return import_files(self.grid, paths, options, actor="staff:anna")
