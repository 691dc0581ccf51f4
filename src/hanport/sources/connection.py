"""The one contract of every source: bytes are read, nothing is ever sent."""

from typing import Protocol


class Connection(Protocol):
    """An open source. Whatever its kind, no byte is written to it."""

    async def read(self) -> bytes:
        """Some bytes as soon as there are any, at most 64 KiB; b'' at the end of a source that has one.

        Raises SourceError when the source is lost.
        """
        ...

    async def close(self) -> None:
        """Let go of it. It may be called twice, and does not raise."""
        ...
