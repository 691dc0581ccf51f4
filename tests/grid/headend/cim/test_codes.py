"""The codes: defaults, a company's own, and settings that cannot be meant."""

import pytest

from grid.headend.cim.documents import PAGE
from hanport.errors import ConfigError
from hanport.grid.headend.cim.codes import codes
from hanport.grid.headend.contract import CommandKind, Outcome, PortState


def test_the_defaults_are_those_of_the_page() -> None:
    made = codes({}, "vendor")
    told = dict(
        (cells[1].strip(" `"), cells[2].strip(" `"))
        for line in PAGE.splitlines()
        if len(cells := line.split("|")) == 5 and cells[2].strip().startswith("`") and cells[2].strip()[1].isdigit()
    )
    assert {kind.value: told[kind.value] for kind in CommandKind} == {k.value: v for k, v in made.commands.items()}
    assert made.outcomes[told["opened"]] == (Outcome.DONE, PortState.OPEN)
    assert made.outcomes[told["closed"]] == (Outcome.DONE, PortState.CLOSED)
    assert made.outcomes[told["restarted"]] == (Outcome.DONE, PortState.UNKNOWN)
    assert made.outcomes[told["impossible"]][0] is Outcome.IMPOSSIBLE
    for name in ("open_failed", "close_failed", "restart_failed", "read_failed"):
        assert made.outcomes[told[name]] == (Outcome.FAILED, PortState.UNKNOWN)
    assert made.refused_for_good == {told["refused_for_good"]}
    assert made.refused_id == {told["refused_id"]}
    assert len(told) == 14


def test_a_company_sets_its_own() -> None:
    made = codes({"open": "3.31.0.26", "open_failed": "3.31.0.85 3.31.0.221", "read_failed": "3.31.0.85"}, "vendor")
    assert made.commands[CommandKind.OPEN] == "3.31.0.26"
    assert made.outcomes["3.31.0.85"] == made.outcomes["3.31.0.221"] == (Outcome.FAILED, PortState.UNKNOWN)
    assert "3.1.0.221" not in made.outcomes


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"opne": "1"}, "no code opne"),
        ({"open": "3.1.0.22"}, "two commands"),
        ({"open": "1.1 1.2"}, "several"),
        ({"open": "a<b"}, "malformed"),
        ({"opened": " "}, "malformed"),
        ({"opened": "3.1.0.66"}, "says two things"),
        ({"impossible": "3.1.0.85"}, "says two things"),
    ],
)
def test_what_cannot_be_meant_is_refused(settings: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=f"head-end vendor: .*{says}"):
        codes(settings, "vendor")
