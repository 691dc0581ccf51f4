"""One row of the API: where, who may, what is done, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hanport.grid.tokens import Scope

ROOT = "/api/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` is below `ROOT`, or whole for what is asked by machines that know no version (`is_root`).

    `scopes`: one of them is needed; none: it is for everybody. `answer` is the model of a good answer (a class of
    pydantic), or its media type.
    """

    method: str
    path: str
    handle: Callable[..., Any]
    answer: Any
    summary: str
    scopes: tuple[Scope, ...] = ()
    status: int = 200
    is_root: bool = False

    @property
    def place(self) -> str:
        """The whole path."""
        return self.path if self.is_root else ROOT + self.path
