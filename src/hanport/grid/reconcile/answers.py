"""What head-ends say of commands and ports, believed as far as it deserves.

Answers come late, twice, to the wrong command, and against each other. A command's answer moves the command on; a
port's state is believed from a reading alone, and only from the one that is under way.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from hanport.errors import HanportError
from hanport.grid import alarms
from hanport.grid.config import GridConfig
from hanport.grid.database.tables import command, meter, port
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.headend.contract import Answer, CommandKind, Outcome, PortState
from hanport.grid.notices.owing import owe_exchanged
from hanport.grid.orders import Event
from hanport.grid.reconcile.decision import Expected, Goal
from hanport.grid.reconcile.issuing import DOUBT, move
from hanport.grid.reconcile.review import hold, review
from hanport.grid.reconcile.view import LIVE, Known, load, pace_of

_DETAIL = 200
_READS = 3  # so often a reading is tried before the command that it follows is given once more
_MADE = {
    CommandKind.OPEN: Expected.OPEN,
    CommandKind.CLOSE: Expected.CLOSED,
    CommandKind.RESTART: Expected.OPEN,
    CommandKind.READ: Expected.UNKNOWN,
}
log = logging.getLogger(__name__)


def answered(work: Work, config: GridConfig, answer: Answer) -> bool:
    """Take in an answer, and decide on what follows. False: it changed nothing (doubled, or to an unknown command)."""
    meter_id = work.connection.execute(select(command.c.meter_id).where(command.c.id == answer.command_id)).scalar()
    if meter_id is None:
        log.warning("an answer to an unknown command", extra={"command": tidy(answer.command_id)})
        return False
    other = _other_meter(work, meter_id, answer.meter_serial)
    held = hold(work, [meter_id] if other is None else [meter_id, other])
    if meter_id not in held:
        raise HanportError("The meter was moved while its answer came in.", "Send the answer again.")
    row = work.connection.execute(select(command).where(command.c.id == answer.command_id)).one()
    known = load(work.connection, config, held, work.at)
    if answer.meter_serial not in ("", known[meter_id].row.serial):
        changed = _about_another(work, config, known, row=row, other=other)
    elif row.state in LIVE and row.attempts:
        changed = _take_in(work, config, known[meter_id], row=row, answer=answer)
    else:
        changed = _take_in_late(work, known[meter_id], row, answer)
    if changed:
        review(work, config, held)
    return changed


def reported(work: Work, config: GridConfig, meter_serial: str, state: PortState, at: datetime) -> bool:
    """A head-end says unasked how a port stands. False: it says nothing new, or the meter is unknown."""
    meter_id = work.connection.execute(select(meter.c.id).where(meter.c.serial == meter_serial)).scalar()
    return meter_id is not None and bool(reported_all(work, config, {meter_id: (state, at)}))


def reported_all(work: Work, config: GridConfig, seen: Mapping[int, tuple[PortState, datetime]]) -> list[int]:
    """A head-end says unasked how ports stand: the state of each meter, and when that was seen. Open is believed at
    once; closed only where nothing speaks against it, otherwise the meter is asked. Gives the meters of which it says
    something new.
    """
    held = hold(work, list(seen))
    known = load(work.connection, config, held, work.at)
    told = [meter_id for meter_id in sorted(known) if _take_in_report(work, known[meter_id], *seen[meter_id])]
    review(work, config, told)
    return told


def _take_in_report(work: Work, known: Known, state: PortState, at: datetime) -> bool:
    view = known.view
    seen_at = min(at, work.at)  # a head-end whose clock is fast does not read in the future
    if state is PortState.UNKNOWN or (view.reported_at is not None and seen_at <= view.reported_at):
        return False
    if state is view.known and state.value == known.row.reported and view.may_be_open is (state is PortState.OPEN):
        _set_port(work, known, {"reported_at": seen_at})
    elif state is PortState.OPEN:
        _set_port(work, known, {"reported": state.value, "reported_at": seen_at, "may_be_open": True})
        _note_reading(work, known, state)
    elif view.may_be_open or view.expected is not Expected.NOTHING or view.live is not None:
        _set_port(work, known, {"expected": _asked(known).value})
    else:
        _set_port(work, known, {"reported": state.value, "reported_at": seen_at})
        _note_reading(work, known, state)
    return True


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command failed: `failed` or `lost`. `gives_up`: trying again is not likely to help."""

    state: str
    detail: str = ""
    gives_up: bool = False


