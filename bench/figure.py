"""A measured figure: its name, what it should reach, and the peer that ran beside it."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result. `met` is true where there is no target."""

    name: str
    value: float
    unit: str
    target: str | None = None
    met: bool = True
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The form of build/bench.json."""
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}


def faster(value: float, peer_value: float) -> float:
    """How many times less time than the peer."""
    return peer_value / value
