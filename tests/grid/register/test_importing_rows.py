"""CSV files as customer systems write them, and as they arrive when something went wrong on the way."""

from pathlib import Path

import pytest

from hanport.errors import ConfigError
from hanport.grid.register.importing_rows import BrokenRow, Row, opened


def read(path: Path, content: bytes) -> tuple[tuple[str, ...], list[Row | BrokenRow]]:
    path.write_bytes(content)
    with opened(path) as sheet:
        return sheet.headings, list(sheet)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_form_is_read_alike(tmp_path: Path, separator: str, encoding: str, end: str) -> None:
    lines = [["Key", " Name ", "address"], ["K1", "Åsa Öberg", '"Storgatan 1"'], ["", "", ""], ["K2", "Bo", ""]]
    content = end.join(separator.join(line) for line in lines) + end
    headings, rows = read(tmp_path / "a.csv", content.encode(encoding))
    assert headings == ("key", "name", "address")
    assert rows == [Row(2, ["K1", "Åsa Öberg", "Storgatan 1"]), Row(4, ["K2", "Bo", ""])]


def test_cells_may_be_enclosed_and_hold_separators_and_marks(tmp_path: Path) -> None:
    _, rows = read(tmp_path / "a.csv", b'key;name\nK1;"Ab; ""Co"""\nK2;5" pipe\n')
    assert rows == [Row(2, ["K1", 'Ab; "Co"']), Row(3, ["K2", '5" pipe'])]


def test_an_address_may_go_over_lines(tmp_path: Path) -> None:
    _, rows = read(tmp_path / "a.csv", 'key;address;name\nK1;"Storgatan 1\r\nSälen";Bo\nK2;x;y\n'.encode())
    assert rows == [Row(2, ["K1", "Storgatan 1 Sälen", "Bo"]), Row(4, ["K2", "x", "y"])]


def test_a_mark_without_its_pair_spoils_its_own_line_only(tmp_path: Path) -> None:
    """Else the first customer would get the second one's number."""
    content = b'key;name;number\nK1;"Anna;111\nK2;Eva;222\nK3;Bo";333\nK4;Per;444\n'
    _, rows = read(tmp_path / "a.csv", content)
    assert [(row.line, type(row)) for row in rows] == [(2, BrokenRow), (3, Row), (4, Row), (5, Row)]
    assert rows[2] == Row(4, ["K3", 'Bo"', "333"])


def test_many_marks_without_pairs_are_read_in_bounded_time(tmp_path: Path) -> None:
    _, rows = read(tmp_path / "a.csv", b"key;name\n" + b'K;"x\n' * 20_000)
    assert len(rows) == 20_000 and all(isinstance(row, BrokenRow) for row in rows)


@pytest.mark.parametrize(
    "line",
    [b"K1;Anna", b"K1;Anna;1;2", b'K1;"Anna"x;1', b"K1;An\x07na;1", b'K1;"Anna;1', b"K1;" + b"x" * 70_000 + b";1"],
    ids=["short", "long", "after-mark", "control", "open", "huge"],
)
def test_a_broken_line_is_refused_and_the_others_are_read(tmp_path: Path, line: bytes) -> None:
    _, rows = read(tmp_path / "a.csv", b"key;name;n\n" + line + b"\nK2;Eva;2\n")
    assert isinstance(rows[0], BrokenRow) and rows[0].line == 2
    assert rows[1:] == [Row(3, ["K2", "Eva", "2"])]


def test_empty_cells_beyond_the_headings_are_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "a.csv", b"key;name;;\nK1;Anna;;\n") == (("key", "name"), [Row(2, ["K1", "Anna"])])


def test_a_spreadsheet_may_tell_its_separator(tmp_path: Path) -> None:
    assert read(tmp_path / "a.csv", b"sep=,\r\nkey,name\r\nK1,a;b\r\n") == (("key", "name"), [Row(3, ["K1", "a;b"])])


def test_it_is_known_whether_the_last_line_ended(tmp_path: Path) -> None:
    for content, ends in ((b"key\nK1\n", True), (b"key\nK1", False), (b"key", False)):
        (tmp_path / "a.csv").write_bytes(content)
        with opened(tmp_path / "a.csv") as sheet:
            assert all(isinstance(row, Row) for row in sheet)
            assert sheet.ends_whole is ends


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"PK\x03\x04\x00\x00", "no text"),
        ("key;name\nK1;Å\n".encode("utf-16"), "no text"),
        (b"key;name;key\n", "names a column twice"),
        (b"key;;name\n", "names a column twice, or not at all"),
        (b"key;191212121212;191212121212\n", "[masked]"),
        ("key;name\nK1;Å\nK2;".encode() + b"\xc5sa\n", "line 3 is not"),
        ("key;name\nK1;Å\nK2;Å".encode()[:-1], "line 3 is not"),
        (b"key;name\nK1;\x81\n", "line 2: neither"),
    ],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "a.csv", content)
    assert says in str(caught.value) and "191212" not in str(caught.value)


def test_a_file_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"b\.csv cannot be read: No such file"), opened(tmp_path / "b.csv"):
        pass
