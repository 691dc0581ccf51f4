"""An import: 100 000 customers, each with a facility, a contract and a meter, from CSV files to one durable commit."""

import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.figure import Figure
from bench.grid_databases import addresses, opened
from bench.grid_people import gsrn, number
from hanport.grid.config import GridConfig
from hanport.grid.context import Grid
from hanport.grid.database.work import Database
from hanport.grid.register.importing import Options, import_files

_CUSTOMERS = 100_000
_TARGET_S = 60


def figures() -> Iterator[Figure]:
    """The first import of all, and the same files again, of which every row is compared and nothing is written."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = _files(folder)
        for kind, address in addresses(folder):
            suffix = "" if kind == "SQLite" else "_postgresql"
            with opened(address) as database:
                first_s = _import(database, files, added=4 * _CUSTOMERS)
                again_s = _import(database, files, added=0)
            target, met = f"<= {_TARGET_S} s", first_s <= _TARGET_S
            yield Figure(f"grid.import{suffix}", first_s, "s", target, met)
            yield Figure(f"grid.import_again{suffix}", again_s, "s")


def _import(database: Database, files: list[Path], added: int) -> float:
    started_s = time.perf_counter()
    report = import_files(Grid(GridConfig(), database), files, Options(), actor="staff:bench")
    taken_s = time.perf_counter() - started_s
    assert (report.outcome.applied.added, report.refusals) == (added, ())
    return taken_s


def _files(folder: Path) -> list[Path]:
    every = range(_CUSTOMERS)
    tables = {
        "customers.csv": (
            "key;number;name;address;email;phone",
            (f"K{n};{number(n)};Åsa Berg {n};Storgatan {n}, 782 31 Malung;{n}@example.com;+46701740605" for n in every),
        ),
        "facilities.csv": ("gsrn;address;grid_area", (f"{gsrn(n)};Storgatan {n}, Malung;MAL" for n in every)),
        "contracts.csv": (
            "key;facility;customer;joint;from;to",
            (f"A{n};{gsrn(n)};K{n};;2020-01-{n % 28 + 1:02d};" for n in every),
        ),
        "meters.csv": (
            "serial;maker;model;firmware;facility;from;to",
            (f"{18_000_000 + n};Kamstrup;OMNIPOWER;M01;{gsrn(n)};2019-05-{n % 28 + 1:02d};" for n in every),
        ),
    }
    return [_write(folder / name, head, lines) for name, (head, lines) in tables.items()]


def _write(path: Path, head: str, lines: Iterable[str]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write(head + "\n")
        file.writelines(f"{line}\n" for line in lines)
    return path
