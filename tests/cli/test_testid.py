"""`hanport testid` as a program: it says where it is, answers, and ends when it is told to."""

import json
import signal
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hanport.cli.testid import command
from hanport.errors import HanportError
from testid.scene import TOLVAN, company_context

HANPORT = str(Path(sys.executable).with_name("hanport"))


@contextmanager
def running(*options: str) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    process = subprocess.Popen([HANPORT, "testid", *options], stdout=pipe, stderr=pipe, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def places(process: subprocess.Popen[str]) -> tuple[str, str]:
    assert process.stdout is not None
    lines = [process.stdout.readline().strip() for _ in range(2)]
    assert lines[0].startswith("testid on https://127.0.0.1:") and lines[0].endswith("/rp/v6.0")
    assert lines[1].startswith("phone on http://127.0.0.1:")
    return lines[0].split()[-1], lines[1].split()[-1]


def post(url: str, body: object, context: ssl.SSLContext | None = None) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10, context=context) as reply:
        return json.load(reply)


def ends(process: subprocess.Popen[str], number: signal.Signals) -> None:
    process.send_signal(number)
    said, errors = process.communicate(timeout=20)
    assert (process.returncode, said, errors) == (0, "", "")


def test_it_identifies_somebody_and_ends(tmp_path: Path) -> None:
    folder = tmp_path / "testid"
    options = ("--folder", str(folder), "--company", "Fjällbyns Elnät", "--fault", "internal-error@auth*1")
    with running(*options) as process:
        api, phone = places(process)
        context = company_context(folder)
        with pytest.raises(urllib.error.HTTPError, match="500"):
            post(f"{api}/auth", {"endUserIp": "127.0.0.1"}, context)
        order = post(f"{api}/auth", {"endUserIp": "127.0.0.1"}, context)
        with urllib.request.urlopen(f"{phone}/start?autostarttoken={order['autoStartToken']}", timeout=10) as page:
            assert "Fjällbyns Elnät" in page.read().decode()
            claim = page.url.rpartition("/")[2]
        post(f"{phone}/control/phone", {"order": claim, "person": TOLVAN})
        told = post(f"{api}/collect", {"orderRef": order["orderRef"]}, context)
        assert told["completionData"]["user"]["personalNumber"] == TOLVAN
        ends(process, signal.SIGTERM)
    with running("--folder", str(folder)) as process:
        api, _ = places(process)
        assert post(f"{api}/auth", {"endUserIp": "127.0.0.1"}, context)["orderRef"]
        ends(process, signal.SIGINT)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--fault", "explode"), "no fault"),
        (("--fault", "slow=a"), "no plan"),
        (("--listen", "192.0.2.1:0"), "cannot be listened on"),
        (("--page", "nonsense"), "nonsense"),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, options: tuple[str, ...], problem: str) -> None:
    with pytest.raises(HanportError, match=problem):
        CliRunner().invoke(
            command, ["--folder", str(tmp_path / "x"), *options], catch_exceptions=False, standalone_mode=False
        )


def test_a_folder_is_needed() -> None:
    told = CliRunner().invoke(command, [])
    assert told.exit_code == 2 and "--folder" in told.output
