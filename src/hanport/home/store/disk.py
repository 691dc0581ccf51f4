"""Room on the disk: told before it is short, and nothing stored where it would fill the disk."""

import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hanport.home.config import StoreTable
from hanport.home.store.errors import StoreFull

_MB = 1_000_000


class Room(StrEnum):
    """How much room there is."""

    ENOUGH = "enough"
    LOW = "low"  # below `warn_free_mb`
    NONE = "none"  # below `least_free_mb`: nothing is stored


@dataclass(frozen=True, slots=True)
class Space:
    """The free megabytes of the disk that the store lies on, and what that means."""

    free_mb: int
    room: Room


def space(path: Path, settings: StoreTable) -> Space:
    """The room for the file at `path`."""
    free_mb = shutil.disk_usage(path.parent).free // _MB
    if free_mb < settings.least_free_mb:
        return Space(free_mb, Room.NONE)
    return Space(free_mb, Room.LOW if free_mb < settings.warn_free_mb else Room.ENOUGH)


def check_space(path: Path, settings: StoreTable) -> None:
    """Raises StoreFull where there is no room to store anything."""
    now = space(path, settings)
    if now.room is Room.NONE:
        raise StoreFull(
            f"Only {now.free_mb} MB are free on the disk of {path}: nothing more is stored.",
            "Make room; what was stored is safe.",
        )
