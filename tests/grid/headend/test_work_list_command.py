"""`hanport grid work-list` as the shell runs it."""

import json
import subprocess
import sys
from pathlib import Path

HANPORT = [sys.executable, "-c", "from hanport.cli.main import main; main()", "grid"]


def grid(folder: Path, *arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [*HANPORT, *arguments]
    return subprocess.run(command, input=data, capture_output=True, timeout=100, check=False, cwd=folder)


def test_the_list_goes_out_and_comes_in(tmp_path: Path) -> None:
    assert grid(tmp_path, "new", "--test").returncode == 0
    out = grid(tmp_path, "work-list")
    assert out.returncode == 0
    assert out.stdout.decode("utf-8-sig") == (
        "command_id;what;meter_serial;maker;model;gsrn;address;due_at;outcome;port;at;note\r\n"
    )
    (tmp_path / "done.csv").write_bytes(out.stdout + b"c-1;open;;;;;;;done;;;\r\nc-1;open;;;;;;;dun;;;\r\n")
    nameless = grid(tmp_path, "work-list", "--take-in", "done.csv")
    assert (nameless.returncode, b"--staff" in nameless.stderr) == (2, True)
    taken = grid(tmp_path, "work-list", "--take-in", "done.csv", "--staff", "anna")
    assert taken.returncode == 1
    assert taken.stdout == b"0 taken in, 0 that said nothing new, 2 refused.\n"
    assert b"line 2: The command is on no work list." in taken.stderr
    told = grid(tmp_path, "work-list", "--take-in", "-", "--staff", "anna", "--json", data=out.stdout)
    assert (told.returncode, json.loads(told.stdout)) == (0, {"taken": 0, "unchanged": 0, "refused": []})
