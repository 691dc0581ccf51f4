"""`hanport home` and its small commands, as programs."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from hanport.cli.home import COMMANDS, command
from hanport.home.store.reader import Reader

HANPORT = [sys.executable, "-m", "hanport"]
NO_METER = '[source]\naddress = "tcp://127.0.0.1:1"\n[web]\nport = 0\n'


def program(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*HANPORT, *arguments], input=text, capture_output=True, text=True, check=False)


@contextmanager
def hub(config: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [*HANPORT, "home", "--config", str(config), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.match(r"hub on (\S+)", process.stdout.readline())
            assert found is not None
            yield process, found[1]
        finally:
            process.kill()


def test_it_serves_and_ends_cleanly_on_sigterm_and_its_log_is_json(tmp_path: Path) -> None:
    config = tmp_path / "home.toml"
    config.write_text(NO_METER)
    with hub(config) as (process, address):
        assert httpx.get(f"{address}login").status_code == 200
        second = program("home", "--config", str(config))
        assert second.returncode == 2
        assert "The hub runs" in second.stderr
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 0
    messages = [json.loads(line)["message"] for line in errors.splitlines()]
    assert (messages[0], messages[-1]) == ("started", "stopped")


def test_a_config_that_is_not_there_or_wrong_is_one_line(tmp_path: Path) -> None:
    missing = program("home", "--config", str(tmp_path / "none.toml"))
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "hanport home setup" in missing.stderr
    (tmp_path / "home.toml").write_text("[sorce]\n")
    wrong = program("home", "check-config", "--config", str(tmp_path / "home.toml"))
    assert wrong.returncode == 2
    assert "Did you mean source?" in wrong.stderr


def test_check_config_tells_every_problem(tmp_path: Path) -> None:
    config = tmp_path / "home.toml"
    config.write_text('[web]\ncertificate = "x.pem"\n')
    checked = program("home", "check-config", "--config", str(config))
    assert checked.returncode == 1
    assert "source.address is empty" in checked.stderr
    assert "go together" in checked.stderr
    config.write_text(NO_METER)
    assert program("home", "check-config", "--config", str(config)).returncode == 0


def test_a_user_is_made_and_gets_a_new_password(tmp_path: Path) -> None:
    config = tmp_path / "home.toml"
    config.write_text(NO_METER)
    made = program("home", "user", "--config", str(config), "anna", text="a long and good password\n")
    assert made.stdout == "anna can log in.\n"
    again = program("home", "user", "--config", str(config), "Anna", text="another good password\n")
    assert again.stdout == "Anna has a new password.\n"
    short = program("home", "user", "--config", str(config), "eva", text="x\n")
    assert short.returncode == 2
    with hub(config) as (_, address), httpx.Client(base_url=address) as client:
        for password, status in (("a long and good password", 403), ("another good password", 303)):
            form, origin = {"name": "anna", "password": password}, {"origin": address.rstrip("/")}
            assert client.post("/login", data=form, headers=origin).status_code == status
        busy = program("home", "user", "--config", str(config), "eva", text="a long and good password\n")
        assert busy.returncode == 2
        assert "The hub runs" in busy.stderr


def test_is_alive(tmp_path: Path) -> None:
    config = tmp_path / "home.toml"
    config.write_text(NO_METER)
    with hub(config) as (_, address):
        port = address.rstrip("/").rpartition(":")[2]
        config.write_text(NO_METER.replace("port = 0", f"port = {port}"))
        assert program("home", "is-alive", "--config", str(config)).returncode == 0
    dead = program("home", "is-alive", "--config", str(config))
    assert dead.returncode == 1
    assert "Nothing answers" in dead.stderr


def test_a_hub_is_rehearsed_and_goes_on(tmp_path: Path) -> None:
    config = tmp_path / "home.toml"
    config.write_text(NO_METER)
    first = json.loads(program("home", "rehearse", "--config", str(config), "--days", "1").stdout)["registers"]
    second = json.loads(program("home", "rehearse", "--config", str(config), "--days", "1").stdout)["registers"]
    # The second goes on from whole Wh of the last reading: the part of a Wh that was counted behind it may come later.
    assert all(int(a) <= int(b) + 1 for a, b in zip(first.split(","), second.split(","), strict=True))
    with Reader(tmp_path / "hanport-data" / "hub.db") as reader:
        span = reader.span()
        assert span is not None
        quarters = reader.quarters(*span)
        (columns, *_) = reader.readings(span[1], span[1].replace(year=span[1].year + 1))
    assert 0 <= int(second.split(",")[0]) - int(columns["energy_import_wh"][-1]) < 60  # seconds later
    assert 90 <= len(quarters) <= 98


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_its_help(name: str) -> None:
    shown = CliRunner().invoke(command, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert "--config" in shown.output
