"""The unit and the container file: they call commands that exist, and ask for nothing they do not need."""

import configparser
import re
from pathlib import Path

import pytest

from hanport.cli.grid import COMMANDS as GRID
from hanport.cli.home import COMMANDS as HOME

FOLDER = Path(__file__).parents[1] / "packaging"
UNITS = {"hanport-home.service": "hanport", "hanport-grid.service": "hanport-grid"}
CONTAINER = (FOLDER / "Containerfile").read_text("utf-8")
_CALL = r"hanport[\", ]+{}(?:[\", ]+--config[\", ]+\S+)?[\", ]+([a-z][a-z-]+)"


def test_what_they_call_exists() -> None:
    texts = [(FOLDER / name).read_text("utf-8") for name in UNITS] + [CONTAINER]
    for group, known in (("home", HOME), ("grid", GRID)):
        called = {name for text in texts for name in re.findall(_CALL.format(group), text)}
        assert called
        assert called <= set(known)


@pytest.mark.parametrize("name", UNITS)
def test_the_units_are_watched_and_have_no_root(name: str) -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string((FOLDER / name).read_text("utf-8"))
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert int(service["WatchdogSec"]) >= 30
    assert service["User"] == UNITS[name]
    assert service["NoNewPrivileges"] == service["ProtectHome"] == "yes"
    assert service["CapabilityBoundingSet"] == "CAP_NET_BIND_SERVICE"
    assert service["StateDirectoryMode"] == "0700"


def test_the_container_is_no_root_and_keeps_its_data() -> None:
    assert re.search(r"^USER hanport$", CONTAINER, re.MULTILINE)
    assert re.search(r"^VOLUME /data$", CONTAINER, re.MULTILINE)
