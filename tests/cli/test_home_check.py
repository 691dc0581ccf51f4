"""`hanport home check` as the shell sees it."""

from pathlib import Path

import apsw
import pytest

from cli.home_command import home, hub
from hanport.home.store.lock import data_lock
from home.store.filled import filled


def change(path: Path, statement: str) -> None:
    connection = apsw.Connection(str(path))
    connection.execute(statement)
    connection.close()


def test_a_store_that_is_well(tmp_path: Path) -> None:
    database = hub(tmp_path)
    filled(database)
    change(database, "INSERT INTO quarter VALUES (0, 1, 1, 1)")
    with data_lock(database.parent):
        done = home(tmp_path, "check")
    assert done.returncode == 0, done.stderr
    assert "The file is sound." in done.stdout
    assert "All 1,002 readings can be read." in done.stdout
    assert "12 quarters of an hour" in done.stdout
    assert "1 more quarters were imported" in done.stdout


def test_a_wrong_ledger_is_told_and_made_anew(tmp_path: Path) -> None:
    database = hub(tmp_path)
    filled(database)
    change(database, "UPDATE quarter SET import_wh = 9999 WHERE start_s = 1769862600")
    done = home(tmp_path, "check")
    assert done.returncode == 1
    assert "2026-01-31 12:30 UTC: stored 9999 Wh" in done.stdout
    assert "--repair" in done.stdout
    with data_lock(database.parent):
        assert home(tmp_path, "check", "--repair").returncode == 2
    done = home(tmp_path, "check", "--repair")
    assert done.returncode == 0, done.stdout
    assert "made anew" in done.stdout
    assert home(tmp_path, "check").returncode == 0


@pytest.mark.parametrize("content", ["x" * 5000, None])
def test_a_store_that_cannot_be_read(tmp_path: Path, content: str | None) -> None:
    database = hub(tmp_path)
    if content:
        database.write_text(content)
    done = home(tmp_path, "check")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_damaged_readings_come_back_with_a_backup_only(tmp_path: Path) -> None:
    database = hub(tmp_path)
    filled(database, 10)
    change(database, "INSERT INTO block VALUES (1, 0, 1, 1, x'00')")
    done = home(tmp_path, "check")
    assert done.returncode == 1
    assert "hanport home restore" in done.stdout
