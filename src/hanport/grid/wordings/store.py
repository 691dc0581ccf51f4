"""Reads and changes texts: each change is a new version, none is lost, and two people do not overwrite each other."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from hanport.grid.config import GridConfig
from hanport.grid.database.wording_tables import wording, wording_count
from hanport.grid.database.work import Work
from hanport.grid.wordings.kinds import Kind, Problem, WordingError, kind_of
from hanport.grid.wordings.shipped import filled, shipped
from hanport.locale import LANGUAGES

SYSTEM = "system"  # whose versions are the shipped ones
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


class ChangedMeanwhile(WordingError):
    """Somebody else has changed the text since it was read."""

    def __init__(self) -> None:
        super().__init__(Problem.MEANWHILE)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a text. `texts`: language -> text, as it was written; none: as it is shipped. `reverts_to` is the
    version whose text was taken again.
    """

    key: str
    number: int
    texts: Mapping[str, str]
    changed_at: datetime
    actor: str
    reverts_to: int | None = None

    def text(self, language: str) -> str:
        """Its text, places not filled."""
        return (self.texts or shipped(self.key))[language]


def current(connection: Connection, config: GridConfig, key: str, language: str) -> str:
    """The text that holds now, its places filled. Raises WordingError for an unknown key."""
    kind_of(key)
    latest = latest_of(connection, key)
    return filled(latest.text(language) if latest else shipped(key)[language], config)


def latest_of(connection: Connection, key: str) -> Version | None:
    """The newest version; None while the text is as shipped and never was otherwise."""
    chosen = select(wording).where(wording.c.key == key).order_by(wording.c.number.desc()).limit(1)
    row = connection.execute(chosen).one_or_none()
    return _version(row) if row else None


def version_of(connection: Connection, key: str, number: int) -> Version | None:
    """One version."""
    row = connection.execute(select(wording).where(wording.c.key == key, wording.c.number == number)).one_or_none()
    return _version(row) if row else None


def history(connection: Connection, key: str) -> list[Version]:
    """All versions, the newest first."""
    kind_of(key)
    chosen = select(wording).where(wording.c.key == key).order_by(wording.c.number.desc())
    return [_version(row) for row in connection.execute(chosen)]


def latest_of_all(connection: Connection) -> dict[str, Version]:
    """The newest version of each text that has one."""
    newest = select(wording.c.key, func.max(wording.c.number).label("number")).group_by(wording.c.key).subquery()
    chosen = select(wording).join(newest, (wording.c.key == newest.c.key) & (wording.c.number == newest.c.number))
    return {row.key: _version(row) for row in connection.execute(chosen)}


def changes(connection: Connection) -> int:
    """How many changes there were, of all texts."""
    count: int = connection.execute(select(wording_count.c.changes)).scalar_one()
    return count


def change(work: Work, config: GridConfig, key: str, texts: Mapping[str, str], *, expected: int) -> int:
    """Make a new version in all languages; gives its number, or the newest where nothing was changed.

    `expected` is the version that the editor began with (0: as shipped). Raises ChangedMeanwhile, WordingError.
    """
    kind = kind_of(key)
    tidied = {language: tidy(texts.get(language, "")) for language in LANGUAGES}
    latest = _held(work, kind, expected)
    if kind.is_numbered:
        tidied = {language: filled(text, config) for language, text in tidied.items()}
    _refuse_wrong(kind, tidied)
    before = {language: latest.text(language) if latest else shipped(key)[language] for language in LANGUAGES}
    if tidied == before:
        return expected
    return add(work, Version(key, expected + 1, tidied, work.at, work.actor))


def revert(work: Work, key: str, number: int, *, expected: int) -> int:
    """Make a new version with the text of an older one (0: as shipped); gives its number.

    Raises ChangedMeanwhile, and WordingError where there is no such version.
    """
    kind = kind_of(key)
    _held(work, kind, expected)
    if number == 0 and not kind.is_numbered:
        return add(work, Version(key, expected + 1, {}, work.at, work.actor, 0))
    found = version_of(work.connection, key, number)
    if found is None:
        raise WordingError(Problem.NO_VERSION)
    return add(work, Version(key, expected + 1, found.texts, work.at, work.actor, number))


def hold(work: Work) -> None:
    """Let nobody else change a text before the commit, and count a change."""
    work.connection.execute(update(wording_count).values(changes=wording_count.c.changes + 1))


def add(work: Work, version: Version) -> int:
    """Write a version down, after `hold`; gives its number."""
    work.connection.execute(
        insert(wording).values(
            key=version.key,
            number=version.number,
            texts=dict(version.texts),
            changed_at=version.changed_at,
            actor=version.actor,
            reverts_to=version.reverts_to,
        )
    )
    digests = {language: sha256(text.encode()).hexdigest() for language, text in version.texts.items()}
    action = "wording.shipped" if version.actor == SYSTEM else "wording.changed"
    work.note(action, key=version.key, number=version.number, reverts_to=version.reverts_to, sha256=digests)
    return version.number


def tidy(text: str) -> str:
    """What was typed, with plain line ends, and without signs that cannot be seen or turn the direction of writing."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").split("\n")
    return _UNSEEN.sub("", "\n".join(line.rstrip() for line in lines)).strip()


def _held(work: Work, kind: Kind, expected: int) -> Version | None:
    hold(work)
    latest = latest_of(work.connection, kind.key)
    if (latest.number if latest else 0) != expected:
        raise ChangedMeanwhile
    return latest


def _refuse_wrong(kind: Kind, texts: Mapping[str, str]) -> None:
    if max(len(text) for text in texts.values()) > kind.longest:
        raise WordingError(Problem.LONG)
    written = [bool(text) for text in texts.values()]
    if kind.is_needed and not all(written):
        raise WordingError(Problem.EMPTY)
    if any(written) and not all(written):
        raise WordingError(Problem.ONE_LANGUAGE)


def _version(row: Row[Any]) -> Version:
    return Version(row.key, row.number, row.texts, row.changed_at, row.actor, row.reverts_to)
