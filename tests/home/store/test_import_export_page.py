"""docs/import-export.md says what the code says."""

import re
from pathlib import Path

from hanport.home.store.exporting import Span, What, sheet
from hanport.home.store.importing import Kind, recognise
from hanport.home.store.reader import Reader
from home.store.filled import filled

PAGE = (Path(__file__).parents[3] / "docs/import-export.md").read_text("utf-8")
# What is told without a whole example: hanport's own tables by their columns, the rest in words or with dots.
WITHOUT_EXAMPLE = {Kind.RECORDING, Kind.READINGS, Kind.QUARTERS, Kind.HOURS, Kind.BILLED, Kind.DSMR_DAYS}


def test_every_example_is_understood_as_what_it_stands_under(tmp_path: Path) -> None:
    kinds = set()
    for block in re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        if "SELECT" in block or "COPY" in block:
            continue
        path = tmp_path / "x.csv"
        path.write_text(whole(block), "utf-8")
        kinds.add(recognise(path).kind)
    assert kinds == set(Kind) - WITHOUT_EXAMPLE


def whole(block: str) -> str:
    """An example with what its dots stand for."""
    hours = ";".join(f"{hour:02}-{hour + 1:02}" for hour in range(3, 23))
    return block.replace("...;23-24", f"{hours};23-24").replace("...;", "0;" * 20).replace(",...", "")


def test_every_column_that_is_exported_is_described(tmp_path: Path) -> None:
    described = set(re.findall(r"`([a-z0-9_]+)`", PAGE))
    with Reader(filled(tmp_path / "hub.db", 10)) as reader:
        for what in What:
            names = {name for name, _ in sheet(reader.connection, what, Span.between(None, None)).columns}
            told = {name for name in names if not re.search(r"_l[123]_", name)}
            assert told <= described, what
