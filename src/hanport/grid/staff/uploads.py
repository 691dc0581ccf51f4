"""Files of an import that a member has looked at and not brought in yet: sealed, for an hour, for that member alone."""

import secrets
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
from sqlalchemy import delete, insert, select

from hanport.errors import HanportError
from hanport.grid.database.staff_tables import upload
from hanport.grid.database.work import Work
from hanport.grid.keys import Purpose
from hanport.grid.masking import masked_name
from hanport.grid.staff.values import Member

LASTS = timedelta(hours=1)
_IN_MEMORY = Path("/dev/shm")


class UploadGone(HanportError):
    """The files are not there any more. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Files:
    """Files by their names, and how they are to be imported."""

    contents: Mapping[str, bytes]
    options: Mapping[str, object]


def keep(work: Work, member: Member, files: Files) -> str:
    """Keep files for an hour; gives their id. Those that the member had before are gone."""
    work.connection.execute(delete(upload).where(upload.c.staff_id == member.id))
    clear(work)
    made = secrets.token_urlsafe(12)
    packed = zlib.compress(msgspec.msgpack.encode(dict(files.contents)), 1)
    row = {"id": made, "staff_id": member.id, "made_at": work.at, "ends_at": work.at + LASTS}
    row |= {"options": dict(files.options), "content_sealed": work.keyring.seal(packed, Purpose.IMPORT)}
    work.connection.execute(insert(upload).values(row))
    return made


def take(work: Work, member: Member, upload_id: str) -> Files:
    """The member's files, which are gone by this. Raises UploadGone."""
    mine = (upload.c.id == upload_id, upload.c.staff_id == member.id, upload.c.ends_at > work.at)
    row = work.connection.execute(select(upload).where(*mine).with_for_update()).one_or_none()
    if row is None:
        raise UploadGone("The files are not there any more.", "Choose them again.")
    work.connection.execute(delete(upload).where(upload.c.id == upload_id))
    packed = work.keyring.open(row.content_sealed, Purpose.IMPORT)
    return Files(msgspec.msgpack.decode(zlib.decompress(packed), type=dict[str, bytes]), row.options)


def clear(work: Work) -> int:
    """Take away what is too old; how much."""
    return work.connection.execute(delete(upload).where(upload.c.ends_at <= work.at)).rowcount


@contextmanager
def on_disk(contents: Mapping[str, bytes]) -> Iterator[Sequence[Path]]:
    """The files where programs can read them, for the time of the block: in memory where the machine has a place for
    that, for there are personal numbers in them.
    """
    place = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="hanport-", dir=place) as folder:
        paths = []
        for number, (name, content) in enumerate(contents.items()):
            inner = Path(folder) / str(number)
            inner.mkdir(mode=0o700)
            path = inner / (masked_name(Path(name).name) or "file.csv")
            path.write_bytes(content)
            paths.append(path)
        yield paths