def failure(work: Work, config: GridConfig, known: Known, row: Row[Any], ending: Ending) -> None:
    """The command under way has failed, or was lost: it is tried again, later."""
    kind = CommandKind(row.kind)
    _end(work, known, row, ending.state, ending.detail)
    failures = max(known.row.failures + 1, config.work.visit_after if ending.gives_up else 0)
    values: dict[str, Any] = {"failures": failures, "retry_at": _retry_at(work, config, known, failures)}
    if kind is not CommandKind.READ and ending.state == "lost":
        values |= {"retry_at": None, "expected": _MADE[kind].value}  # it may have been done: the meter is asked
        if kind is CommandKind.OPEN:
            values["doubt_until"] = work.at + DOUBT
    is_silent = ending.state == "lost" or failures % _READS == 0
    if kind is CommandKind.READ and known.view.expected is not Expected.NOTHING and is_silent:
        values["expected"] = Expected.UNKNOWN.value  # nobody says: the command is given once more
    _set_port(work, known, values)
    _tell_failure(work, config, known, order_id=row.order_id, failures=failures)
    if ending.gives_up and kind is CommandKind.CLOSE:
        says = f"Meter {known.row.serial} cannot be closed by its head-end: somebody must go there."
        alarms.raise_alarm(work, alarms.CLOSING_IMPOSSIBLE, known.row.serial, says, known.row.closing_due_at)


def _retry_at(work: Work, config: GridConfig, known: Known, failures: int) -> datetime:
    """When it is tried again. Where a visit is needed the tries go on, seldom; closings are not slowed down."""
    pace = pace_of(config)
    seldom = failures >= config.work.visit_after and known.view.goal is not Goal.CLOSED
    return work.at + (pace.retry_longest if seldom else pace.back_off(failures))


def _tell_failure(work: Work, config: GridConfig, known: Known, *, order_id: str | None, failures: int) -> None:
    needs_visit = failures >= config.work.visit_after and known.view.goal in (Goal.OPEN, Goal.RESTARTED)
    move(work, known, order_id, Event.CALL_VISIT if needs_visit else Event.FAIL)


def _take_in(work: Work, config: GridConfig, known: Known, *, row: Row[Any], answer: Answer) -> bool:
    """An answer to the command under way."""
    kind = CommandKind(row.kind)
    is_reading = answer.port is not PortState.UNKNOWN
    if answer.outcome is not Outcome.DONE or (kind is CommandKind.READ and not is_reading):
        gives_up = answer.outcome is Outcome.IMPOSSIBLE
        failure(work, config, known, row, Ending("failed", answer.detail, gives_up))
        return True
    _end(work, known, row, "done", answer.detail)
    if kind is CommandKind.READ:
        _read(work, config, known, order_id=row.order_id, found=answer.port)
        return True
    values: dict[str, Any] = {"expected": _MADE[kind].value, "changed_at": work.at, "retry_at": None}
    _set_port(work, known, values)
    move(work, known, row.order_id, Event.ACKNOWLEDGE)
    if is_reading and _is_work_list(config, row.head_end):  # people look at the port after their work
        fresh = load(work.connection, config, [row.meter_id], work.at)[row.meter_id]
        _read(work, config, fresh, order_id=row.order_id, found=answer.port)
    return True


def _read(work: Work, config: GridConfig, known: Known, *, order_id: str | None, found: PortState) -> None:
    """The meter says how its port is, after the last command that may have changed it."""
    expected = known.view.expected
    values: dict[str, Any] = {
        "reported": found.value,
        "reported_at": work.at,
        "may_be_open": found is PortState.OPEN,
        "expected": Expected.NOTHING.value,
    }
    _note_reading(work, known, found)
    agrees = (found is PortState.OPEN) is known.right.is_open
    if not agrees and expected in (Expected.OPEN, Expected.CLOSED):  # said to be done, and it was not
        failures = known.row.failures + 1
        values |= {"failures": failures, "retry_at": _retry_at(work, config, known, failures)}
        _set_port(work, known, values)
        _tell_failure(work, config, known, order_id=order_id, failures=failures)
        return
    if agrees and known.view.goal is not Goal.RESTARTED:
        values |= {"failures": 0}
    _set_port(work, known, values | {"retry_at": None})


