"""`make run` once installed: how long until the start page is there."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import httpx

from bench.figure import Figure

_ROUNDS = 3
_DEMO = [
    sys.executable,
    "-m",
    "hanport",
    "demo",
    "--start-port",
    "0",
    "--phone-port",
    "0",
    "--port",
    "0",
    "--listen",
    "tcp://127.0.0.1:0",
    "--grid-port",
    "0",
    "--lang",
    "en",
]


def figures() -> Iterator[Figure]:
    """The demonstration with ninety days of history, as `make run` starts it, up to the answer with the start page."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*_DEMO, "--folder", folder, "--prepare"], check=True, stdout=subprocess.DEVNULL)
        taken = [_first_page(Path(folder)) for _ in range(_ROUNDS)]
    yield Figure("run.first_page", median(taken), "s", "<= 5 s", median(taken) <= 5)


def _first_page(folder: Path) -> float:
    begun_s = time.monotonic()
    with subprocess.Popen([*_DEMO, "--folder", str(folder)], stdout=subprocess.PIPE, text=True) as demo:
        try:
            assert demo.stdout is not None
            address = None
            while address is None:
                line = demo.stdout.readline()
                assert line, "the demonstration did not start"
                address = re.search(r"in a browser: (\S+)", line)
            answer = httpx.get(address[1], follow_redirects=True, timeout=60, headers={"accept": "text/html"})
            taken_s = time.monotonic() - begun_s
            assert answer.status_code == 200
        finally:
            demo.terminate()
    return taken_s
