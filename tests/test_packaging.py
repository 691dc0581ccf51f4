"""The unit and the container file: they call commands that exist, and ask for nothing they do not need."""

import configparser
import re
from pathlib import Path

from hanport.cli.home import COMMANDS

FOLDER = Path(__file__).parents[1] / "packaging"
UNIT = (FOLDER / "hanport-home.service").read_text("utf-8")
CONTAINER = (FOLDER / "Containerfile").read_text("utf-8")


def test_what_they_call_exists() -> None:
    for text in (UNIT, CONTAINER):
        called = set(re.findall(r"hanport[\", ]+home[\", ]+([a-z][a-z-]+)", text))
        assert called
        assert called <= set(COMMANDS)


def test_the_unit_is_watched_and_has_no_root() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(UNIT)
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert int(service["WatchdogSec"]) >= 30
    assert service["User"] == "hanport"
    assert service["NoNewPrivileges"] == service["ProtectHome"] == "yes"
    assert service["CapabilityBoundingSet"] == "CAP_NET_BIND_SERVICE"
    assert service["StateDirectoryMode"] == "0700"


def test_the_container_is_no_root_and_keeps_its_data() -> None:
    assert re.search(r"^USER hanport$", CONTAINER, re.MULTILINE)
    assert re.search(r"^VOLUME /data$", CONTAINER, re.MULTILINE)
