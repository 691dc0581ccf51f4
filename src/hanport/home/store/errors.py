"""What can go wrong with the store, and what to do about it.

StoreError
├── StoreFull       no room on the disk; nothing was written, the same sample can be given again
├── StoreBusy       another program holds the file locked; give it again
├── StoreUnreadable the disk or the file system failed; give it again
├── StoreForbidden  the file or its folder may not be opened
├── StoreDamaged    the file is no database, or a damaged one; trying again does not help
└── StoreTooNew     a later hanport has written it; trying again does not help
"""

from pathlib import Path

import apsw

from hanport.errors import HanportError


class StoreError(HanportError):
    """The store cannot do what was asked. Nothing is half done; `retry` says whether the same call may work later."""

    retry = False


class StoreFull(StoreError):
    """There is no room left."""

    retry = True


class StoreBusy(StoreError):
    """Another program holds the file locked."""

    retry = True


class StoreUnreadable(StoreError):
    """The disk gave an error."""

    retry = True


class StoreForbidden(StoreError):
    """The file or its folder may not be opened."""


class StoreDamaged(StoreError):
    """The file is not a database, or it is damaged."""


class StoreTooNew(StoreError):
    """A later program has written the file."""


_KINDS: tuple[tuple[type[apsw.Error], type[StoreError], str, str], ...] = (
    (apsw.FullError, StoreFull, "There is no room left on the disk of {path}.", "Make room; nothing stored is lost."),
    (
        apsw.BusyError,
        StoreBusy,
        "Another program holds {path} locked.",
        "Close the program that has it open for writing.",
    ),
    (apsw.LockedError, StoreBusy, "{path} is in use.", "Try again."),
    (
        apsw.IOError,
        StoreUnreadable,
        "The disk of {path} gave an error ({error}).",
        "Check the card or disk and its cable; look at `dmesg`.",
    ),
    (
        apsw.CantOpenError,
        StoreForbidden,
        "{path} cannot be opened.",
        "Check that the folder is there and belongs to the user that hanport runs as.",
    ),
    (apsw.ReadOnlyError, StoreForbidden, "{path} may not be written.", "Give the user that hanport runs as the right."),
    (apsw.PermissionsError, StoreForbidden, "{path} may not be opened.", "Check its permissions."),
    (apsw.CorruptError, StoreDamaged, "{path} is damaged.", "Restore the last backup: `hanport home restore`."),
    (apsw.NotADBError, StoreDamaged, "{path} is no database.", "Restore the last backup: `hanport home restore`."),
)


def as_store_error(error: apsw.Error, path: Path) -> StoreError:
    """What an error of SQLite means for the file at `path`."""
    for kind, meaning, problem, remedy in _KINDS:
        if isinstance(error, kind):
            return meaning(problem.format(path=path, error=error), remedy)
    return StoreError(f"{path} cannot do that ({error}).", "This is a fault of hanport: please report it.")
