"""`hanport home backup` and `restore` as the shell sees them."""

from datetime import timedelta
from pathlib import Path

from cli.home_command import home, hub
from hanport.home.store.lock import data_lock
from hanport.home.store.writer import Store
from home.store.filled import NOON, append, filled, quarters


def test_a_backup_while_the_hub_runs_and_its_return(tmp_path: Path) -> None:
    database = hub(tmp_path)
    filled(database)
    before = quarters(database)
    with data_lock(database.parent):
        store = Store(database)
        done = home(tmp_path, "backup", "copy.db")
        refused = home(tmp_path, "restore", "copy.db")
        store.close()
    assert done.returncode == 0, done.stderr
    assert "copy.db" in done.stdout
    assert "2026-01-31 12:00 to 2026-01-31 15:00 UTC" in done.stdout
    assert "home.toml is not in it" in done.stdout
    assert refused.returncode == 2
    assert "Stop it first" in refused.stderr
    store = Store(database)
    append(store, 100, start=NOON + timedelta(hours=5))
    store.close()
    done = home(tmp_path, "restore", "copy.db")
    assert done.returncode == 0, done.stderr
    assert quarters(database) == before
    kept = list(database.parent.glob("hub.db.before-restore-*"))
    assert len(kept) == 1
    assert str(kept[0]) in done.stdout


def test_a_backup_is_not_written_over_unless_told(tmp_path: Path) -> None:
    filled(hub(tmp_path), 10)
    (tmp_path / "copy.db").write_text("precious")
    refused = home(tmp_path, "backup", "copy.db")
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert (tmp_path / "copy.db").read_text() == "precious"
    assert home(tmp_path, "backup", "copy.db", "--force").returncode == 0


def test_a_backup_without_a_name_and_with_the_configuration(tmp_path: Path) -> None:
    database = hub(tmp_path)
    filled(database, 10)
    done = home(tmp_path, "backup", "--with-config")
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in (database.parent / "backup").iterdir())
    assert len(names) == 2
    assert names[1] == names[0] + ".home.toml"
    copied = database.parent / "backup" / names[1]
    assert copied.read_bytes() == (tmp_path / "home.toml").read_bytes()
    assert copied.stat().st_mode & 0o077 == 0


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    assert "hanport home setup" in home(tmp_path, "backup").stderr
    hub(tmp_path)
    done = home(tmp_path, "backup")
    assert done.returncode == 2
    assert "There is no" in done.stderr
    assert "There is no" in home(tmp_path, "restore", "copy.db").stderr
