"""What the network company hands over is read (tests/hand_over has the example that it writes), and put to use."""

import json
from pathlib import Path
from typing import Any

import pytest

from hanport.errors import ConfigError
from hanport.home.config import SourceTable
from hanport.home.from_company import LONGEST, HandOver, lines, read

EXAMPLE = Path(__file__).parents[1] / "hand_over" / "kamstrup-omnipower.json"


def example(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(EXAMPLE.read_text("utf-8"))
    return made | changes


def of(content: object) -> HandOver:
    return read(json.dumps(content))


def with_ports(*settings: str, **changes: Any) -> HandOver:
    port = example()["may_be"][0]
    return of(example(may_be=[port | {"serial": setting} | changes for setting in settings]))


def test_the_example_is_read() -> None:
    handed = read(EXAMPLE.read_text("utf-8"))
    assert handed.company.name == "Fjällnät AB"
    assert handed.meter.serial == "12345678"
    assert [each.name for each in handed.may_be] == ["kamstrup-omnipower-p1", "kamstrup-hdlc"]
    assert len(handed.may_be[0].rows) == 27
    assert handed.setting is None, "the two models differ"


def test_a_code_as_it_is_pasted() -> None:
    content = example()
    for each in content["may_be"]:
        del each["rows"]
    for text in (json.dumps(content), f"\ufeff{json.dumps(content)}\n", f"  {json.dumps(content, indent=4)}  "):
        assert read(text).may_be[0].rows == ()


def test_a_later_version_may_say_more() -> None:
    assert of(example(more={"a": 1})).meter.model == "OMNIPOWER"
    assert of({"format": "hanport-handover-v1"}).may_be == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "https://han.example.se",
        '{"format":"hanport-handover-v2"}',
        '{"format":"hanport-handover-v1","meter":5}',
        '{"format":"hanport-handover-v1","may_be":[{}]}',
        '{"format":"hanport-handover-v1","meter":{"serial":"' + "x" * 201 + '"}}',
        "[" * 20_000,
        "\ud800",
        " " * LONGEST + "{",
    ],
)
def test_what_is_no_hand_over(text: str) -> None:
    with pytest.raises(ConfigError):
        read(text)


@pytest.mark.parametrize("setting", ["fast", "115200", "115200 9N1", "0 8N1", "115200 8N1; rm"])
def test_what_is_no_line_setting(setting: str) -> None:
    with pytest.raises(ConfigError):
        with_ports(setting)


DEVICE = "serial:/dev/ttyUSB0"


@pytest.mark.parametrize(
    ("settings", "before", "after"),
    [
        # A serial device with no setting of its own gets the company's
        (["2400 8N1"], DEVICE, f"{DEVICE}?baud=2400"),
        (["2400 8E1", "2400 8E1"], DEVICE, f"{DEVICE}?baud=2400&bytes=8E1"),
        (["115200 8N1"], DEVICE, DEVICE),
        # What a person has chosen stays
        (["2400 8N1"], f"{DEVICE}?baud=9600", f"{DEVICE}?baud=9600"),
        (["2400 8N1"], f"{DEVICE}?request=rts", f"{DEVICE}?request=rts"),
        # Where it is not known which, or there is no such speed, or no serial line
        (["2400 8N1", "115200 8N1"], DEVICE, DEVICE),
        ([], DEVICE, DEVICE),
        (["9999999 8N1"], DEVICE, DEVICE),
        (["2400 8N1"], "tcp://192.168.1.20:2001", "tcp://192.168.1.20:2001"),
        (["2400 8N1"], "", ""),
    ],
)
def test_the_setting_is_tried_first(settings: list[str], before: str, after: str) -> None:
    source = SourceTable(address=before, key="00" * 16)
    assert with_ports(*settings).applied(source) == SourceTable(address=after, key="00" * 16)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_is_said_in_words(language: str) -> None:
    first, power, hdlc, several = lines(read(EXAMPLE.read_text("utf-8")), language)
    assert "Fjällnät AB" in first
    assert "12345678" in first
    assert power.startswith("Kamstrup OMNIPOWER (P1): ")
    assert "115200 8N1" in power
    assert "5\u00a0V" in power or "5 V" in power
    assert "RJ45 M-Bus" in hdlc
    assert "RJ12" in several


def test_what_is_not_known_is_not_made_up() -> None:
    unknown = of({"format": "hanport-handover-v1"})
    first, other = lines(unknown, "en")
    assert first == "From the network company: meter –."
    assert "does not know" in other
    for supply in ({"feed": "gives", "sure": "confirmed"}, {"feed": "magic", "sure": "confirmed", "voltage_mv": 5000}):
        line = list(lines(with_ports("115200 8N1", supply=supply, display=""), "en"))[1]
        assert line.startswith("kamstrup-omnipower-p1: ")
        assert "not known for sure" in line
