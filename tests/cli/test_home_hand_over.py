"""`hanport home hand-over` as the shell sees it."""

from pathlib import Path

from cli.home_command import home, hub
from hanport.home.config import load
from hanport.home.store.lock import data_lock
from home.store.filled import filled


def test_everything_is_exported_and_then_erased(tmp_path: Path) -> None:
    database = hub(tmp_path)
    filled(database)
    assert home(tmp_path, "backup").returncode == 0
    (database.parent / "notes.txt").write_text("mine")
    done = home(tmp_path, "hand-over", "--out", "mine", "--yes")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "mine").iterdir()} >= {"readings.csv", "quarters.csv", "SHA256SUMS"}
    assert [path.name for path in database.parent.iterdir()] == ["notes.txt"]
    assert "notes.txt" in done.stdout
    text = (tmp_path / "home.toml").read_text()
    assert "# ours" in text
    assert "Storgatan" not in text
    assert load(tmp_path / "home.toml").source.key == ""
    assert "comments" in done.stdout


def test_nothing_is_erased_without_a_word(tmp_path: Path) -> None:
    database = hub(tmp_path)
    filled(database, 10)
    done = home(tmp_path, "hand-over", "--out", "mine", data="erase\n")
    assert done.returncode == 1
    assert "--yes" in done.stderr
    assert "Nothing was erased" in done.stdout
    assert database.exists()
    assert (tmp_path / "mine" / "readings.csv").exists()


def test_not_while_the_hub_runs_and_not_over_other_files(tmp_path: Path) -> None:
    database = hub(tmp_path)
    filled(database, 10)
    with data_lock(database.parent):
        assert home(tmp_path, "hand-over", "--out", "mine", "--yes").returncode == 2
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x").write_text("")
    done = home(tmp_path, "hand-over", "--out", "mine", "--yes")
    assert done.returncode == 2
    assert "something in it" in done.stderr
    assert database.exists()
