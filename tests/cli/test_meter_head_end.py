"""`hanport meter head-end` as a program, with a virtual meter behind it."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hanport.cli.meter import command
from hanport.errors import HanportError

HANPORT = str(Path(sys.executable).with_name("hanport"))


@contextmanager
def running(*options: str) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    process = subprocess.Popen([HANPORT, "meter", *options], stdout=pipe, stderr=pipe, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def place(process: subprocess.Popen[str]) -> str:
    """The address in the program's next line."""
    assert process.stdout is not None
    return process.stdout.readline().split()[-1]


def call(method: str, url: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def test_it_opens_a_virtual_meter_and_ends_on_sigterm() -> None:
    with running("--closed", "--control", "127.0.0.1:0") as meter:
        place(meter)
        state = place(meter)
        address = state.removesuffix("/api/v1/state")
        options = ("--meter", f"12345678={address}", "--control", "127.0.0.1:0", "--delay", "0", "--fault", "fail*1")
        with running("head-end", *options) as head_end:
            rest, cim, control = place(head_end), place(head_end), place(head_end)
            assert cim == rest.replace("/rest", "/cim")
            body = {
                "kind": "open",
                "meter": {"serial": "12345678", "maker": "", "model": ""},
                "gsrn": "",
                "due_at": None,
                "expires_at": (datetime.now(UTC) + timedelta(minutes=5)).isoformat(),
                "reply_url": "",
            }
            for command_id, end in (("c-1", "failed"), ("c-2", "done")):
                call("PUT", f"{rest}/commands/{command_id}", body)
                while call("GET", f"{rest}/commands/{command_id}")["state"] == "taken":
                    time.sleep(0.02)
                assert call("GET", f"{rest}/commands/{command_id}")["state"] == end
            assert call("GET", state)["module"]["open"] is True
            assert len(call("GET", control)["commands"]) == 2
            head_end.send_signal(signal.SIGTERM)
            said, errors = head_end.communicate(timeout=10)
            assert (head_end.returncode, errors) == (0, "")
            assert "open 12345678: done" in said


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--meter", "x"), "no meter"),
        (("--meter", "1=http://127.0.0.1:1", "--fault", "explode"), "no fault"),
        (("--meter", "1=http://127.0.0.1:1", "--code", "x=1"), "no code"),
        (("--meter", "1=http://127.0.0.1:1", "--certificate-file", __file__), "go together"),
        (("--meter", "1=http://127.0.0.1:1", "--reply-ca-file", __file__), "no certificate"),
    ],
)
def test_what_cannot_be_is_said(options: tuple[str, ...], problem: str) -> None:
    with pytest.raises(HanportError, match=problem):
        CliRunner().invoke(command, ["head-end", *options], catch_exceptions=False, standalone_mode=False)


def test_options_of_the_meter_do_not_go_with_it() -> None:
    told = CliRunner().invoke(command, ["--speed", "2", "head-end", "--meter", "1=http://127.0.0.1:1"])
    assert told.exit_code == 2 and "after its name" in told.output
