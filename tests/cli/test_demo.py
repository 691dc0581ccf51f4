"""`hanport demo`: a page at once, a house with a past behind it, and a clean end."""

import os
import signal
import socket
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from demo.running import COMMAND, demo
from hanport.demo.household import PASSWORD, USER
from hanport.home.store.reader import Reader

pytestmark = pytest.mark.timeout(400)


@contextmanager
def logged_in(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        form, origin = {"name": USER, "password": PASSWORD}, {"origin": address.rstrip("/")}
        assert client.post("/login", data=form, headers=origin).status_code == 303
        yield client


def children_of(process: subprocess.Popen[str]) -> dict[str, int]:
    """The programs that run behind the page, by their command."""
    pids = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return {Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[3].decode(): int(pid) for pid in pids}


def test_by_itself_the_customer_has_the_port_opened_and_ctrl_c_ends_all(tmp_path: Path) -> None:
    with demo(tmp_path, "--auto") as running:
        page = running.client.get("/")
        assert page.status_code == 200 and "From a closed port" in page.text
        assert running.state()["mark"]["portal"] == "starting"  # it answers before the parties do
        places = running.wait_for_places()
        running.until(lambda state: state["mark"]["step.heard"] == "done")
        with logged_in(places["hub"]) as client:
            page = client.get("/")
            assert "The demo house" in page.text and "\u00a0W" in page.text
            assert "kWh" in client.get("/history?view=month").text
        assert running.client.get("/").text.count('data-is="done"') >= 5
        pids = children_of(running.process)
        assert {"meter", "home", "grid", "testid"} <= set(pids)
        running.process.send_signal(signal.SIGINT)
        _, errors = running.process.communicate(timeout=90)
        assert running.process.returncode == 0
        assert "Traceback" not in errors and "199108142382" not in errors
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids.values())
    with Reader(tmp_path / "hanport-data" / "hub.db") as reader:
        span = reader.span()
        assert span is not None
        assert (span[1] - span[0]).total_seconds() > 2 * 86_400 - 60


def test_when_the_hub_ends_by_itself_the_page_shows_it_and_the_demonstration_ends(tmp_path: Path) -> None:
    with demo(tmp_path) as running:
        running.wait_for_places()
        os.kill(children_of(running.process)["home"], signal.SIGTERM)
        state = running.until(lambda state: state["mark"]["hub"] == "ended")
        assert state["say"]["hub.state"] == "It has ended."
        _, errors = running.process.communicate(timeout=90)
        assert running.process.returncode == 2
        assert "`hanport home` has ended" in errors


def test_the_next_start_goes_on_and_busy_ports_give_way(tmp_path: Path) -> None:
    subprocess.run([*COMMAND, "--folder", str(tmp_path), "--days", "1", "--prepare"], check=True, capture_output=True)
    with Reader(tmp_path / "hanport-data" / "hub.db") as reader:
        before = reader.span()
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as busy:
            port = busy.getsockname()[1]
            wanted = (part for name in ("--start-port", "--port", "--grid-port") for part in (name, str(port)))
            with demo(tmp_path, *wanted) as running:
                places = running.wait_for_places()
                assert f":{port}" not in " ".join((running.start, *places.values()))
                running.process.send_signal(signal.SIGTERM)
                running.process.communicate(timeout=90)
                assert running.process.returncode == 0
    with Reader(tmp_path / "hanport-data" / "hub.db") as reader:
        after = reader.span()
        assert before is not None and after is not None
        assert before[0] == after[0] and before[1] <= after[1]
        assert len(reader.meters()) == 1
    assert tomllib.loads((tmp_path / "home.toml").read_text("utf-8"))["source"]["address"] == places["meter"]


def test_what_cannot_start_is_said_and_everything_ends(tmp_path: Path) -> None:
    (tmp_path / "test-identity").write_text("not a folder")
    done = subprocess.run(
        [*COMMAND, "--folder", str(tmp_path), "--days", "0"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 2
    assert "`hanport testid` did not start" in done.stderr
    assert "hanport: " in done.stderr
