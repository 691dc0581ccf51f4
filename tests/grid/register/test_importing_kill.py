"""An import that is killed at any step has done nothing; the next one does all of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from grid.register import import_victim
from grid.register.import_files import Files
from grid.register.import_state import count, everything
from hanport.grid import keys
from hanport.grid.database import tables
from hanport.grid.database.work import Database


class Killing:
    """Imports in processes of their own."""

    def __init__(self, database: Database, address: str, folder: Path) -> None:
        self.database = database
        self._config = folder / "grid.toml"
        self._config.write_text(f'environment = "test"\n[database]\naddress = "{address}"\n')
        keys.write(folder / "grid-keys.toml", database.keyring.keys)
        self._paths = Files(folder, database).town(5)

    def run(self, kill_at: int) -> int:
        """How many steps it took; 0 when it was killed."""
        command = [sys.executable, import_victim.__file__, str(self._config), str(kill_at), *map(str, self._paths)]
        ran = subprocess.run(command, capture_output=True, timeout=120)
        assert ran.returncode in (0, -9), ran.stderr.decode()
        return int(ran.stdout or 0)

    def until_it_is_done(self, step: int) -> int:
        """Kill it later and later; gives how often it was killed."""
        before, kills = everything(self.database), 0
        last = self.run(0)
        points = [*range(1, last + 3, step), *range(last + 3, last + 20)]  # a trial has no commit
        while self.run(points[kills]) == 0:
            assert everything(self.database) == before
            kills += 1
        assert count(self.database, tables.contract) == 5
        return kills


def test_an_import_that_is_killed_has_done_nothing(database: Database, place: str, tmp_path: Path) -> None:
    assert Killing(database, place, tmp_path).until_it_is_done(35) >= 3


@pytest.mark.soak
def test_an_import_may_be_killed_at_any_step(database: Database, place: str, tmp_path: Path) -> None:
    assert Killing(database, place, tmp_path).until_it_is_done(1) >= 50