def _take_in_late(work: Work, known: Known, row: Row[Any], answer: Answer) -> bool:
    """An answer to a command that is not under way: nothing in it is believed, but the meter is asked if need be."""
    said = "done" if answer.outcome is Outcome.DONE else "failed"
    kind = CommandKind(row.kind)
    if kind is CommandKind.READ:
        says_nothing = said == "failed" or answer.port in (PortState.UNKNOWN, known.view.known)
    else:  # lost, or overtaken by a newer one: that it was not done then is as it must be
        says_nothing = said == row.state or (row.state in ("lost", "superseded") and said == "failed")
    if says_nothing or not row.attempts:
        return False
    values: dict[str, Any] = {"expected": _asked(known).value}
    if said == "done" and kind is CommandKind.OPEN:
        late = {"expected": Expected.OPEN.value, "may_be_open": True}
        values |= late | {"doubt_until": work.at + DOUBT, "changed_at": work.at}
    _set_port(work, known, values)
    work.note("command.contradicted", command=row.id, meter=known.row.serial, kind=row.kind, was=row.state, said=said)
    return True


def _about_another(
    work: Work, config: GridConfig, known: dict[int, Known], *, row: Row[Any], other: int | None
) -> bool:
    """The answer names another meter: the command may have gone there. Neither meter's state is known now."""
    mine = known[row.meter_id]
    work.note("command.misdirected", command=row.id, meter=mine.row.serial, kind=row.kind)
    if row.state in LIVE and row.attempts:
        failure(work, config, mine, row, Ending("failed", "the answer was about another meter"))
    theirs = known.get(other) if other is not None else None
    if theirs is not None and row.kind != CommandKind.READ.value:
        values: dict[str, Any] = {"expected": Expected.UNKNOWN.value, "changed_at": work.at}
        if row.kind == CommandKind.OPEN.value:
            values |= {"may_be_open": True, "doubt_until": work.at + DOUBT}
        _set_port(work, theirs, values)
    return True


def _asked(known: Known) -> Expected:
    """What is expected of a port that is to be read: what was expected already, or nothing."""
    return Expected.ASKED if known.view.expected is Expected.NOTHING else known.view.expected


def _end(work: Work, known: Known, row: Row[Any], state: str, detail: str) -> None:
    words = tidy(detail)[:_DETAIL]
    values = {"state": state, "ended_at": work.at, "detail": words, "leased_by": None, "lease_until": None}
    work.connection.execute(update(command).where(command.c.id == row.id).values(values))
    if row.kind != CommandKind.READ.value or state != "done":
        facts = {"kind": row.kind} | ({"detail": words} if words else {})
        work.note(f"command.{state}", command=row.id, meter=known.row.serial, **facts)


def _set_port(work: Work, known: Known, values: dict[str, Any]) -> None:
    work.connection.execute(update(port).where(port.c.meter_id == known.row.meter_id).values(values))


def _note_reading(work: Work, known: Known, found: PortState) -> None:
    work.note("port.reported", meter=known.row.serial, state=found.value)
    request, facts = known.right.request, known.facts
    if found is PortState.CLOSED or known.row.reported == found.value or request is None or facts is None:
        return
    if all(each.id != request.order_id for each in known.orders):  # one on its way tells of itself
        owe_exchanged(work, facts, known.row.meter_id, request)


def _is_work_list(config: GridConfig, name: str) -> bool:
    return any(each.name == name and each.kind == "work_list" for each in config.head_end)


def _other_meter(work: Work, meter_id: int, serial: str) -> int | None:
    if not serial:
        return None
    found: int | None = work.connection.execute(select(meter.c.id).where(meter.c.serial == serial)).scalar()
    return found if found != meter_id else None
