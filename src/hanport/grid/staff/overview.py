"""Today at a glance: what waits for staff, and what the law's clock says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from hanport.grid import alarms
from hanport.grid.alarms import Alarm
from hanport.grid.database.staff_tables import proposal
from hanport.grid.database.tables import import_batch, order, port
from hanport.grid.orders import ENDED, Kind, State
from hanport.grid.staff import out_of_step
from hanport.grid.staff.order_list import OrderRow, View, Wanted, orders
from hanport.grid.staff.out_of_step import Matter
from hanport.grid.workdays import STOCKHOLM, start_of_day

_UNSIGNED = (State.DRAFT, State.AWAITING_SIGNATURE)
_WAITING = sorted(state.value for state in State if state not in ENDED and state not in _UNSIGNED)
_NEXT = 8


@dataclass(frozen=True, slots=True)
class Overview:
    """`waiting` by kind; `next` are the most urgent orders; `done_today`: orders that were fulfilled today."""

    waiting: Mapping[Kind, int]
    late: int
    failed: int
    visits: int
    done_today: int
    next: Sequence[OrderRow]
    alarms: Sequence[Alarm]
    imports_waiting: int
    imports_holding: int
    proposals: int
    ports: Mapping[Matter, int]


def overview(connection: Connection, at: datetime) -> Overview:
    """How it stands at that instant."""
    chosen = select(order.c.kind, order.c.state, func.count()).where(order.c.state.in_(_WAITING))
    waiting: dict[Kind, int] = {}
    states: dict[str, int] = {}
    for kind, state, count in connection.execute(chosen.group_by(order.c.kind, order.c.state)):
        waiting[Kind(kind)] = waiting.get(Kind(kind), 0) + count
        states[state] = states.get(state, 0) + count
    late = select(func.count()).where(order.c.state.in_(_WAITING), order.c.deadline_at <= at)
    since = start_of_day(at.astimezone(STOCKHOLM).date())
    done = select(func.count()).where(order.c.state == State.READ_BACK.value, order.c.ended_at >= since)
    waits = select(func.count()).select_from(import_batch).where(import_batch.c.state == "waiting")
    holds = select(func.count(func.distinct(port.c.held_by))).where(port.c.held_by.is_not(None))
    proposed = select(func.count()).where(proposal.c.state == "waiting", proposal.c.ends_at > at)
    return Overview(
        waiting=waiting,
        late=connection.execute(late).scalar_one(),
        failed=states.get(State.FAILED.value, 0),
        visits=states.get(State.NEEDS_VISIT.value, 0),
        done_today=connection.execute(done).scalar_one(),
        next=orders(connection, Wanted(View.WAITING), at).rows[:_NEXT],
        alarms=alarms.live(connection)[:_NEXT],
        imports_waiting=connection.execute(waits).scalar_one(),
        imports_holding=connection.execute(holds).scalar_one(),
        proposals=connection.execute(proposed).scalar_one(),
        ports=out_of_step.counts(connection, at),
    )
