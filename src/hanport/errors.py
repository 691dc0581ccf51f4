"""The errors that reach a person: each says what is wrong, where, and what to do.

HanportError
├── SourceError        a source could not be opened or was lost; the caller may try again
│   ├── SourceMissing      no such device, file, host or topic
│   ├── SourceBusy         another program holds it
│   ├── SourceForbidden    no permission
│   └── SourceUnreachable  refused, timed out, or the network is down
└── ConfigError        what the user wrote cannot be used; trying again does not help
"""

from typing import ClassVar


class HanportError(Exception):
    """What went wrong, and the remedy in one sentence. `str()` gives both."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem} {remedy}".strip())
        self.problem = problem
        self.remedy = remedy


class SourceError(HanportError):
    """A source could not be opened, or was lost. `trouble` is what the doctor calls it."""

    trouble: ClassVar[str] = "unreadable"


class SourceMissing(SourceError):
    """There is no such device, file, host or topic."""

    trouble = "missing"


class SourceBusy(SourceError):
    """Another program holds the device."""

    trouble = "busy"


class SourceForbidden(SourceError):
    """The user may not open it."""

    trouble = "forbidden"


class SourceUnreachable(SourceError):
    """Nothing answers at the other end, for now."""

    trouble = "unreachable"


class ConfigError(HanportError):
    """A setting, an address or a file that the user gave cannot be used."""
