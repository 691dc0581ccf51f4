"""Thousands of files that went wrong on their way: clear words, nothing half-written, and no number in what is said."""

import json
import random
from pathlib import Path

import pytest
from sqlalchemy import func, select

from grid.planted import found_in
from grid.register.import_files import Files
from grid.town import gsrn, person_number
from hanport.errors import ConfigError
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.register.importing_absent import KINDS
from hanport.grid.register.importing_report import as_json, as_text, refused_as_csv

NUMBER = person_number(4242)
_TEN = NUMBER.digits[2:]
_ADDED = ("customer", "facility", "contract", "meter", "adapter", "exemption", "power", "meter_model")
_NUMBERS = (
    NUMBER.digits,
    f"{NUMBER.digits[:8]}-{NUMBER.digits[8:]}",
    f"{_TEN[:6]}-{_TEN[6:]}",
    _TEN,
    f"{_TEN[:6]}+{_TEN[6:]}",
)
_SIGNS = (b"\x00", b"\xff", b"\xc3", b'"', b'""', b";", b";;;;", b",", b"\t", b"\r", b"\n", b"\xef\xbb\xbf", b"\x1b[2J")
_CELLS = (b"=1+1", b"2026-02-30", b"9999-12-31", b"0001-01-01", b"-1", b"'; DROP TABLE customer; --", b"\xe2\x80\xae")
_JUNK = (*_SIGNS, *_CELLS, *(number.encode() for number in _NUMBERS))


def sheets(random_: random.Random) -> list[bytes]:
    """Good files of each kind, with the number where it belongs and where it does not."""
    n = random_.randrange(1000)
    number = random_.choice(_NUMBERS)
    where = gsrn(n)
    texts = [
        f"key;number;name;address\nK{n};{number};Åsa Berg;Väg 1\nK{n + 1};{person_number(n).digits};Bo;\n",
        f"gsrn;address;grid_area\n{where};Väg {n};MAL\n{gsrn(n + 1)};{number};MAL\n",
        f"key;facility;customer;joint;from;to\nA{n};{where};K{n};;2020-01-01;\n{number};{where};K{n};;2020-01-01;\n",
        f"serial;maker;model;facility;from;to\nM{n};Kamstrup;OMNIA;{where};2020-01-01;\nM{n + 1};{number};;;;\n",
        f"serial;meter;fitted\nH{n};M{n};2026-05-04\n{number};M{n};2026-05-04\n",
        f"key;facility;from;to\nU{n};{where};2026-01-01;2026-02-01\nU{n + 1};{number};2026-01-01;\n",
        f"key;grantor;agent;facility;from;to\nF{n};K{n};{number};{where};2026-01-01;\n",
        f"maker;model;opens;restarts\nKamstrup;X{n};yes;no\n{number};X;yes;maybe\n",
    ]
    return [text.encode(random_.choice(("utf-8", "utf-8-sig", "cp1252"))) for text in texts]


def broken(random_: random.Random, content: bytes) -> bytes:
    """The file after some accidents."""
    for _ in range(random_.choice((0, 1, 1, 2, 5, 30))):
        at, to = sorted(random_.randrange(len(content) + 1) for _ in range(2))
        match random_.randrange(7):
            case 0:
                content = content[:at]  # cut
            case 1:
                content = content[:at] + random_.choice(_JUNK) + content[at:]
            case 2:
                content = content[:at] + content[min(to, at + 20) :]  # a hole
            case 3:
                content = content[:at] + bytes([random_.randrange(256)]) + content[at + 1 :]
            case 4:
                content += content[at:to]  # a piece twice
            case 5:
                content = content.replace(b";", random_.choice((b",", b"\t", b"|", b";")))
            case 6:
                lines = content.split(b"\n")
                random_.shuffle(lines)
                content = b"\n".join(lines)
    return content


def counted(database: Database) -> int:
    with database.reading() as connection:
        names = [tables.metadata.tables[name] for name in _ADDED]
        return sum(connection.execute(select(func.count()).select_from(each)).scalar_one() for each in names)


def said_of(files: Files, random_: random.Random) -> str:
    """All that is said of one import of broken files; what it adds is there, or nothing is."""
    database, paths = files.grid.database, []
    for n, content in enumerate(random_.sample(sheets(random_), random_.choice((1, 1, 3, 8)))):
        paths.append(files.folder / f"{n}.csv")
        paths[-1].write_bytes(broken(random_, content))
    full = random_.sample(KINDS, random_.choice((0, 0, 1)))
    before = counted(database)
    try:
        report = files.bring(*paths, full=full)
    except ConfigError as error:
        assert counted(database) == before
        assert error.problem and error.remedy
        return str(error)
    expected = 0 if report.outcome.is_undone else report.outcome.applied.added
    assert counted(database) == before + expected
    assert all(each.problem and each.remedy for each in report.refusals)
    return as_text(report, is_trial=False) + json.dumps(as_json(report), ensure_ascii=False) + refused_as_csv(report)


def play(files: Files, rounds: int, seed: int) -> None:
    random_ = random.Random(seed)
    told = refused = 0
    for _ in range(rounds):
        said = said_of(files, random_)
        assert found_in(said.encode(), NUMBER) == [], said
        told += "refused" not in said
        refused += "[masked]" in said
    assert told > rounds // 50 and refused > rounds // 50  # the accidents reach both


def test_malformed_files_are_survived(database: Database, tmp_path: Path) -> None:
    play(Files(tmp_path, database), 250, seed=1)


@pytest.mark.soak
def test_ten_thousand_malformed_files_are_survived(database: Database, tmp_path: Path) -> None:
    play(Files(tmp_path, database), 10_000, seed=2)
