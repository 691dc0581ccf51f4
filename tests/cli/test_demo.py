"""`hanport demo`: a house with a past, a page within seconds, and a clean end."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from hanport.demo.household import PASSWORD, USER
from hanport.home.store.reader import Reader

DEMO = [
    sys.executable,
    "-m",
    "hanport",
    "demo",
    "--lang",
    "en",
    "--port",
    "0",
    "--listen",
    "tcp://127.0.0.1:0",
    "--grid-port",
    "0",
]


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """A running demonstration, and where its hub and its meter are."""
    command = [*DEMO, "--folder", str(folder), "--days", "2", "--interval", "1", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = ""
            while "Ctrl-C" not in said:
                line = process.stdout.readline()
                assert line, process.stderr.read() if process.stderr else ""
                said += line
            places = dict(re.findall(r"The (hub|meter): +(\S+)", said))
            assert f"name: {USER}   password: {PASSWORD}" in said
            yield process, places
        finally:
            process.terminate()  # not killed: it ends its own programs


@contextmanager
def logged_in(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=10) as client:
        form, origin = {"name": USER, "password": PASSWORD}, {"origin": address.rstrip("/")}
        assert client.post("/login", data=form, headers=origin).status_code == 303
        yield client


def test_the_page_shows_a_house_with_a_past_and_ctrl_c_ends_all(tmp_path: Path) -> None:
    with demo(tmp_path) as (process, places):
        with logged_in(places["hub"]) as client:
            for _ in range(600):
                page = client.get("/").text
                if "for 1 s" in page or " W" in page:
                    break
                time.sleep(0.1)
            assert "The demo house" in page
            assert "kWh" in client.get("/history?view=month").text
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 0
        assert "Traceback" not in errors
    with Reader(tmp_path / "hanport-data" / "hub.db") as reader:
        span = reader.span()
        assert span is not None
        assert (span[1] - span[0]).total_seconds() > 2 * 86_400 - 60


def test_when_the_hub_ends_by_itself_the_demonstration_says_so_and_ends(tmp_path: Path) -> None:
    with demo(tmp_path) as (process, _):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        (hub,) = [child for child in children if b"home" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")]
        os.kill(int(hub), signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 2
        assert "`hanport home` has ended" in errors


def test_the_next_start_goes_on_and_a_busy_port_gives_way(tmp_path: Path) -> None:
    subprocess.run([*DEMO, "--folder", str(tmp_path), "--days", "1", "--prepare"], check=True, capture_output=True)
    with Reader(tmp_path / "hanport-data" / "hub.db") as reader:
        before = reader.span()
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with demo(tmp_path, "--port", str(port)) as (process, places):
            assert f":{port}/" not in places["hub"]
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
    with Reader(tmp_path / "hanport-data" / "hub.db") as reader:
        after = reader.span()
        assert before is not None and after is not None
        assert before[0] == after[0] and before[1] <= after[1]
        assert len(reader.meters()) == 1
    assert tomllib.loads((tmp_path / "home.toml").read_text("utf-8"))["source"]["address"] == places["meter"]
