"""A demonstration that runs with all its programs on free ports, and ways to ask and to play."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

# The machine may be busy with other tests.
WITHIN_S = 240.0
PORTS = ["--start-port", "--phone-port", "--port", "--grid-port"]
COMMAND = [
    *(sys.executable, "-m", "hanport", "demo", "--lang", "en", "--listen", "tcp://127.0.0.1:0"),
    *(part for name in PORTS for part in (name, "0")),
]
# By this seed the meter is silent for 20 s after its first start; others take up to a minute.
QUICK_SEED = "36"


@dataclass
class Demo:
    """The program, and where its start page is."""

    process: subprocess.Popen[str]
    start: str
    client: httpx.Client
    places: dict[str, str] = field(default_factory=dict)

    def state(self) -> dict[str, Any]:
        """What the start page shows."""
        found: dict[str, Any] = self.client.get("/state").json()
        return found

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until the start page shows something."""
        ends_s = time.monotonic() + WITHIN_S
        while not holds(state := self.state()):
            assert time.monotonic() < ends_s, state
            time.sleep(0.3)
        return state

    def play(self, name: str) -> dict[str, Any]:
        """Play something to its end; gives what the page shows then."""
        self.begin(name)
        return self.ended(name)

    def begin(self, name: str) -> None:
        """Press its button, once it can be pressed."""
        self.until(lambda state: bool(state["can"][name]))
        assert self.client.post(f"/play/{name}").status_code == 303

    def ended(self, name: str) -> dict[str, Any]:
        """Wait for the end of what is played."""
        state = self.until(lambda state: state["mark"]["run"] != "running")
        assert state["mark"]["run"] == "done", (name, state["say"]["run.state"], state["lines"])
        return state

    def wait_for_places(self) -> dict[str, str]:
        """Read in the terminal where everything is."""
        said = ""
        assert self.process.stdout is not None
        while "The hub:" not in said:
            line = self.process.stdout.readline()
            assert line, self.process.stderr.read() if self.process.stderr else ""
            said += line
        self.places = dict(re.findall(r"The (\w+): +(\S+)", said))
        return self.places

    def children(self) -> dict[str, int]:
        """The programs that run behind the page, by their command."""
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[3].decode(): int(pid) for pid in pids}


def calls(state: dict[str, Any]) -> list[str]:
    """All calls of the log, as `404 POST /order`."""
    found = [call for line in state["lines"] for call in line["calls"]]
    return [f"{each['outcome']} {re.sub(r':[0-9]+ ', '', each['what'])}" for each in found]


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[Demo]:
    """A running demonstration, from the moment on at which its start page answers."""
    command = [*COMMAND, "--folder", str(folder), "--days", "2", "--interval", "1", "--seed", QUICK_SEED, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = None
            while address is None:
                line = process.stdout.readline()
                assert line, process.stderr.read() if process.stderr else ""
                address = re.search(r"in a browser: (\S+)/", line)
            headers = {"origin": address[1], "accept-language": "en"}
            with httpx.Client(base_url=address[1], headers=headers, timeout=60) as client:
                yield Demo(process, address[1], client)
        finally:
            process.terminate()  # not killed: it ends its own programs
