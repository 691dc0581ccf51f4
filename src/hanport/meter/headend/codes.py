"""The codes of the CIM form: which numbers say what, as agreed with the service."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from hanport.errors import ConfigError
from hanport.meter.headend.values import Command, Kind, Port, Standing, State

DEFAULTS = {
    "open": "3.1.0.26",
    "close": "3.1.0.22",
    "restart": "3.1.0.214",
    "read": "3.1.0.46",
    "opened": "3.1.0.76",
    "closed": "3.1.0.66",
    "restarted": "3.1.0.215",
    "open_failed": "3.1.0.221",
    "close_failed": "3.1.0.220",
    "restart_failed": "3.1.0.65",
    "read_failed": "3.1.0.85",
    "impossible": "3.1.0.161",
    "refused_for_good": "2.4",
    "refused_id": "2.9",
}


@dataclass(frozen=True, slots=True)
class Codes:
    """A number for each name of `DEFAULTS`."""

    numbers: dict[str, str] = field(default_factory=lambda: dict(DEFAULTS))

    @classmethod
    def parse(cls, texts: Iterable[str]) -> "Codes":
        """The defaults with `NAME=NUMBER` put in. Raises ConfigError."""
        numbers = dict(DEFAULTS)
        for text in texts:
            name, _, number = text.partition("=")
            if name not in DEFAULTS:
                near = get_close_matches(name, DEFAULTS, n=3, cutoff=0.4) or list(DEFAULTS)
                raise ConfigError(f"There is no code {name!r}.", f"The nearest known: {', '.join(near)}.")
            if not re.fullmatch(r"\d+(\.\d+)+", number):
                raise ConfigError(f"{text!r} gives no code.", "Write NAME=NUMBER, as open=3.31.0.26.")
            numbers[name] = number
        commands = [numbers[kind] for kind in Kind]
        if len(set(commands)) < len(commands):
            raise ConfigError("Two commands have the same code.", "Give each its own.")
        return cls(numbers)

    def __getitem__(self, name: str) -> str:
        return self.numbers[name]

    def kind_of(self, number: str) -> Kind | None:
        """The command that has that number."""
        return next((kind for kind in Kind if self.numbers[kind] == number), None)

    def outcome(self, command: Command, standing: Standing) -> str:
        """The number that says how a command ended."""
        match standing.state:
            case State.IMPOSSIBLE:
                return self["impossible"]
            case State.DONE if command.kind is Kind.RESTART:
                return self["restarted"]
            case State.DONE:
                return self.port(standing.port)
            case _:
                return self[f"{command.kind}_failed"]

    def port(self, port: Port) -> str:
        """The number that says how a port is."""
        return self["opened" if port is Port.OPEN else "closed"]
