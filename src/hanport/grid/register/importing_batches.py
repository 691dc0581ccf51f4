"""Keeps imports: those that were applied, and those that wait for two people, sealed, with the alarm running."""

import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Row, Select, bindparam, insert, select, update

from hanport.errors import HanportError
from hanport.grid import alarms
from hanport.grid.database.tables import facility, import_batch, meter, port
from hanport.grid.database.work import Work
from hanport.grid.keys import Keyring, Purpose
from hanport.grid.register import rows
from hanport.grid.register.importing_attempt import Outcome
from hanport.grid.register.importing_effect import Closing
from hanport.grid.register.kinds import Record
from hanport.grid.workdays import deadline

WAITING = "waiting"
APPLIED = "applied"
REJECTED = "rejected"
WAITING_ALARM = "import_waiting"  # subject: the import
HELD_ALARM = "import_openings_held"  # subject: the import
PEOPLE = 2  # who must approve
_SHOWN = 200  # closings that are kept for people's eyes


class ImportProblem(HanportError):
    """What was asked of an import cannot be done. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved, and when (ISO 8601, UTC)."""

    name: str
    at: str


@dataclass(frozen=True, slots=True)
class Batch:
    """An import, for people's eyes. `closes` are the first of the ports that it would close or has closed: serial
    number, facility and instant; `held` the serial numbers of ports that are not opened until staff release them.
    """

    id: str
    state: str
    source: str
    made_by: str
    made_at: datetime
    deadline_at: datetime | None
    approvals: tuple[Approval, ...]
    closings: int
    limit: int
    counts: dict[str, int]
    closes: tuple[tuple[str, str, str], ...]
    held: tuple[str, ...]


def new_batch_id(work: Work) -> str:
    """A name for an import that people can say."""
    return f"i{work.at:%y%m%d}-{secrets.token_hex(5)}"


def keep_waiting(work: Work, records: Sequence[Record], outcome: Outcome, source: str, *, refused: int = 0) -> Batch:
    """Seal the records until two people have approved them. The same ones wait once."""
    content = msgspec.msgpack.encode(records)
    digest = work.keyring.mac(content)[1]
    same = select(import_batch.c.id).where(import_batch.c.state == WAITING, import_batch.c.digest == digest)
    batch_id = work.connection.execute(same).scalar()
    if batch_id is None:
        batch_id = new_batch_id(work)
        sealed = work.keyring.seal(zlib.compress(content, 1), Purpose.IMPORT)
        row = {"id": batch_id, "state": WAITING, "source": source, "digest": digest, "content_sealed": sealed}
        work.connection.execute(insert(import_batch).values(row | _made(work, outcome, refused)))
        work.note("import.waiting", batch=batch_id, closings=len(outcome.closings), limit=outcome.limit)
    tell_waiting(work, batch_id, outcome)
    return batch(work.connection, batch_id)


def keep_applied(work: Work, outcome: Outcome, source: str, *, refused: int = 0) -> Batch:
    """Keep that an import was applied, and hold the ports that would open by it."""
    batch_id = new_batch_id(work)
    row = {"id": batch_id, "state": APPLIED, "source": source, "digest": b""} | _made(work, outcome, refused)
    work.connection.execute(insert(import_batch).values(row | {"deadline_at": None}))
    applied = outcome.applied
    work.note("import.applied", batch=batch_id, added=applied.added, changed=applied.changed)
    hold(work, batch_id, outcome.openings)
    return batch(work.connection, batch_id)


def tell_waiting(work: Work, batch_id: str, outcome: Outcome) -> None:
    """Alarm the staff: what waits has a legal deadline."""
    says = (
        f"Import {batch_id} would close {len(outcome.closings)} ports; {outcome.limit} may be closed unasked. "
        f"It waits for {PEOPLE} people."
    )
    alarms.raise_alarm(work, WAITING_ALARM, batch_id, says, due_at(outcome.closings, work.at))


def due_at(closings: Sequence[Closing], at: datetime) -> datetime:
    """When the law wants the first of the closings done."""
    return deadline(max(at, min((each.at for each in closings), default=at)))


