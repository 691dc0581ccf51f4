"""The whole story over real sockets, by the command line and the API alone: a port opens, follows a meter exchange, and
closes when the contract ends; and what comes out of the ports begins and stops with it. Nothing that is stored or said
on the way has the number of the person in it.
"""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile

import httpx
import pytest
from sqlalchemy.engine import make_url

from grid.planted import found_in, stored_at
from grid.town import gsrn, person_number

HANPORT = [sys.executable, "-m", "hanport"]
WHERE = gsrn(1)
PERSON = person_number(7)
WHO = PERSON.digits
CONTRACT, OLD, NEW = "A2001", "18012345", "22054321"
_PATIENCE_S = 60.0
# Without one that tells the opposite of a reading: together with a command that was not done, nobody could know.
TROUBLES = (
    "lose-request",
    "lose-reply",
    "garbage-reply",
    "forget",
    "unreachable",
    "do-nothing",
    "late=1",
    "double-answer",
    "stray-answer",
    "wrong-meter",
    "contradict",
)

CONFIG = """
environment = "test"
log_level = "debug"
[database]
address = "{database}"
[web]
port = {port}
[work]
period_s = 0.3
retry_s = 1
retry_longest_s = 2
answer_within_s = 5
visit_after = 100
[[head_end]]
name = "town"
kind = "{kind}"
url = "{url}"
timeout_s = 2
reply_url = "http://127.0.0.1:{port}/api/v1/head-ends/town/answers"
"""


@dataclass
class Town:
    """A service that runs, with its folder, a token for its API, and where the meters' telegrams are."""

    config: Path
    api: httpx.Client
    telegrams: dict[str, tuple[str, int]]
    said: list[str]

    def run(self, *arguments: str, text: str = "") -> str:
        """A command of the service; gives what it printed."""
        self.said.append(run(self.config, *arguments, text=text))
        return self.said[-1]

    def hears(self, serial: str, within_s: float = _PATIENCE_S) -> bool:
        """Whether a whole telegram comes out of that meter's port in time."""
        with socket.create_connection(self.telegrams[serial], timeout=10) as line:
            line.settimeout(within_s)
            heard = b""
            try:
                while b"!" not in heard:
                    heard += line.recv(4096)
            except TimeoutError:
                return False
        return heard.startswith(b"/KAM5")

    def falls_silent(self, serial: str) -> None:
        """Wait until nothing has come out of that port for three intervals."""
        ends = time.monotonic() + _PATIENCE_S
        while self.hears(serial, 2.5):
            assert time.monotonic() < ends, f"{serial} does not fall silent"

    def event(self, key: str, kind: str, **told: str) -> None:
        """Tell the service by its API that something happens now."""
        at = datetime.now(UTC).isoformat()
        answer = self.api.post("/api/v1/events", json={"key": key, "kind": kind, "at": at} | told)
        assert answer.is_success, answer.text
        self.said.append(answer.text)


