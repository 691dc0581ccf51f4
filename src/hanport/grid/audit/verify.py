"""Proves the log: every entry that was changed, left out, put in or moved is found, and so is an end that was cut off.

What is in the database alone cannot prove that the whole of it was not put back to an earlier day: checkpoints that are
kept elsewhere do. An entry's place is told by its number, never by what it says.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from hanport.grid.audit.chain import sealed_head
from hanport.grid.audit.checkpoints import Checkpoint, kept
from hanport.grid.audit.entry import GENESIS, Unreadable, Written, chained, read
from hanport.grid.database.tables import audit_entry, audit_head
from hanport.grid.keys import Keyring

ROTATED = "keys.rotated"  # an entry that tells the public keys: facts `public_keys`, hex by the key's id
_AT_ONCE = 2000
_EXAMPLES = 100


class Flaw(StrEnum):
    """What is wrong with the log at a place."""

    CHANGED = "changed"  # it does not follow from the entry before it
    MISSING = "missing"  # entries before it are not there
    MOVED = "moved"  # its text bears another number
    COLUMNS = "columns"  # the columns beside the text say something else
    CUT = "cut"  # the log ends before its head says
    ADDED = "added"  # the log goes on after its head
    HEAD = "head"  # the head was not written with one of the keys
    CHECKPOINT = "checkpoint"  # a checkpoint says another hash for it, or was not signed with one of the keys


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw and the number of the entry where it shows."""

    flaw: Flaw
    seq: int
    says: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it: entries and checkpoints looked at, flaws counted, and the first 100 of them."""

    entries: int
    checkpoints: int
    flaws: int
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.flaws == 0


def verify(connection: Connection, keyring: Keyring, *, checkpoints: Iterable[Checkpoint] = ()) -> Verdict:
    """Go through the whole log, a piece at a time; it may grow meanwhile. `checkpoints` are those kept elsewhere."""
    check = _Check(dict(keyring.public_keys()))
    for each in [*kept(connection), *checkpoints]:
        check.checkpoints[each.seq].append(each)
    check.match(0, GENESIS)
    while True:
        before = check.seq
        _follow(connection, check)
        head = connection.execute(select(audit_head)).one_or_none()
        if head is None or head.seq <= check.seq or check.seq == before:
            break
    _check_head(head, check, keyring)
    check.end()
    return Verdict(check.entries, check.matched, check.flaws, tuple(check.findings))


@dataclass(slots=True)
class _Check:
    """How far the check has come: the last entry's number and hash as they are, and what was found."""

    public_keys: dict[str, bytes]
    seq: int = 0
    last: bytes = GENESIS
    entries: int = 0
    matched: int = 0
    flaws: int = 0
    findings: list[Finding] = field(default_factory=list)
    checkpoints: dict[int, list[Checkpoint]] = field(default_factory=lambda: defaultdict(list))
    _to_prove: list[Checkpoint] = field(default_factory=list)

    def find(self, flaw: Flaw, seq: int, says: str) -> None:
        self.flaws += 1
        if len(self.findings) < _EXAMPLES:
            self.findings.append(Finding(flaw, seq, says))

    def take(self, row: Row[Any]) -> None:
        """The next entry: the chain goes on from the hash that stands beside it, so that each flaw is found once."""
        if row.seq > self.seq + 1:
            self.find(Flaw.MISSING, self.seq + 1, f"{row.seq - self.seq - 1} entries are not there")
        stored = bytes(row.hash)
        if chained(self.last, row.entry) != stored:
            self.find(Flaw.CHANGED, row.seq, "it does not follow from the one before")
        self._compare(row)
        self.seq, self.last = row.seq, stored
        self.entries += 1
        self.match(row.seq, stored)

    def _compare(self, row: Row[Any]) -> None:
        try:
            written = read(row.entry)
        except Unreadable:
            self.find(Flaw.CHANGED, row.seq, "its text is no entry")
            return
        if written.seq != row.seq:
            self.find(Flaw.MOVED, row.seq, f"its text is that of entry {written.seq}")
        if (written.at, written.action, written.subject) != (row.at, row.action, row.subject):
            self.find(Flaw.COLUMNS, row.seq, "the columns beside its text say something else")
        if written.action == ROTATED:
            self._learn(written)

    def _learn(self, written: Written) -> None:
        told = written.facts.get("public_keys")
        if isinstance(told, dict):
            with suppress(ValueError, TypeError):
                self.public_keys = {key: bytes.fromhex(text) for key, text in told.items()} | self.public_keys

    def match(self, seq: int, stored: bytes) -> None:
        """Compare the checkpoints of that entry."""
        for each in self.checkpoints.pop(seq, ()):
            self.matched += 1
            self._to_prove.append(each)
            if each.hash != stored:
                self.find(Flaw.CHECKPOINT, seq, f"the checkpoint of {each.at:%Y-%m-%d %H:%M} UTC says another hash")

    def end(self) -> None:
        """What is left: checkpoints beyond the end, and signatures, whose keys the log itself may have told."""
        for seq, left in sorted(self.checkpoints.items()):
            for each in left:
                self.matched += 1
                self._to_prove.append(each)
                self.find(Flaw.CHECKPOINT, seq, f"it was there on {each.at:%Y-%m-%d %H:%M} UTC, says a checkpoint")
        for each in self._to_prove:
            public_key = self.public_keys.get(each.key_id)
            if public_key is None or not each.holds(public_key):
                self.find(Flaw.CHECKPOINT, each.seq, "a checkpoint was not signed with one of the keys")


def _follow(connection: Connection, check: _Check) -> None:
    chosen = select(audit_entry).where(audit_entry.c.seq > check.seq).order_by(audit_entry.c.seq)
    for row in connection.execute(chosen, execution_options={"yield_per": _AT_ONCE}):
        check.take(row)


def _check_head(head: Row[Any] | None, check: _Check, keyring: Keyring) -> None:
    if head is None:
        check.find(Flaw.HEAD, check.seq, "the head of the log is gone")
        return
    if not keyring.mac_holds(head.key_id, sealed_head(head.seq, head.hash), head.mac):
        check.find(Flaw.HEAD, head.seq, "the head was not written with one of the keys")
    if head.seq > check.seq:
        check.find(Flaw.CUT, check.seq + 1, f"{head.seq - check.seq} entries are not there at the end")
    elif head.seq < check.seq:
        check.find(Flaw.ADDED, head.seq + 1, f"{check.seq - head.seq} entries stand after the end")
    elif bytes(head.hash) != check.last:
        check.find(Flaw.HEAD, head.seq, "the head says another hash than the last entry")
