"""Looks at meters' ports under their lock, and puts what must be done into the outbox, all in the caller's transaction.

Whoever changes a command, or what is known of a port, holds that port; so no two commands live for one meter.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from hanport.grid import alarms
from hanport.grid.config import GridConfig
from hanport.grid.database.tables import installation, port
from hanport.grid.database.work import Work
from hanport.grid.headend.contract import PortState
from hanport.grid.notices.owing import owe_ended
from hanport.grid.ordering import progress
from hanport.grid.orders import ENDED, Event, Kind, State
from hanport.grid.reconcile.decision import Step, decide
from hanport.grid.reconcile.issuing import insert_commands, new_command, recall
from hanport.grid.reconcile.view import Known, OpenOrder, Places, Read, ended_at, installations_of, load, pace_of
from hanport.grid.right import Facts, Why, objection_to
from hanport.grid.workdays import deadline

_CHANGE_PORT = update(port).where(port.c.meter_id == bindparam("which"))


def review(
    work: Work, config: GridConfig, meter_ids: Collection[int], *, waiting: bool = True, facts: Sequence[Facts] = ()
) -> list[str]:
    """Decide on meters' ports and write down what follows. Gives the ids of the new commands.

    Without `waiting`, meters that another transaction holds are left to it. A facility that the caller holds already
    may be reviewed, and its `facts` handed over as they are now; ports must not be held before facilities.
    """
    held = hold(work, meter_ids, waiting=waiting)
    read = Read({each.facility_id: each for each in facts}, held)
    known = load(work.connection, config, held, work.at, read)
    pace = pace_of(config)
    commands: list[dict[str, Any]] = []
    ports: list[dict[str, Any]] = []
    for meter_id in sorted(known):
        each = known[meter_id]
        step = decide(each.view, each.right, work.at, pace)
        if step.recalls:
            recall(work, each)
        commands += new_command(work, config, each, step)
        ended = _tell_orders(work, each, step)
        ports += _changed(work, config, each, step=step, ended=ended)
    insert_commands(work, commands)
    _write_ports(work, ports)
    return [row["id"] for row in commands]


def hold(work: Work, meter_ids: Collection[int], *, waiting: bool = True) -> Places:
    """Lock the meters' facilities, then their ports; gives the meters that are held, and where they are.

    A meter that was moved meanwhile is left out: whoever moved it has had it put up for review.
    """
    places = installations_of(work.connection, meter_ids)
    facilities = {facility_id for each in places.values() for facility_id, _ in each}
    locked = set(work.lock_facilities(facilities, waiting=waiting))
    free = [meter_id for meter_id in meter_ids if {facility_id for facility_id, _ in places[meter_id]} <= locked]
    held = work.lock_ports(free, waiting=waiting)
    now = places if work.is_alone else installations_of(work.connection, held)
    return {meter_id: now[meter_id] for meter_id in held if {facility_id for facility_id, _ in now[meter_id]} <= locked}


def alarm_at(due_at: datetime, config: GridConfig) -> datetime:
    """When staff are told of what is not done yet."""
    return due_at - timedelta(hours=config.work.alarm_hours_before)


def _tell_orders(work: Work, known: Known, step: Step) -> set[str]:
    """Refuse openings whose right has ended, and confirm what a reading says. Gives the orders that have ended."""
    ended = set()
    for each in known.orders_of(Kind.OPEN):
        why = _objection(known, each, work.at)
        if why is not None and progress.right_ended(work, each.id, why) in ENDED:
            ended.add(each.id)
    for each in known.orders_of(Kind.RESTART):
        event = _end_of_restart(known, each, step)
        if event is not None and progress.moved(work, each.id, event, known.right.why.value) in ENDED:
            ended.add(each.id)
    is_open = known.right.is_open
    asked = any(each.id not in ended for each in known.orders_of(Kind.OPEN if is_open else Kind.CLOSE))
    if asked and step.settled and known.facility_id is not None and _is_sure(work, known):
        ended.update(progress.confirmed(work, known.facility_id, is_open))
    late = [each.id for each in known.orders if each.id in ended and each.deadline_at is not None]
    if late:
        alarms.clear_alarms(work, alarms.ORDER_LATE, late)
    return ended


def _end_of_restart(known: Known, order: OpenOrder, step: Step) -> Event | None:
    if not known.right.is_open:
        return Event.REFUSE
    read_since = step.settled and known.view.known is PortState.OPEN
    return Event.CONFIRM if read_since and order.state is State.ACKNOWLEDGED else None


def _is_sure(work: Work, known: Known) -> bool:
    """Whether the facility's port is as its orders ask for. It is closed when no meter's port there may be open."""
    if known.right.is_open:
        return known.view.known is PortState.OPEN
    if known.right.why is Why.NOT_INSTALLED:
        return False
    others = select(port.c.meter_id).join(installation, installation.c.meter_id == port.c.meter_id)
    others = others.where(
        installation.c.facility_id == known.facility_id,
        installation.c.begins_at <= work.at,
        or_(installation.c.ends_at.is_(None), installation.c.ends_at > work.at),
        port.c.meter_id != known.row.meter_id,
        port.c.may_be_open,
    )
    return work.connection.execute(others.limit(1)).first() is None


def _objection(known: Known, order: OpenOrder, at: datetime) -> Why | None:
    if known.right.why in (Why.EXEMPTED, Why.NOT_INSTALLED) or known.facts is None:
        return known.right.why
    request = next((each for each in known.facts.requests if each.order_id == order.id), None)
    return objection_to(request, known.facts, at) if request is not None else None


def _changed(work: Work, config: GridConfig, known: Known, *, step: Step, ended: set[str]) -> list[dict[str, Any]]:
    """The port's row, if something in it changes."""
    row = known.row
    due_at = _closing_due_at(work, known, step)
    new_goal = step.goal.value != row.goal
    looks = [step.look_at] if step.look_at is not None else []
    values: dict[str, Any] = {
        "goal": step.goal.value,
        "failures": 0 if new_goal else row.failures,
        "retry_at": None if new_goal else row.retry_at,
        "closing_due_at": due_at,
        "review_at": min([*looks, *_alarm(work, config, known, due_at=due_at, ended=ended)], default=None),
    }
    if all(row._mapping[name] == value for name, value in values.items()):
        return []
    return [{"which": row.meter_id} | values]


