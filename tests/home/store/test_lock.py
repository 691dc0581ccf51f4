"""One program at a time changes the data."""

import subprocess
import sys
from pathlib import Path

import pytest

from hanport.errors import ConfigError
from hanport.home.store.lock import DataInUse, data_lock

HOLD = (
    "import sys; from pathlib import Path; from hanport.home.store.lock import data_lock\n"
    "with data_lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


def test_another_process_is_named_and_its_end_ends_the_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "data")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(DataInUse, match=f"process {holder.pid}"), data_lock(tmp_path / "data"):
            pass
        holder.kill()
        holder.wait()
        with data_lock(tmp_path / "data"):
            pass


def test_it_is_free_again_after_the_block(tmp_path: Path) -> None:
    for _ in range(2):
        with data_lock(tmp_path), pytest.raises(DataInUse), data_lock(tmp_path):
            pass


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"), data_lock(tmp_path / "file"):
        pass
