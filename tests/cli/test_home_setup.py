"""`hanport home setup --hand-over`: what cannot be used is said before anything begins."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hanport.cli.home_setup import command
from hanport.errors import ConfigError

EXAMPLE = Path(__file__).parents[1] / "hand_over" / "kamstrup-omnipower.json"


def run(folder: Path, *arguments: str, data: str | bytes | None = None) -> Result:
    given = ["--config", str(folder / "home.toml"), "--lang", "en", *arguments]
    return CliRunner().invoke(command, given, input=data, standalone_mode=False)


@pytest.mark.parametrize("data", ["", "hello", '{"format":"other"}'])
def test_what_is_no_hand_over(tmp_path: Path, data: str) -> None:
    done = run(tmp_path, "--hand-over", "-", data=data)
    assert isinstance(done.exception, ConfigError)
    assert "no hand-over" in str(done.exception)
    assert not (tmp_path / "home.toml").exists()


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG\xff")
    done = run(tmp_path, "--hand-over", str(file))
    assert isinstance(done.exception, ConfigError)
    assert "cannot be read" in str(done.exception)


def test_what_it_says_is_told_in_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "home.toml").write_text("[web]\nport = -1\n")  # so that nothing begins
    done = run(tmp_path, "--hand-over", str(EXAMPLE))
    assert isinstance(done.exception, ConfigError)
    assert "From Fjällnät AB: meter 12345678." in done.output
    assert "Kamstrup OMNIPOWER (HAN-NVE): Plug RJ45 M-Bus" in done.output
