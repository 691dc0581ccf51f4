"""What people decide of imports: to apply one that waits, to throw it away, to let a held port open."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, bindparam, null, select, update

from hanport.grid import alarms
from hanport.grid.config import GridConfig
from hanport.grid.database.tables import import_batch, meter, port
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.masking import masked
from hanport.grid.register import rows
from hanport.grid.register.importing_attempt import Outcome, attempt
from hanport.grid.register.importing_batches import (
    APPLIED,
    HELD_ALARM,
    PEOPLE,
    REJECTED,
    WAITING_ALARM,
    Batch,
    ImportProblem,
    batch,
    hold,
    new_terms,
    sealed_records,
    summary_of,
    tell_waiting,
    waiting_row,
)
from hanport.grid.register.touching import touch_meters


def approve(work: Work, config: GridConfig, batch_id: str, name: str) -> Batch:
    """Somebody agrees to an import that waits. With the second person it is applied to the facts of now; if it would
    close clearly more ports than the two have seen, it waits again. Raises ImportProblem.
    """
    row = waiting_row(work, batch_id)
    who = _said(name, "A name is needed.")
    if who.casefold() in (each["name"].casefold() for each in row.approvals):
        raise ImportProblem(f"{who} has approved it already.", f"It takes {PEOPLE} different people.")
    approvals = [*row.approvals, {"name": who, "at": work.at.isoformat()}]
    work.note("import.approved", batch=batch_id, staff=who)
    if len(approvals) < PEOPLE:
        _update(work, batch_id, approvals=approvals)
        return batch(work.connection, batch_id)
    seen = row.summary["closings"] + row.summary["limit"]
    outcome = attempt(work, config, sealed_records(work.keyring, row), allowed=seen)
    alarms.clear_alarm(work, WAITING_ALARM, batch_id)
    if outcome.is_undone:
        _wait_again(work, batch_id, outcome)
    else:
        _settle(work, batch_id, outcome, approvals)
    return batch(work.connection, batch_id)


def reject(work: Work, batch_id: str, name: str, reason: str) -> Batch:
    """Somebody throws away an import that waits. Raises ImportProblem."""
    waiting_row(work, batch_id)
    who, why = _said(name, "A name is needed."), _said(reason, "A reason is needed.")
    _update(work, batch_id, state=REJECTED, content_sealed=null())
    alarms.clear_alarm(work, WAITING_ALARM, batch_id)
    work.note("import.rejected", batch=batch_id, staff=who, why=why)
    return batch(work.connection, batch_id)


def release(work: Work, batch_id: str, reason: str, *, serials: Collection[str] = ()) -> list[str]:
    """Let ports open that an import holds: all, or those of some meters. Gives their serial numbers. Raises
    ImportProblem.
    """
    why = _said(reason, "A reason is needed.")
    held = batch(work.connection, batch_id).held
    wanted = [serial for serial in held if not serials or serial in serials]
    missing = sorted(set(serials) - set(held))
    if missing or not held:
        which = f" the port of {masked(missing[0])}" if missing else " no port"
        raise ImportProblem(f"The import holds{' not' if missing else ''}{which}.", "`hanport grid import show` tells.")
    chosen: Select[Any] = select(meter.c.id, meter.c.serial)
    ids = {row.id: row.serial for row in rows.found(work.connection, chosen, meter.c.serial, wanted)}
    of_one = update(port).where(port.c.meter_id == bindparam("the_meter"))
    touch_meters(work, list(ids))
    work.connection.execute(of_one.values(held_by=null()), [{"the_meter": meter_id} for meter_id in ids])
    for serial in sorted(ids.values()):
        work.note("port.released", meter=serial, batch=batch_id, why=why)
    if len(wanted) == len(held):
        alarms.clear_alarm(work, HELD_ALARM, batch_id)
    return sorted(ids.values())


def _wait_again(work: Work, batch_id: str, outcome: Outcome) -> None:
    summary = summary_of(work.connection, outcome)
    _update(work, batch_id, summary=summary, **new_terms(outcome, work.at))
    work.note("import.waiting", batch=batch_id, closings=len(outcome.closings), limit=outcome.limit)
    tell_waiting(work, batch_id, outcome)


def _settle(work: Work, batch_id: str, outcome: Outcome, approvals: list[dict[str, str]]) -> None:
    summary = summary_of(work.connection, outcome)
    _update(work, batch_id, state=APPLIED, approvals=approvals, summary=summary, content_sealed=null())
    applied = outcome.applied
    work.note("import.applied", batch=batch_id, added=applied.added, changed=applied.changed)
    hold(work, batch_id, outcome.openings)


def _update(work: Work, batch_id: str, **columns: object) -> None:
    work.connection.execute(update(import_batch).where(import_batch.c.id == batch_id).values(columns))


def _said(text: str, problem: str) -> str:
    """What somebody wrote, in one line and without numbers of persons. Raises ImportProblem."""
    said = tidy(text)
    if not said:
        raise ImportProblem(problem, "Say it.")
    return said
