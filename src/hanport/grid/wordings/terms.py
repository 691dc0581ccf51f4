"""The terms of the port: numbered, because whoever signs an order signs one version, which is kept word for word.

The terms that are shipped become a version of their own (`settle`) when the service starts. A later release with other
words, or another warranty in the configuration, makes a new version, as long as staff have not written their own.
"""

from sqlalchemy import Connection

from hanport.grid.config import GridConfig
from hanport.grid.database.work import Work
from hanport.grid.wordings.kinds import TERMS
from hanport.grid.wordings.shipped import filled, shipped
from hanport.grid.wordings.store import SYSTEM, Version, add, history, hold, latest_of, version_of


def terms_version(connection: Connection) -> str:
    """The number of the terms that hold now: what an order that is signed now refers to."""
    latest = latest_of(connection, TERMS)
    return str(latest.number if latest else 1)  # what `settle` will keep first


def settle(work: Work, config: GridConfig) -> Version:
    """See to it that the terms that hold are kept; gives them."""
    texts = {language: filled(text, config) for language, text in shipped(TERMS).items()}
    latest = latest_of(work.connection, TERMS)
    if latest is not None and _holds(latest, texts):
        return latest
    hold(work)
    latest = latest_of(work.connection, TERMS)  # another process may have been faster
    if latest is not None and _holds(latest, texts):
        return latest
    made = Version(TERMS, latest.number + 1 if latest else 1, texts, work.at, SYSTEM)
    add(work, made)
    return made


def terms_in_force(connection: Connection) -> Version | None:
    """The terms that hold now; None before they were settled."""
    return latest_of(connection, TERMS)


def terms_of(connection: Connection, number: int) -> Version | None:
    """A version of the terms, as it was signed."""
    return version_of(connection, TERMS, number)


def all_terms(connection: Connection) -> list[Version]:
    """All versions, the newest first."""
    return history(connection, TERMS)


def _holds(latest: Version, texts: dict[str, str]) -> bool:
    return latest.actor != SYSTEM or latest.texts == texts
