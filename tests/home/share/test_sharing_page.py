"""docs/sharing.md says what the program does."""

import re
from pathlib import Path

import msgspec

from hanport.home.config import MqttTable, RelayTable, ShareTable
from hanport.home.share import relay, stream
from hanport.home.share.api_endpoints import LONGEST_DAYS, MOST_EVENTS
from hanport.home.share.figures import FRESH_S
from hanport.home.share.mqtt import FORGOTTEN_AFTER_S, States
from hanport.home.share.openapi import ROOT, document
from share_samples import sample

PAGE = " ".join((Path(__file__).parents[3] / "docs/sharing.md").read_text("utf-8").split())


def test_every_share_and_every_path_is_on_the_page() -> None:
    for name in (field.name for field in msgspec.structs.fields(ShareTable)):
        assert f"[share.{name}]" in PAGE
    named = set(re.findall(r"`(/api/v1/[a-z.]+)`", PAGE)) - {"/api/v1/data", "/api/v1/telegram", "/api/v1/system"}
    assert named == set(document()["paths"])


def test_the_bounds_are_those_of_the_program() -> None:
    assert RelayTable().port == 5501
    assert (relay.MOST_READERS, relay.MOST_WAITING, relay.STALL_S) == (32, 64 * 1024, 60)
    assert FRESH_S == 90 and PAGE.count("90 s") >= 4
    assert 2 * 3600 <= FORGOTTEN_AFTER_S < 2.2 * 3600
    assert (LONGEST_DAYS["quarter"], LONGEST_DAYS["hour"], MOST_EVENTS) == (93, 372, 1000)
    assert LONGEST_DAYS["day"] == 9 * 366
    assert (stream.MOST_STREAMS, stream.LONGEST_S) == (16, 3600)
    assert MqttTable().topic == "hanport"
    assert ROOT == "/api/v1"


def test_the_example_is_a_telegram() -> None:
    example = re.search(r"```json (\{.*?\}) ```", PAGE)
    assert example is not None
    told = msgspec.json.decode(States().message(sample(), 0))
    assert msgspec.json.decode(example[1]).items() <= told.items()
