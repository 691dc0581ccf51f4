"""Encodings, separators and what stands before the headings are found by themselves."""

from pathlib import Path

import pytest

from hanport.errors import ConfigError
from hanport.home.store.csv_table import is_text, open_table, read_head

ROWS = [["Datum", "Förbrukning (kWh)"], ["2026-01-01 00:00", "1.5"], ["2026-01-01 01:00", "0.25"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_how_a_file_is_written_is_found(tmp_path: Path, encoding: str, separator: str, end: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(end.join(separator.join(row) for row in [*ROWS, [], ["", ""]]).encode(encoding))
    head = read_head(path)
    assert head.separator == separator
    assert [list(row) for row in head.rows[:3]] == ROWS
    with open_table(path, head, 0) as table:
        assert table.names == tuple(ROWS[0])
        assert list(table) == [(2, ROWS[1]), (3, ROWS[2])]
        assert table.read_bytes() == table.size == path.stat().st_size


def test_a_decimal_comma_is_no_separator(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Anläggning 1, Storgatan\nDatum;Tid;kWh\n2026-01-01;00:00;1,5\n2026-01-01;01:00;0,25\n")
    assert read_head(path).separator == ";"


def test_quotation_marks_and_short_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b,c\n"1,5","x\ny",3\n4\n')
    with open_table(path, read_head(path), 0) as table:
        assert list(table) == [(3, ["1,5", "x\ny", "3"]), (4, ["4", "", ""])]


def test_one_column(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a\n1")
    with open_table(path, read_head(path), 0) as table:
        assert list(table) == [(2, ["1"])]


def test_an_endless_cell_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,"' + "x\n" * 800_000)
    with open_table(path, read_head(path), 0) as table, pytest.raises(ConfigError, match=r"line \d+"):
        list(table)


def test_what_is_text() -> None:
    assert is_text(b"a;b\r\n")
    assert is_text("å".encode("utf-16"))
    assert not is_text(b"")
    assert not is_text(b"\x7e\xa0\x00")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_head(tmp_path / "x.csv")
