"""`hanport grid token`: made once, listed without its secret, and revoked."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hanport.cli.grid import command
from hanport.grid.tokens import PREFIX


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "grid.toml"
    assert CliRunner().invoke(command, ["--config", str(path), "new", "--test"], catch_exceptions=False).exit_code == 0
    return path


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(command, ["--config", str(config), "token", *words], standalone_mode=False)


def test_a_token_from_first_to_last(config: Path) -> None:
    made = run(config, "create", "billing", "--scope", "register", "--scope", "read", "--staff", "anna")
    secret = made.output.strip()
    assert secret.startswith(PREFIX)
    (listed,) = json.loads(run(config, "list", "--json").output)
    assert (listed["name"], listed["scopes"], listed["revoked_at"]) == ("billing", ["read", "register"], None)
    assert "billing: read register, made" in run(config, "list").output
    assert "revoked" in run(config, "revoke", "billing").output
    after = run(config, "list")
    assert "revoked" in after.output
    assert secret not in after.output


def test_what_cannot_be_done(config: Path) -> None:
    assert "valid token" in str(run(config, "revoke", "nobody").exception)
    assert "small letters" in str(run(config, "create", "Anna B", "--scope", "read").exception)
    assert run(config, "create", "x", "--scope", "all").exception is not None
