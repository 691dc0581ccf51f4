"""What was changed between two texts: word for word where a line was changed, line for line elsewhere."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"\s+|[^\s]+")


class Change(StrEnum):
    """What became of a piece."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of signs with one fate."""

    change: Change
    text: str


def compared(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces in order. Those that are not `added` make up the text before, those not `removed` the text after."""
    return tuple(_joined(_lines(before.splitlines(keepends=True), after.splitlines(keepends=True))))


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        if tag == "equal":
            yield Piece(Change.SAME, gone)
        else:
            yield from _words(gone, come)


def _words(gone: str, come: str) -> Iterator[Piece]:
    before, after = _WORDS.findall(gone), _WORDS.findall(come)
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece(Change.SAME, "".join(before[a:b]))
            continue
        yield Piece(Change.REMOVED, "".join(before[a:b]))
        yield Piece(Change.ADDED, "".join(after[c:d]))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Without empty ones; neighbours of one fate become one."""
    last: Piece | None = None
    for each in pieces:
        if not each.text:
            continue
        if last is not None and last.change is each.change:
            last = Piece(last.change, last.text + each.text)
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last
