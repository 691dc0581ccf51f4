"""`hanport grid verify-receipt` and `grid keys receipt-keys`, as anybody and as the company uses them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grid.receipts.made import FULL, as_json, as_pdf, keyring_of
from hanport.cli.grid import command as grid_command
from hanport.errors import ConfigError
from hanport.grid import keys
from hanport.grid.keys import Keyring
from hanport.grid.receipts.keys import receipt_keys
from hanport.grid.receipts.receipt import Issuer

COMPANY = keyring_of(25)
PUBLIC = COMPANY.public_keys()[COMPANY.keys[0].id].hex()


def run(*arguments: str) -> Result:
    """A command; what it raised is raised here, but for its exit code."""
    result = CliRunner().invoke(grid_command, list(arguments), standalone_mode=False)
    if isinstance(result.exception, Exception):
        raise result.exception
    result.exit_code = result.return_value or 0
    return result


@pytest.fixture(params=["json", "pdf"])
def file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # where there is no grid.toml
    path = tmp_path / f"receipt.{request.param}"
    path.write_bytes(as_json(COMPANY, FULL) if request.param == "json" else as_pdf(COMPANY, FULL))
    return path


def test_a_genuine_one(file: Path, tmp_path: Path) -> None:
    published = tmp_path / "receipt-keys.json"
    published.write_text(json.dumps(receipt_keys(COMPANY, "Fjällnät AB")))
    for given in (("--key", PUBLIC), ("--key-file", str(published)), ("--key", "0" * 64, "--key", PUBLIC)):
        done = run("verify-receipt", str(file), *given)
        told = json.loads(done.output)
        assert (done.exit_code, told["verdict"], told["reason"], told["explanation"]) == (0, "genuine", None, None)
        assert told["receipt"]["order"]["id"] == FULL.order.id
        identity = told["receipt"]["identity"]
        assert (identity["signature"], identity["ocsp_response"], identity["note"]) == (True, True, False)


def test_one_that_is_not(file: Path) -> None:
    done = run("verify-receipt", str(file))
    assert (done.exit_code, json.loads(done.output)["reason"]) == (1, "no_key")
    done = run("verify-receipt", str(file), "--key", "1" * 64)
    assert (done.exit_code, json.loads(done.output)["reason"]) == (1, "other_key")
    file.write_bytes(file.read_bytes().replace(b"read_back", b"read_hack", 1))
    done = run("verify-receipt", str(file), "--key", PUBLIC)
    told = json.loads(done.output)
    assert (done.exit_code, told["verdict"], told["reason"], told["receipt"]) == (1, "not genuine", "altered", None)
    assert "original file" in told["explanation"]


def test_what_cannot_be_read(file: Path, tmp_path: Path) -> None:
    file.write_bytes(b"hello")
    done = run("verify-receipt", str(file), "--key", PUBLIC)
    assert (done.exit_code, json.loads(done.output)["reason"]) == (2, "unreadable")
    for arguments in (
        (str(tmp_path / "none"),),
        (str(file), "--key", "x"),
        (str(file), "--key-file", str(tmp_path / "none")),
        (str(file), "--key-file", str(file)),
    ):
        with pytest.raises(ConfigError):
            run("verify-receipt", *arguments)


def test_a_receipt_of_anybodys_moves_no_terminal(tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    evil = replace(FULL, company=Issuer("\x9b2J\u202e\U000e0001evil"))
    file.write_bytes(as_json(COMPANY, evil))
    done = run("verify-receipt", str(file))
    assert "\\u009b2J\\u202e\\udb40\\udc01evil" in done.output
    assert json.loads(done.output)["receipt"]["company"]["name"] == "\x9b2J\u202e\U000e0001evil"


def test_a_file_that_is_too_long(file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(21 * 1024 * 1024)
    with pytest.raises(ConfigError, match="too long"):
        run("verify-receipt", str(file))


def test_the_company_prints_its_keys(tmp_path: Path) -> None:
    config = tmp_path / "grid.toml"
    config.write_text('environment = "test"\n[company]\nname = "Fjällnät AB"\n')
    older = keyring_of(20).keys
    keys.write(tmp_path / "grid-keys.toml", (*COMPANY.keys, *older))
    done = run("--config", str(config), "keys", "receipt-keys")
    assert json.loads(done.output) == receipt_keys(Keyring((*COMPANY.keys, *older)), "Fjällnät AB")
    published = tmp_path / "published.json"
    published.write_text(done.output)
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(as_json(Keyring(older)))
    assert run("verify-receipt", str(receipt), "--key-file", str(published)).exit_code == 0


def test_receipts_of_a_dropped_key_stay_good(tmp_path: Path) -> None:
    config = tmp_path / "grid.toml"
    config.write_text('environment = "test"\n')
    run("--config", str(config), "keys", "new")
    file = tmp_path / "grid-keys.toml"
    older = keys.load(file, {})
    run("--config", str(config), "migrate")
    for command in (("new",), ("rotate",), ("drop", older.keys[0].id), ("new",), ("rotate",)):
        run("--config", str(config), "keys", *command)
    kept = keys.load(file, {})
    assert (len(kept.keys), dict(kept.retired)) == (2, older.public_keys())
    published = tmp_path / "published.json"
    published.write_text(run("--config", str(config), "keys", "receipt-keys").output)
    assert len(json.loads(published.read_text())["keys"]) == 3
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(as_json(older))
    assert run("verify-receipt", str(receipt), "--key-file", str(published)).exit_code == 0
    file.write_text(file.read_text().replace('public_key = "', 'public_key = "AA'))
    with pytest.raises(ConfigError, match=r"The public key of .* is no base64 of 32 bytes"):
        keys.load(file, {})
