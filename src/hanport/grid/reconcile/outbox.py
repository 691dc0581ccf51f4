"""Commands on their way out: leased for sending, taken by the head-end, given back, or never answered.

The right to an opening is checked in the transaction that leases it. A command that may have left is sent again with
the same id, so that a crash between any two steps does nothing twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select, update

from hanport.grid import alarms
from hanport.grid.config import GridConfig
from hanport.grid.database.tables import command, meter, port
from hanport.grid.database.work import Database, Work
from hanport.grid.free_text import tidy
from hanport.grid.headend.choosing import answer_within
from hanport.grid.headend.contract import Command, CommandKind
from hanport.grid.orders import Event
from hanport.grid.reconcile.answers import Ending, answered, failure, reported
from hanport.grid.reconcile.decision import Expected
from hanport.grid.reconcile.issuing import head_end_of, move
from hanport.grid.reconcile.review import hold, review
from hanport.grid.reconcile.view import Known, load, pace_of
from hanport.grid.register.addresses import NOWHERE, Place, places_of

__all__ = ["Leased", "answered", "given_back", "overdue", "reported", "take", "taken", "to_ask", "undelivered"]

ACTOR = "system"
_DETAIL = 200
_URGENCY = (CommandKind.CLOSE, CommandKind.OPEN, CommandKind.RESTART, CommandKind.READ)
_NOBODY = {"leased_by": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class Leased:
    """A command that one worker alone sends, by that head-end, and not after `not_after`: then the lease or the right
    to it has run out, and it must be given back unsent.
    """

    command: Command
    head_end: str
    not_after: datetime


def take(
    database: Database, config: GridConfig, worker: str, limit: int, *, without: Collection[str] = ()
) -> list[Leased]:
    """Lease up to `limit` commands that are due, closings first; none for the head-ends in `without`.

    Those whose reason has gone are taken back instead.
    """
    with database.reading() as connection:
        wanted = _due(connection, database.clock.now(), limit, without)
    if not wanted:
        return []
    with database.writing(ACTOR) as work:
        held = hold(work, wanted, waiting=False)
        work.at = database.clock.now()  # after waiting for the locks: the right is judged by the time of now
        review(work, config, held)
        known = load(work.connection, config, held, work.at)
        return _lease(work, config, worker, list(known.values()))


def _due(connection: Connection, at: datetime, limit: int, without: Collection[str]) -> list[int]:
    """Meters with a command that is due: no reading is before an order, and nothing is before a closing."""
    found: list[int] = []
    for kind in _URGENCY:
        due = select(command.c.meter_id).where(
            command.c.state == "queued",
            command.c.kind == kind.value,
            command.c.not_before <= at,
            command.c.head_end.not_in(without),
        )
        if len(found) < limit:
            found += connection.execute(due.order_by(command.c.not_before).limit(limit - len(found))).scalars()
    return found


def taken(work: Work, config: GridConfig, command_id: str) -> None:
    """The head-end has the command, and answers later."""
    row = _locked(work, command_id)
    if row is None or row.state not in ("queued", "sending"):
        return  # the answer was faster
    answer_by = work.at + answer_within(config, row.head_end)
    ask_at = work.at + timedelta(seconds=config.work.period_s)
    sent = {"state": "sent", "sent_at": work.at, "answer_by": answer_by, "not_before": ask_at}
    values = sent | {"detail": ""} | _NOBODY
    work.connection.execute(update(command).where(command.c.id == command_id).values(values))
    alarms.clear_alarm(work, alarms.HEAD_END_UNREACHABLE, row.head_end)


def undelivered(work: Work, config: GridConfig, command_id: str, why: str, *, worker: str = "") -> None:
    """The head-end did not take the command, or it is not known whether it did: the same is sent again, later.

    Given the worker's name, nothing happens when the command is no longer the worker's.
    """
    row = _locked(work, command_id)
    if row is None or row.state != "sending" or worker not in ("", row.leased_by):
        return
    not_before = work.at + pace_of(config).back_off(row.attempts)
    _queue_again(work, [row], not_before, detail=tidy(why)[:_DETAIL])
    if row.attempts >= config.work.visit_after:
        says = f"The head-end {row.head_end} does not take commands."
        alarms.raise_alarm(work, alarms.HEAD_END_UNREACHABLE, row.head_end, says)


def given_back(work: Work, command_id: str, worker: str) -> None:
    """The worker has not sent the command: it may be leased again at once."""
    row = _locked(work, command_id)
    if row is not None and row.state == "sending" and row.leased_by == worker:
        _queue_again(work, [row], work.at)


def overdue(database: Database, config: GridConfig, limit: int = 500) -> int:
    """Leases that have run out are queued again, and commands without an answer are lost. Gives how many there were."""
    now = database.clock.now()
    leases = and_(command.c.state == "sending", command.c.lease_until <= now)
    answers = and_(command.c.state == "sent", command.c.answer_by <= now)
    with database.reading() as connection:
        meters = [
            meter_id
            for late in (leases, answers)
            for meter_id in connection.execute(select(command.c.meter_id).where(late).limit(limit)).scalars()
        ]
    if not meters:
        return 0
    with database.writing(ACTOR) as work:
        held = hold(work, meters, waiting=False)
        rows = work.connection.execute(select(command).where(or_(leases, answers), command.c.meter_id.in_(held))).all()
        _queue_again(work, [row for row in rows if row.state == "sending"], work.at)
        lost = {row.meter_id: row for row in rows if row.state == "sent"}
        known = load(work.connection, config, lost, work.at)
        for meter_id, row in sorted(lost.items()):
            failure(work, config, known[meter_id], row, Ending("lost"))
        review(work, config, list(lost))
    return len(rows)


def to_ask(database: Database, config: GridConfig, limit: int) -> list[Leased]:
    """Commands whose head-end is to be asked now how they stand. The next question waits twice as long."""
    lists = [each.name for each in config.head_end if each.kind == "work_list" or not each.asks]
    now = database.clock.now()
    chosen = command.c.state == "sent", command.c.not_before <= now, command.c.head_end.not_in(lists)
    with database.reading() as connection:
        due = select(command.c.meter_id).where(*chosen).order_by(command.c.not_before).limit(limit)
        wanted = connection.execute(due).scalars().all()
    if not wanted:
        return []
    with database.writing(ACTOR) as work:
        held = work.lock_ports(wanted, waiting=False)
        rows = work.connection.execute(_TO_SEND.where(*chosen, command.c.meter_id.in_(held))).all()
        for row in rows:
            next_at = work.at + max(work.at - row.sent_at, timedelta(seconds=config.work.period_s))
            work.connection.execute(update(command).where(command.c.id == row.id).values(not_before=next_at))
        return [Leased(_bare(row), row.head_end, row.answer_by) for row in rows]


def _bare(row: Row[Any]) -> Command:
    """A command that the head-end has already: without where the meter is."""
    kind = CommandKind(row.kind)
    return Command(row.id, kind, row.serial, row.maker, row.model, gsrn="", address="", due_at=None)


def _queue_again(work: Work, rows: Sequence[Row[Any]], not_before: datetime, **told: str) -> None:
    """Commands that were being sent wait again. What is wanted may have changed meanwhile, so that their ports are
    looked at at once: one that is not wanted any more could not be taken back while it was being sent.
    """
    if not rows:
        return
    values = {"state": "queued", "not_before": not_before} | told | _NOBODY
    work.connection.execute(update(command).where(command.c.id.in_([row.id for row in rows])).values(values))
    ports = port.c.meter_id.in_([row.meter_id for row in rows])
    work.connection.execute(update(port).where(ports).values(review_at=work.at))


def _locked(work: Work, command_id: str) -> Row[Any] | None:
    """The command's row, its meter's port held."""
    meter_id = work.connection.execute(select(command.c.meter_id).where(command.c.id == command_id)).scalar()
    if meter_id is None:
        return None
    work.lock_ports([meter_id])
    return work.connection.execute(select(command).where(command.c.id == command_id)).one()


_TO_SEND = select(command, meter.c.serial, meter.c.maker, meter.c.model).join(meter, meter.c.id == command.c.meter_id)


def _lease(work: Work, config: GridConfig, worker: str, known: list[Known]) -> list[Leased]:
    by_meter = {each.row.meter_id: each for each in known}
    due = _TO_SEND.where(command.c.meter_id.in_(by_meter), command.c.state == "queued", command.c.not_before <= work.at)
    lease_until = work.at + timedelta(seconds=config.work.lease_s)
    places = places_of(work.connection, {each.facility_id for each in known if each.facility_id is not None})
    leased: list[Leased] = []
    changes: list[dict[str, Any]] = []
    for row in work.connection.execute(due.order_by(command.c.not_before, command.c.id)).all():
        each = by_meter[row.meter_id]
        head_end = _head_end(work, config, row)
        if head_end is None:
            continue
        changes.append({"which": row.id, "head_end": head_end})
        made = _command(row, each, places)
        until = each.right.until if row.kind == CommandKind.OPEN.value else None
        leased.append(Leased(made, head_end, min(lease_until, until) if until is not None else lease_until))
        _sent(work, each, row, head_end)
    if changes:
        lease = update(command).where(command.c.id == bindparam("which"))
        values = {"state": "sending", "leased_by": worker, "lease_until": lease_until, "sent_at": work.at}
        counted = {"attempts": command.c.attempts + 1, "head_end": bindparam("head_end")}
        work.connection.execute(lease.values(values | counted), changes)
    return leased


def _head_end(work: Work, config: GridConfig, row: Row[Any]) -> str | None:
    found = head_end_of(config, row.maker)
    if found:
        return found
    says = f"No head-end is for meters of {row.maker or 'an unknown maker'}: add one to grid.toml."
    alarms.raise_alarm(work, alarms.NO_HEAD_END, row.maker, says)
    later = work.at + pace_of(config).retry_longest
    work.connection.execute(update(command).where(command.c.id == row.id).values(not_before=later))
    return None


def _sent(work: Work, known: Known, row: Row[Any], head_end: str) -> None:
    """From here on the command may reach the meter."""
    if row.kind == CommandKind.READ.value:
        return
    is_restart = row.kind == CommandKind.RESTART.value
    expected = Expected.OPEN if is_restart else Expected.UNKNOWN  # a restart is no reason to open the port anew
    values: dict[str, Any] = {"expected": expected.value, "changed_at": work.at}
    if row.kind == CommandKind.OPEN.value:
        values["may_be_open"] = True
    work.connection.execute(update(port).where(port.c.meter_id == row.meter_id).values(values))
    facts = {"kind": row.kind, "attempt": row.attempts + 1, "head_end": head_end}
    work.note("command.sent", command=row.id, meter=row.serial, **facts)
    move(work, known, row.order_id, Event.SEND)


def _command(row: Row[Any], known: Known, places: dict[int, Place]) -> Command:
    place = places[known.facility_id] if known.facility_id is not None else NOWHERE
    deadlines = [each.deadline_at for each in known.orders if each.id == row.order_id]
    return Command(
        id=row.id,
        kind=CommandKind(row.kind),
        meter_serial=row.serial,
        maker=row.maker,
        model=row.model,
        gsrn=place.gsrn,
        address=place.address,
        due_at=known.row.closing_due_at if row.kind == CommandKind.CLOSE.value else next(iter(deadlines), None),
    )