def hold(work: Work, batch_id: str, meter_ids: Sequence[int]) -> None:
    """Let no port open by this import alone."""
    chosen = select(port.c.meter_id, meter.c.serial).join(meter, meter.c.id == port.c.meter_id)
    free = chosen.where(port.c.held_by.is_(None))
    found = list(rows.found(work.connection, free, port.c.meter_id, work.lock_ports(meter_ids)))
    if found:
        changes = [{"the_meter": row.meter_id, "batch": batch_id} for row in found]
        of_one = update(port).where(port.c.meter_id == bindparam("the_meter"))
        work.connection.execute(of_one.values(held_by=bindparam("batch")), changes)
        says = f"Import {batch_id} gives {len(found)} ports the right to be open. They wait until staff release them."
        alarms.raise_alarm(work, HELD_ALARM, batch_id, says)
    for row in found:
        work.note("port.held", meter=row.serial, batch=batch_id)


def sealed_records(keyring: Keyring, row: Row[Any]) -> list[Record]:
    """The records of an import that waits."""
    content = zlib.decompress(keyring.open(row.content_sealed, Purpose.IMPORT))
    return msgspec.msgpack.decode(content, type=list[Record])


def waiting_row(work: Work, batch_id: str) -> Row[Any]:
    """The row of an import that waits, held until the commit. Raises ImportProblem."""
    row = work.connection.execute(
        select(import_batch).where(import_batch.c.id == batch_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise ImportProblem("There is no such import.", "`hanport grid import list` shows those that there are.")
    if row.state != WAITING:
        raise ImportProblem(f"The import is {row.state} already.", "Nothing is to be done.")
    return row


def batch(connection: Connection, batch_id: str) -> Batch:
    """One import. Raises ImportProblem."""
    row = connection.execute(_batches().where(import_batch.c.id == batch_id)).one_or_none()
    if row is None:
        raise ImportProblem("There is no such import.", "`hanport grid import list` shows those that there are.")
    return _batch(connection, row)


def batches(connection: Connection, *, state: str = "", limit: int = 50) -> list[Batch]:
    """The newest imports, the newest first; of one state where one is given."""
    chosen = _batches().order_by(import_batch.c.made_at.desc(), import_batch.c.id).limit(limit)
    if state:
        chosen = chosen.where(import_batch.c.state == state)
    return [_batch(connection, row) for row in connection.execute(chosen).all()]


def new_terms(outcome: Outcome, at: datetime) -> dict[str, object]:
    """The columns of an import that waits, or waits again: when it is due, and nobody has approved."""
    return {"deadline_at": due_at(outcome.closings, at), "approvals": []}


def summary_of(connection: Connection, outcome: Outcome, refused: int = 0) -> dict[str, object]:
    """What is kept for people's eyes."""
    shown = outcome.closings[:_SHOWN]
    serials = _names(connection, meter.c.serial, [each.meter_id for each in shown])
    places = _names(connection, facility.c.gsrn, [each.facility_id for each in shown])
    applied = outcome.applied
    return {
        "closings": len(outcome.closings),
        "limit": outcome.limit,
        "counts": {
            "added": applied.added,
            "changed": applied.changed,
            "unchanged": applied.unchanged,
            "refused": refused + len(applied.refused),
            "openings": len(outcome.openings),
        },
        "closes": [[serials[each.meter_id], places[each.facility_id], each.at.isoformat()] for each in shown],
    }


def _made(work: Work, outcome: Outcome, refused: int = 0) -> dict[str, object]:
    made = {"made_by": work.actor, "made_at": work.at, "summary": summary_of(work.connection, outcome, refused)}
    return made | new_terms(outcome, work.at)


def _names(connection: Connection, name: Column[Any], ids: Sequence[int]) -> dict[int, str]:
    chosen: Select[Any] = select(name.table.c.id.label("id"), name.label("name"))
    return {row.id: row.name for row in rows.found(connection, chosen, name.table.c.id, ids)}


def _batches() -> Select[Any]:
    names = ("id", "state", "source", "made_by", "made_at", "deadline_at", "approvals", "summary")
    return select(*(import_batch.c[name] for name in names))


def _batch(connection: Connection, row: Row[Any]) -> Batch:
    held = select(meter.c.serial).join(port, port.c.meter_id == meter.c.id).where(port.c.held_by == row.id)
    return Batch(
        id=row.id,
        state=row.state,
        source=row.source,
        made_by=row.made_by,
        made_at=row.made_at,
        deadline_at=row.deadline_at,
        approvals=tuple(Approval(**each) for each in row.approvals),
        closings=row.summary["closings"],
        limit=row.summary["limit"],
        counts=row.summary["counts"],
        closes=tuple((serial, gsrn, at) for serial, gsrn, at in row.summary["closes"]),
        held=tuple(connection.execute(held.order_by(meter.c.serial)).scalars()),
    )
