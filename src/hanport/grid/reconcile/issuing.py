"""Writes what was decided: commands into the outbox or back out of it, and the orders that they serve."""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from hanport.grid.config import GridConfig
from hanport.grid.database.tables import command, port
from hanport.grid.database.work import Work
from hanport.grid.headend.choosing import NoHeadEnd, for_maker
from hanport.grid.headend.contract import CommandKind
from hanport.grid.ordering import progress
from hanport.grid.orders import Event, Kind, State
from hanport.grid.reconcile.decision import Goal, Step
from hanport.grid.reconcile.view import Known

# How long an opening that was taken back, or never answered, may still arrive at the meter.
DOUBT = timedelta(hours=24)
# Nobody but the customer waits for these; an order that needs a visit keeps saying so while the tries go on.
_KEPT = frozenset({Event.SEND, Event.ACKNOWLEDGE, Event.FAIL, Event.CALL_VISIT})

_ADD = insert(command)


def new_command(work: Work, config: GridConfig, known: Known, step: Step) -> list[dict[str, Any]]:
    """The row of the command that is to be issued, if any. Its entry is made; readings are told by their outcome."""
    kind = step.issues
    if kind is None:
        return []
    row = {
        "id": f"c-{secrets.token_hex(12)}",
        "meter_id": known.row.meter_id,
        "kind": kind.value,
        "state": "queued",
        "order_id": order_of(known, step.goal),
        "why": known.right.why.value if step.goal is not Goal.KNOWN else Goal.KNOWN.value,
        "head_end": head_end_of(config, known.row.maker),
        "created_at": work.at,
        "not_before": work.at,
    }
    if kind is not CommandKind.READ:
        facts = {"kind": kind.value, "why": row["why"]} | ({"order": row["order_id"]} if row["order_id"] else {})
        work.note("command.queued", command=row["id"], meter=known.row.serial, **facts)
    return [row]


def head_end_of(config: GridConfig, maker: str) -> str:
    """The name of the head-end for meters of that maker, or "" where there is none."""
    try:
        return for_maker(config, maker).name
    except NoHeadEnd:
        return ""


def insert_commands(work: Work, rows: list[dict[str, Any]]) -> None:
    """Put commands into the outbox."""
    if rows:
        work.connection.execute(_ADD, rows)


def recall(work: Work, known: Known) -> None:
    """Take the live command back. What may have left our hands all the same is remembered."""
    live = known.view.live
    if live is None:
        return
    gone = {"state": "superseded", "ended_at": work.at, "leased_by": None, "lease_until": None}
    work.connection.execute(update(command).where(command.c.id == live.id).values(gone))
    if known.row.live_attempts and live.kind is CommandKind.OPEN:
        doubt = update(port).where(port.c.meter_id == known.row.meter_id)
        work.connection.execute(doubt.values(doubt_until=work.at + DOUBT))
    if live.kind is not CommandKind.READ:
        work.note("command.superseded", command=live.id, meter=known.row.serial, kind=live.kind.value)


def order_of(known: Known, goal: Goal) -> str | None:
    """The order that a command for that goal belongs to."""
    match goal:
        case Goal.OPEN:
            return known.right.request.order_id if known.right.request is not None else None
        case Goal.CLOSED:
            closing = known.orders_of(Kind.CLOSE)
            return closing[-1].id if closing else None
        case Goal.RESTARTED:
            restarts = [each for each in known.orders_of(Kind.RESTART) if each.state is not State.NEEDS_VISIT]
            return restarts[0].id if restarts else None
        case _:
            return None


def move(work: Work, known: Known, order_id: str | None, event: Event) -> None:
    """Tell the order what happened to its command. One that needs a visit keeps saying so until it is confirmed."""
    found = next((each for each in known.orders if each.id == order_id), None)
    if found is None or (found.state is State.NEEDS_VISIT and event in _KEPT):
        return
    progress.moved(work, found.id, event)
