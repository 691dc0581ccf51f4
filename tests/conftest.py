"""Fixtures that tests of several rooms share."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# No test asserts a time: a busy machine is no fault. `make soak` tries more.
LONG = bool(os.environ.get("HANPORT_LONG"))
settings.register_profile("patient", deadline=None, max_examples=500 if LONG else 50)
settings.load_profile("patient")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(500):
        assert process.poll() is None, "mosquitto did not start"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("mosquitto does not answer")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A real MQTT broker of its own on a free port: (host, port). Nothing is kept when the test ends."""
    program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
    if program is None:
        pytest.skip("mosquitto is not installed (Debian: apt install mosquitto)")
    port = _free_port()
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser {getpass.getuser()}\n"
    )
    quiet = subprocess.DEVNULL
    with subprocess.Popen([program, "-c", str(settings)], stdin=quiet, stdout=quiet, stderr=quiet) as process:
        try:
            _wait_until_open(process, port)
            yield "127.0.0.1", port
        finally:
            process.terminate()
