"""One row of the API: where, who may, what is done, and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hanport.grid.tokens import Scope

ROOT = "/api/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` is below `ROOT`, or whole for what is asked by machines that know no version (`is_root`).

    `scopes`: one of them is needed; none: it is for everybody. `answer` is the model of a good answer (a class of
    pydantic), its media type, or None for nothing. `described` is added to its operation in the document.
    """

    method: str
    path: str
    handle: Callable[..., Any]
    answer: Any
    summary: str
    scopes: tuple[Scope, ...] = ()
    status: int = 200
    is_root: bool = False
    described: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The whole path."""
        return self.path if self.is_root else ROOT + self.path
