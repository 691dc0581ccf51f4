"""Checkpoints: the end of the log at an instant, signed, to be kept where those who can change the database cannot go.

A log that was rewritten from its first entry on holds in itself; it does not hold against a checkpoint that is kept
elsewhere. Anyone can check the signature (Ed25519, RFC 8032) with the public key.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Row, select

from hanport.errors import HanportError
from hanport.grid.audit.chain import end_of_chain
from hanport.grid.database.insert_new import insert_new
from hanport.grid.database.tables import audit_checkpoint
from hanport.grid.database.work import Work

_FORMAT = 1


class CheckpointError(HanportError):
    """A line is no checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log ended at `at` with the entry `seq`, whose hash is `hash` (SHA-256). 0: there was no entry yet."""

    seq: int
    hash: bytes
    at: datetime
    key_id: str
    public_key: bytes
    signature: bytes = b""

    def signed(self) -> bytes:
        """What the signature covers: the JSON line without the signature."""
        return _json(self._content())

    def line(self) -> str:
        """One line of JSON, to be kept elsewhere."""
        return _json(self._content() | {"signature": base64.b64encode(self.signature).decode()}).decode()

    def holds(self, public_key: bytes) -> bool:
        """Whether it was signed with the key that belongs to that public key (32 bytes)."""
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(self.signature, self.signed())
        except (InvalidSignature, ValueError):
            return False
        return self.public_key == public_key

    def _content(self) -> dict[str, object]:
        return {
            "v": _FORMAT,
            "seq": self.seq,
            "hash": self.hash.hex(),
            "at": self.at.isoformat(timespec="microseconds"),
            "key": self.key_id,
            "public_key": base64.b64encode(self.public_key).decode(),
        }


def checkpoint(work: Work) -> Checkpoint:
    """Sign the end of the log as it was before this transaction, and keep it in the database too.

    While nothing was written since the last one, that one is given again. Raises LogDamaged.
    """
    seq, last = end_of_chain(work.connection, work.keyring)
    known = _one(work.connection, seq)
    if known is not None and known.hash == last and known.key_id == work.keyring.keys[0].id:
        return known
    key_id, signer = work.keyring.signer()
    made = Checkpoint(seq, last, work.at, key_id, signer.public_key().public_bytes_raw())
    made = replace(made, signature=signer.sign(made.signed()))
    insert_new(work.connection, audit_checkpoint, [asdict(made)])
    return made


def kept(connection: Connection) -> Iterator[Checkpoint]:
    """Those in the database, the oldest first."""
    for row in connection.execute(select(audit_checkpoint).order_by(audit_checkpoint.c.seq)):
        yield _of(row)


def read_line(line: str) -> Checkpoint:
    """A checkpoint as `Checkpoint.line` wrote it. Raises CheckpointError; whether it holds is another question."""
    try:
        content = json.loads(line)
        if content["v"] != _FORMAT:
            raise ValueError
        return Checkpoint(
            int(content["seq"]),
            bytes.fromhex(content["hash"]),
            datetime.fromisoformat(content["at"]),
            str(content["key"]),
            base64.b64decode(content["public_key"], validate=True),
            base64.b64decode(content["signature"], validate=True),
        )
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise CheckpointError("This is no checkpoint.", "Give the lines that `audit checkpoint` wrote.") from None


def _one(connection: Connection, seq: int) -> Checkpoint | None:
    row = connection.execute(select(audit_checkpoint).where(audit_checkpoint.c.seq == seq)).one_or_none()
    return None if row is None else _of(row)


def _of(row: Row[Any]) -> Checkpoint:
    return Checkpoint(row.seq, bytes(row.hash), row.at, row.key_id, bytes(row.public_key), bytes(row.signature))


def _json(content: dict[str, object]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
