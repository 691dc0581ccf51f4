"""The numbers that stand for commands and outcomes: the standard has none for a customer port, so each can be set."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hanport.errors import ConfigError
from hanport.grid.headend.contract import CommandKind, Outcome, PortState

_DEFAULTS = {
    "open": "3.1.0.26",  # enable
    "close": "3.1.0.22",  # disable
    "restart": "3.1.0.214",  # reset
    "read": "3.1.0.46",
    "opened": "3.1.0.76",  # enabled
    "closed": "3.1.0.66",  # disabled
    "restarted": "3.1.0.215",  # reset occurred
    "open_failed": "3.1.0.221",
    "close_failed": "3.1.0.220",
    "restart_failed": "3.1.0.65",
    "read_failed": "3.1.0.85",
    "impossible": "3.1.0.161",  # disallowed
    "refused_for_good": "2.4",
    "refused_id": "2.9",
}
_SAYS: dict[str, tuple[Outcome, PortState]] = {
    "opened": (Outcome.DONE, PortState.OPEN),
    "closed": (Outcome.DONE, PortState.CLOSED),
    "restarted": (Outcome.DONE, PortState.UNKNOWN),
    "open_failed": (Outcome.FAILED, PortState.UNKNOWN),
    "close_failed": (Outcome.FAILED, PortState.UNKNOWN),
    "restart_failed": (Outcome.FAILED, PortState.UNKNOWN),
    "read_failed": (Outcome.FAILED, PortState.UNKNOWN),
    "impossible": (Outcome.IMPOSSIBLE, PortState.UNKNOWN),
}
_CODE = re.compile(r"[A-Za-z0-9._-]{1,40}")


@dataclass(frozen=True, slots=True)
class Codes:
    """What is agreed with the head-end. `outcomes` is what an event's code says."""

    commands: Mapping[CommandKind, str]
    outcomes: Mapping[str, tuple[Outcome, PortState]]
    refused_for_good: frozenset[str]
    refused_id: frozenset[str]


def codes(settings: Mapping[str, str], name: str) -> Codes:
    """The defaults with a head-end's own settings over them. Raises ConfigError."""
    where = f"head-end {name}"
    for key in settings:
        if key not in _DEFAULTS:
            raise ConfigError(f"{where}: there is no code {key[:40]}.", f"Known: {', '.join(_DEFAULTS)}.")
    listed = {key: (settings.get(key) or default).split() for key, default in _DEFAULTS.items()}
    for key, values in listed.items():
        if not values or not all(_CODE.fullmatch(value) for value in values):
            raise ConfigError(f"{where}: the code {key} is malformed.", f'Write it as "{_DEFAULTS[key]}".')
    return Codes(
        _commands(listed, where),
        _outcomes(listed, where),
        frozenset(listed["refused_for_good"]),
        frozenset(listed["refused_id"]),
    )


def _commands(listed: Mapping[str, list[str]], where: str) -> dict[CommandKind, str]:
    chosen = {kind: listed[kind.value] for kind in CommandKind}
    if any(len(values) != 1 for values in chosen.values()):
        raise ConfigError(f"{where}: a command has several codes.", "Give each of open, close, restart, read one.")
    found = {kind: values[0] for kind, values in chosen.items()}
    if len(set(found.values())) != len(found):
        raise ConfigError(f"{where}: two commands have the same code.", "Give each its own.")
    return found


def _outcomes(listed: Mapping[str, list[str]], where: str) -> dict[str, tuple[Outcome, PortState]]:
    found: dict[str, tuple[Outcome, PortState]] = {}
    for key, says in _SAYS.items():
        for value in listed[key]:
            if found.setdefault(value, says) != says:
                raise ConfigError(f"{where}: the code {value} says two things.", f"One of them is {key}.")
    return found
