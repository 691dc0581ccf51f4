"""Everything out of the store, proved, and then nothing left."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from hanport.errors import ConfigError
from hanport.home.store.backup import backup
from hanport.home.store.csv_columns import Options, Refusals
from hanport.home.store.exporting import What
from hanport.home.store.hand_over import BACKUP_FOLDER, SUMS, erase, export_all
from hanport.home.store.importing import read_pieces, recognise
from hanport.home.store.loading import Loader
from hanport.home.store.writer import Store
from home.store.filled import filled, quarters


def test_everything_is_written_and_comes_back(tmp_path: Path) -> None:
    database = filled(tmp_path / "hub.db")
    told: list[str] = []
    written = export_all(database, tmp_path / "out", lambda name, rows: told.append(name))
    assert {each.path.name for each in written} == {f"{what}.{end}" for what in What for end in ("csv", "parquet")}
    assert {name for name in told if name.endswith(".csv")} == {"readings.csv", "quarters.csv", "hours.csv"}
    assert {each.path.name: each.rows for each in written}["readings.csv"] == 1002
    for line in (tmp_path / "out" / SUMS).read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == digest
    store = Store(tmp_path / "new.db")
    Loader(store).load(read_pieces(recognise(tmp_path / "out" / "readings.csv"), Options(), Refusals()))
    store.close()
    assert quarters(tmp_path / "new.db") == quarters(database)


def test_a_folder_with_something_in_it(tmp_path: Path) -> None:
    database = filled(tmp_path / "hub.db", 10)
    with pytest.raises(ConfigError, match="something in it"):
        export_all(database, tmp_path)
    with pytest.raises(ConfigError, match="Nothing was erased"):
        export_all(database, database / "out")


def test_what_was_written_is_read_beside_the_store_once_more(tmp_path: Path) -> None:
    database = filled(tmp_path / "hub.db", 100)
    changed: list[str] = []

    def change(name: str, rows: int) -> None:
        if name == "quarters.csv" and not changed:  # written, and not yet proved
            changed.append(name)
            store = Store(database)
            store.write(lambda c: c.execute("UPDATE quarter SET import_wh = import_wh + 1").fetchall())
            store.close()

    with pytest.raises(ConfigError, match=r"quarters\.csv is not what the store holds"):
        export_all(database, tmp_path / "out", change)


def test_all_of_the_hub_is_erased_and_nothing_else(tmp_path: Path) -> None:
    database = filled(tmp_path / "hub.db", 10)
    backup(database, tmp_path / BACKUP_FOLDER / "hub-1.db")
    for name in ("hub.db-wal", "hub.db.before-restore-1", "hub.db.before-restore-1-wal", "hub.lock", "other.txt"):
        (tmp_path / name).touch()
    removed, left = erase(tmp_path)
    assert [path.name for path in left] == ["other.txt"]
    assert {path.name for path in removed} >= {"hub.db", "hub-1.db", "hub.lock", "hub.db.before-restore-1-wal"}
    assert [path.name for path in tmp_path.iterdir()] == ["other.txt"]
    assert erase(tmp_path) == ((), left)


def test_other_files_among_the_backups_stay(tmp_path: Path) -> None:
    (tmp_path / BACKUP_FOLDER).mkdir()
    (tmp_path / BACKUP_FOLDER / "mine.db").touch()
    removed, left = erase(tmp_path)
    assert removed == ()
    assert left == (tmp_path / BACKUP_FOLDER / "mine.db",)


def test_without_pyarrow_there_is_csv(tmp_path: Path) -> None:
    database = filled(tmp_path / "hub.db", 10)
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from pathlib import Path\n"
        "from hanport.home.store.hand_over import export_all\n"
        "print(sorted(each.path.name for each in export_all(Path(sys.argv[1]), Path(sys.argv[2]))))\n"
    )
    command = [sys.executable, "-c", program, str(database), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == f"{sorted(f'{what}.csv' for what in What)}\n", done.stderr