def _closing_due_at(work: Work, known: Known, step: Step) -> datetime | None:
    serial = known.row.serial
    if not step.must_close:
        if known.row.closing_due_at is not None:
            for kind in (alarms.CLOSING_UNCONFIRMED, alarms.CLOSING_IMPOSSIBLE):
                alarms.clear_alarm(work, kind, serial)
            _tell_ended(work, known)
        return None
    due_at: datetime = known.row.closing_due_at or deadline(ended_at(known.facts, known.row.meter_id, work.at))
    return due_at


def _tell_ended(work: Work, known: Known) -> None:
    """The port is closed now. An order to close, and a meter that has gone, are told of otherwise."""
    why = known.right.why
    if known.facts is not None and why not in (Why.RIGHT, Why.NOT_INSTALLED) and not known.orders_of(Kind.CLOSE):
        at = ended_at(known.facts, known.row.meter_id, work.at)
        owe_ended(work, known.facts, known.row.meter_id, ended_at=at, why=why.value)


def _alarm(
    work: Work, config: GridConfig, known: Known, *, due_at: datetime | None, ended: set[str]
) -> Iterator[datetime]:
    """Raise the alarms that are due; gives when the others will be."""
    if due_at is not None:
        says = f"Meter {known.row.serial}: its port must be closed, and no reading says that it is."
        if alarm_at(due_at, config) > work.at:
            yield alarm_at(due_at, config)
        else:
            alarms.raise_alarm(work, alarms.CLOSING_UNCONFIRMED, known.row.serial, says, due_at)
    for each in known.orders:
        if each.deadline_at is None or each.kind is Kind.WARRANTY or each.id in ended:
            continue
        if alarm_at(each.deadline_at, config) > work.at:
            yield alarm_at(each.deadline_at, config)
        else:
            says = f"Order {each.id} is not done yet."
            alarms.raise_alarm(work, alarms.ORDER_LATE, each.id, says, each.deadline_at)


def _write_ports(work: Work, rows: list[dict[str, Any]]) -> None:
    if rows:
        work.connection.execute(_CHANGE_PORT, rows)
