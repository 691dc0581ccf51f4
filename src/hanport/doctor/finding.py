"""A finding: what is the matter, how sure that is, and its numbers. The words are in the catalog `doctor`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

Number = int | str | tuple[str, ...]


class Severity(StrEnum):
    """What a finding means for whoever wants to use the meter."""

    UNREADABLE = "unreadable"  # the source cannot be opened or understood
    ILL = "ill"  # something has to be done
    NOTE = "note"  # good to know; nothing has to be done


def _frozen(numbers: Mapping[str, Number]) -> Mapping[str, Number]:
    return MappingProxyType(dict(numbers))


@dataclass(frozen=True, slots=True)
class Finding:
    """`key` names the texts `<key>.text` and `<key>.remedy`. Not `sure`: likely, and other causes are possible.

    In `numbers` a name that ends in `_s` is a time in seconds; a tuple holds words or codes.
    """

    key: str
    severity: Severity
    sure: bool
    numbers: Mapping[str, Number] = field(default_factory=lambda: _frozen({}))

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", _frozen(self.numbers))
