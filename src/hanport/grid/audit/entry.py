"""One entry of the log: what was done, to whom (as a pseudonym), by whom, when, and the facts of it."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

import msgspec

FORMAT = 1
GENESIS = sha256(b"hanport grid audit").digest()
_PLAIN = frozenset({str, int, float, bool, type(None)})
_JSON = msgspec.json.Encoder(order="sorted")


class Unreadable(ValueError):
    """A text is no entry of the log."""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as its text says it. `subject` is the pseudonym of the person that it is about."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str | None
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a transaction wants to put into the log. The person is turned into a pseudonym when it is written."""

    action: str
    person_id: int | None = None
    facts: dict[str, object] = field(default_factory=dict)


def refuse_unplain(value: object) -> None:
    """Raise TypeError for what is no JSON value: above all, a person's number is not written out by accident."""
    if type(value) in _PLAIN:
        return
    if isinstance(value, dict):
        for key, each in value.items():
            refuse_unplain(key)
            refuse_unplain(each)
    elif isinstance(value, list | tuple):
        for each in value:
            refuse_unplain(each)
    elif not isinstance(value, str):
        raise TypeError(f"a fact for the log is a {type(value).__name__}, which is no JSON value")


def canonical(seq: int, at: datetime, actor: str, subject: str | None, entry: Entry) -> str:
    """The text that is hashed and kept: JSON with sorted keys and without spaces."""
    content = {
        "v": FORMAT,
        "seq": seq,
        "at": _written(at),
        "actor": actor,
        "action": entry.action,
        "subject": subject,
        "facts": entry.facts,
    }
    return _JSON.encode(content).decode()


def read(text: str) -> Written:
    """What an entry's text says. Raises Unreadable."""
    try:
        content = json.loads(text)
        at = datetime.fromisoformat(content["at"])
        values = (content[name] for name in ("actor", "action", "subject", "facts"))
        return Written(content["seq"], at, *values)
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(str(type(error).__name__)) from None


def chained(previous: bytes, text: str) -> bytes:
    """The hash of an entry that follows one with the hash `previous`."""
    return sha256(previous + text.encode()).digest()


@lru_cache(maxsize=16)
def _written(at: datetime) -> str:
    """All entries of a transaction have one instant."""
    return at.isoformat(timespec="microseconds")
