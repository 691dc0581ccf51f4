"""`hanport grid staff`: the first admin, and what is done when somebody is locked out or leaves."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hanport.cli.grid import command


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "grid.toml"
    assert CliRunner().invoke(command, ["--config", str(path), "new", "--test"], catch_exceptions=False).exit_code == 0
    return path


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(command, ["--config", str(config), "staff", *words], standalone_mode=False)


def test_an_account_from_first_to_last(config: Path) -> None:
    made = run(config, "add", "Ada Berg", "--role", "admin", "--role", "clerk")
    link = re.fullmatch(r"http://127\.0\.0\.1:\d+/staff/enrol/([\w-]{43})", made.output.strip())
    assert link, made.output
    (listed,) = json.loads(run(config, "list", "--json").output)
    assert (listed["name"], listed["roles"], listed["enrolled_at"]) == ("Ada Berg", ["admin", "clerk"], None)
    assert "Ada Berg: admin clerk, not enrolled" in run(config, "list").output
    again = run(config, "reset", "ada berg", "--staff", "drift")
    assert "/staff/enrol/" in again.output
    assert link[1] not in again.output
    assert "disabled" in run(config, "disable", "Ada Berg").output  # the only admin too: who left, left
    assert "disabled 20" in run(config, "list").output


def test_the_link_leads_to_the_public_address(config: Path) -> None:
    text = config.read_text("utf-8")
    public = 'public_url = "https://han.example.se"'
    config.write_text(text.replace("[web]", f"[web]\n{public}") if "[web]" in text else f"{text}\n[web]\n{public}\n")
    assert run(config, "add", "Ada", "--role", "admin").output.startswith("https://han.example.se/staff/enrol/")


def test_what_cannot_be_done(config: Path) -> None:
    assert run(config, "add", "Ada", "--role", "king").exception is not None
    assert "2 to 40" in str(run(config, "add", "x", "--role", "admin").exception)
    assert "no such member" in str(run(config, "reset", "nobody").exception)
    assert run(config, "add", "Ada", "--role", "admin").exception is None
    assert "had that name" in str(run(config, "add", "ada", "--role", "reader").exception)
