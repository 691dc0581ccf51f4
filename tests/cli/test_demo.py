"""`hanport demo`: what is prepared is gone on with, busy ports give way, and what cannot start is said.

The story itself is played in `tests/demo/test_situations.py`.
"""

import signal
import socket
import subprocess
from pathlib import Path

import pytest

from demo.running import COMMAND, demo
from hanport.home.store.reader import Reader

pytestmark = pytest.mark.timeout(400)


def test_the_next_start_goes_on_and_busy_ports_give_way(tmp_path: Path) -> None:
    """Each start is ended while other programs are still starting: that, too, leaves nothing behind."""
    subprocess.run([*COMMAND, "--folder", str(tmp_path), "--days", "1", "--prepare"], check=True, capture_output=True)
    with Reader(tmp_path / "hanport-data" / "hub.db") as reader:
        before = reader.span()
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as busy:
            port = busy.getsockname()[1]
            wanted = (part for name in ("--start-port", "--port", "--grid-port") for part in (name, str(port)))
            with demo(tmp_path, *wanted) as running:
                state = running.until(lambda state: state["mark"]["hub"] == "ready")
                assert f":{port}" not in " ".join((running.start, *state["links"].values()))
                children = running.children()
                running.process.send_signal(signal.SIGTERM)
                _, errors = running.process.communicate(timeout=90)
                assert (running.process.returncode, errors) == (0, "")
                assert not any(Path(f"/proc/{pid}").exists() for pid in children.values())
    with Reader(tmp_path / "hanport-data" / "hub.db") as reader:
        after = reader.span()
        assert before is not None and after is not None
        assert before[0] == after[0] and before[1] <= after[1]
        assert len(reader.meters()) == 1


def test_what_cannot_start_is_said_and_everything_ends(tmp_path: Path) -> None:
    (tmp_path / "test-identity").write_text("not a folder")
    done = subprocess.run(
        [*COMMAND, "--folder", str(tmp_path), "--days", "0"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 2
    assert "`hanport testid` did not start" in done.stderr
    assert "hanport: " in done.stderr