def run(config: Path, *arguments: str, text: str = "") -> str:
    """A command of the service; gives what it printed."""
    command = [*HANPORT, "grid", "--config", str(config), *arguments]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def program(*arguments: str, says: tuple[str, ...], said: list[str]) -> Iterator[list[str]]:
    """A program until the end of the block, and what stood in its lines where they were awaited. All that it prints and
    logs comes into `said`, at the latest at the end.
    """
    command = [*HANPORT, *arguments]
    with (
        TemporaryFile("w+") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            found = []
            for each in says:
                while not (match := re.search(each, line := process.stdout.readline())):
                    assert line, f"{command} ended"
                    said.append(line)
                found.append(match[1])
            yield found
        finally:
            process.terminate()
            said.append(process.communicate(timeout=30)[0])
            log.seek(0)
            said.append(log.read())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def opened(address: str, kind: str, tmp_path: Path, faults: Iterable[str] = ()) -> Iterator[Town]:
    """Two virtual meters, a head-end that tells them, and the service that tells the head-end. `faults` of the head-end
    come once each.
    """
    config, port = tmp_path / "grid.toml", free_port()
    settings = {"database": address, "port": port, "kind": kind}
    config.write_text(CONFIG.format(**settings, url="http://127.0.0.1:1/x"), "utf-8")
    run(config, "keys", "new")
    run(config, "migrate")
    (tmp_path / "reply-token").write_text(run(config, "token", "create", "town", "--scope", "head_end"), "utf-8")
    secret = run(config, "token", "create", "crm", "--scope", "register", "--scope", "read").strip()
    options = ["--closed", "--control", "127.0.0.1:0", "--interval", "1", "--model", "kamstrup-omnia"]
    places = (r"telegrams on tcp://(\S+)", r"control on (http://[^/]+)")
    with ExitStack() as stack:
        telegrams, meters, said = {}, [], list[str]()
        for serial in (OLD, NEW):
            where, control = stack.enter_context(program("meter", "--seed", serial, *options, says=places, said=said))
            host, _, number = where.rpartition(":")
            telegrams[serial] = (host, int(number))
            meters += ["--meter", f"{serial}={control}"]
        forms = (r"REST form on (\S+)", r"CIM form on (\S+)")
        tokens = ["--reply-token-file", str(tmp_path / "reply-token")]
        troubles = [f"--fault={each}*1" for each in faults]
        head_end = ["meter", "head-end", "--delay", "0.1", *meters, *tokens, *troubles]
        rest, cim = stack.enter_context(program(*head_end, says=forms, said=said))
        config.write_text(CONFIG.format(**settings, url=cim if kind == "cim" else rest), "utf-8")
        stack.enter_context(program("grid", "--config", str(config), says=(r"grid on (\S+)",), said=said))
        headers = {"authorization": f"Bearer {secret}"}
        api = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=20))
        yield Town(config, api, telegrams, said)
    assert "order" in "".join(said)
    for data in (stored_at(make_url(address)), "".join(said).encode()):
        assert found_in(data, PERSON) == []


def bring_in(town: Town, folder: Path) -> None:
    """The customer system's files."""
    files = {
        "facilities.csv": f"gsrn;address\n{WHERE};Storgatan 1",
        "customers.csv": f"key;number;name\nK1001;{WHO};Anna Berg",
        "contracts.csv": f"key;facility;customer;from\n{CONTRACT};{WHERE};K1001;2024-01-01",
        "meters.csv": f"serial;maker;model;facility;from\n{OLD};Kamstrup;OMNIA;{WHERE};2024-01-01",
    }
    for name, text in files.items():
        (folder / name).write_text(text + "\n", "utf-8")
    town.run("import", *(str(folder / name) for name in files))


def _state(town: Town) -> str:
    (order,) = json.loads(town.run("order", "list", WHERE, "--json"))
    state: str = order["state"]
    return state


@pytest.mark.timeout(300)
@pytest.mark.parametrize("dialect", [pytest.param("sqlite", marks=pytest.mark.soak), "postgresql"], indirect=True)
def test_a_port_opens_follows_an_exchange_and_closes_with_the_contract(address: str, tmp_path: Path) -> None:
    with opened(address, "cim", tmp_path) as town:
        play(town, tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_the_same_with_a_head_end_that_speaks_json(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/grid.db", "rest", tmp_path) as town:
        play(town, tmp_path)


@pytest.mark.timeout(300)
@pytest.mark.soak
@pytest.mark.parametrize("kind", ["cim", "rest"])
def test_the_same_while_the_head_end_forgets_lies_and_repeats_itself(kind: str, tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/grid.db", kind, tmp_path, TROUBLES) as town:
        play(town, tmp_path)


def play(town: Town, tmp_path: Path) -> None:
    """From the customer system's files to the end of the contract."""
    bring_in(town, tmp_path)
    assert not town.hears(OLD, 2.0)

    shown = ["--checked-by", "desk", "--staff", "anna", "--document", "passport", "--number-file", "-"]
    town.run("order", "open", WHERE, *shown, text=WHO + "\n")
    assert town.hears(OLD)
    ends = time.monotonic() + _PATIENCE_S
    while (state := _state(town)) != "read_back":
        assert time.monotonic() < ends, state
        time.sleep(0.3)

    town.event("Z-1", "meter_exchange", facility=WHERE, old_meter=OLD, new_meter=NEW, maker="Kamstrup", model="OMNIA")
    assert town.hears(NEW)
    town.falls_silent(OLD)

    town.event("Z-2", "termination", contract=CONTRACT)
    town.falls_silent(NEW)
    assert not town.hears(NEW, 2.0)

    assert json.loads(town.run("audit", "verify", "--json"))["is_whole"]
    town.run("audit", "person", "--staff", "anna", text=WHO + "\n")
