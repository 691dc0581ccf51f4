"""`hanport grid migrate`, `keys`, `audit` and `erase`, as staff use them."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from grid.planted import found_in
from grid.town import Town, person_number
from hanport.cli.grid import command as grid_command
from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.grid import keys
from hanport.grid.audit.chain import LogDamaged
from hanport.grid.opening import opened

NUMBER = person_number(5000)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "grid.toml"
    path.write_text('environment = "test"\n')
    assert run(path, "keys", "new").exit_code == 0
    done = run(path, "migrate")
    assert done.exit_code == 0
    assert "of this version" in done.output
    return path


def run(config: Path, *arguments: str, data: str = "") -> Result:
    """A command; what it raised is raised here, but for its exit code."""
    result = CliRunner().invoke(grid_command, ["--config", str(config), *arguments], input=data, standalone_mode=False)
    if isinstance(result.exception, Exception):
        raise result.exception
    result.exit_code = result.return_value or 0
    return result


def town(config: Path, ends: bool = True) -> None:
    """A customer who has left, or not."""
    with opened(config, SystemClock()) as grid:
        builder = Town(grid.database)
        customer_id = builder.customer(builder.person(NUMBER), address="Storgatan 9")
        day = grid.database.clock.now().replace(year=2022)
        builder.contract(builder.facility(), customer_id, ends=day if ends else None)
        with grid.database.writing("system") as work:
            work.note("customer.added", person_id=1)


def test_the_log_is_proved_signed_and_read(config: Path, tmp_path: Path) -> None:
    town(config)
    kept = tmp_path / "checkpoints.jsonl"
    assert "Entry 1, signed" in run(config, "audit", "checkpoint", "--out", str(kept)).output
    printed = run(config, "audit", "checkpoint").output
    assert printed == kept.read_text()
    done = run(config, "audit", "verify", "--checkpoints", str(kept))
    assert (done.exit_code, done.output) == (0, "The log is whole: 1 entries and 2 checkpoints.\n")
    done = run(config, "audit", "person", "--staff", "anna", "--json", data=f"{NUMBER.digits}\n")
    assert [json.loads(line)["action"] for line in done.output.splitlines()] == ["customer.added"]
    done = run(config, "audit", "person", "--staff", "anna", data=f"{NUMBER.digits}\n")
    assert "staff:anna: person.looked_at  what log" in done.output
    assert len(run(config, "audit", "show", "--after", "1").output.splitlines()) == 2
    assert run(config, "audit", "show", "--facility", "735").output == ""
    other = run(config, "audit", "person", "--staff", "anna", data=f"{person_number(1).digits}\n")
    assert other.output == "The log says nothing of this person.\n"


def test_a_log_that_was_changed(config: Path, tmp_path: Path) -> None:
    town(config)
    with opened(config, SystemClock()) as grid, grid.database.engine.begin() as connection:
        connection.execute(text("UPDATE audit_entry SET entry = replace(entry, 'added', 'changed')"))
    done = run(config, "audit", "verify")
    assert done.exit_code == 1
    assert "entry 1: changed: it does not follow" in done.output
    told = json.loads(run(config, "audit", "verify", "--json").output)
    assert (told["is_whole"], told["findings"][0]["flaw"]) == (False, "changed")
    (tmp_path / "kept").write_text("\n{}\n")
    with pytest.raises(ConfigError, match="kept, line 2: This is no checkpoint"):
        run(config, "audit", "verify", "--checkpoints", str(tmp_path / "kept"))
    with pytest.raises(ConfigError, match="cannot be read"):
        run(config, "audit", "verify", "--checkpoints", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="cannot be written"):
        run(config, "audit", "checkpoint", "--out", str(tmp_path / "none" / "kept"))


def test_keys_are_made_turned_and_dropped(config: Path, tmp_path: Path) -> None:
    town(config)
    file = tmp_path / "grid-keys.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    (old,) = keys.load(file, {}).keys
    assert "Start every process" in run(config, "keys", "new").output
    new, _ = keys.load(file, {}).keys
    listed = {row["id"]: row for row in json.loads(run(config, "keys", "list", "--json").output)}
    assert (listed[old.id]["sealed"], listed[new.id]["sealed"]) == (3, 0)
    assert listed[old.id]["public_key"] == keys.Keyring((old,)).public_keys()[old.id].hex()
    with pytest.raises(ConfigError, match="3 are sealed with it"):
        run(config, "keys", "drop", old.id)
    assert "2 sealed anew" in run(config, "keys", "rotate").output
    with pytest.raises(ConfigError, match="no such older key"):
        run(config, "keys", "drop", new.id)
    assert "is gone" in run(config, "keys", "drop", old.id).output
    assert keys.load(file, {}).keys == (new,)
    assert f"{new.id:12}  seals         3" in run(config, "keys", "list").output
    assert run(config, "audit", "verify").exit_code == 0
    assert "0 sealed anew" in run(config, "keys", "rotate").output


def test_a_key_that_is_missing_is_said(config: Path, tmp_path: Path) -> None:
    town(config)
    (tmp_path / "grid-keys.toml").unlink()
    with pytest.raises(ConfigError, match="grid keys new"):
        run(config, "keys", "list")
    run(config, "keys", "new")
    assert "NOT AMONG THE KEYS" in run(config, "keys", "list").output
    assert run(config, "audit", "verify").exit_code == 1
    with pytest.raises(LogDamaged, match="Put back the keys"):
        run(config, "audit", "checkpoint")


def test_keys_from_the_environment(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = run(config, "keys", "new", "--print").output
    before = (config.parent / "grid-keys.toml").read_text()
    monkeypatch.setitem(os.environ, keys.ENVIRONMENT_VARIABLE, printed + before)
    assert len(run(config, "keys", "list").output.splitlines()) == 2
    for what in (["new"], ["drop", "x"]):
        with pytest.raises(ConfigError, match="come from HANPORT_GRID_KEYS"):
            run(config, "keys", *what)
    assert (config.parent / "grid-keys.toml").read_text() == before


def test_a_person_is_told_and_erased(config: Path, tmp_path: Path) -> None:
    town(config)
    number = f"{NUMBER.digits[:8]}-{NUMBER.digits[8:]}\n"
    done = run(config, "erase", "--export", "--staff", "anna", data=number)
    told = json.loads(done.output)
    assert told["customers"][0]["address"] == "Storgatan 9"
    assert found_in(done.output.encode(), NUMBER) == []
    file = tmp_path / "number"
    file.write_text(number)
    assert "Erased, with 1 customers" in run(config, "erase", "--staff", "anna", "--number-file", str(file)).output
    with pytest.raises(ConfigError, match="Nothing is known"):
        run(config, "erase", "--staff", "anna", data=number)
    assert run(config, "audit", "verify").exit_code == 0


def test_a_customer_is_not_erased(config: Path) -> None:
    town(config, ends=False)
    with pytest.raises(Exception, match="A contract of this person runs") as caught:
        run(config, "erase", "--staff", "anna", data=f"{NUMBER.digits}\n")
    assert found_in(str(caught.value).encode(), NUMBER) == []


def test_a_database_of_another_environment(config: Path) -> None:
    config.write_text("")
    with pytest.raises(ConfigError, match="made for test"):
        run(config, "migrate")
