"""A look at every meter there is, whatever its row says of the next time: what was forgotten is found here.

SQL leaves out the quiet ones (narrowing.py), the law judges the rest without locks, and only those for which there is
something to do are reviewed under theirs. Batches keep the memory flat.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select, update

from hanport.grid.config import GridConfig
from hanport.grid.database.tables import installation, port
from hanport.grid.database.work import Database, Work
from hanport.grid.orders import Kind
from hanport.grid.reconcile.decision import Expected, Goal, Pace, Step, decide
from hanport.grid.reconcile.narrowing import sweep_candidates
from hanport.grid.reconcile.review import review
from hanport.grid.reconcile.view import Known, load, pace_of

SIZE = 5000
_AT_ONCE = 50  # reviews in one transaction: on SQLite it keeps all others waiting


@dataclass(frozen=True, slots=True)
class Swept:
    """How many meters were passed by SQL, judged by the law, and reviewed because there was something to do."""

    passed: int = 0
    judged: int = 0
    reviewed: int = 0
    commands: int = 0


def sweep(database: Database, config: GridConfig, goes_on: Callable[[], bool] = lambda: True) -> Swept:
    """Pass over all meters, by their id. `goes_on` is asked between batches: false ends it early."""
    swept, after = Swept(), 0
    while goes_on():
        at = database.clock.now()
        with database.reading() as connection:
            span = sweep_candidates(connection, at, pace_of(config), after=after, size=SIZE)
            if span is None:
                break
            to_do = something_to_do(connection, config, span.candidates, at)
        commands = _review(database, config, to_do)
        swept = Swept(
            swept.passed + span.count,
            swept.judged + len(span.candidates),
            swept.reviewed + len(to_do),
            swept.commands + commands,
        )
        after = span.last
    return swept


def _review(database: Database, config: GridConfig, meter_ids: list[int]) -> int:
    commands = 0
    for begin in range(0, len(meter_ids), _AT_ONCE):
        with database.writing("system") as work:
            commands += len(review(work, config, meter_ids[begin : begin + _AT_ONCE], waiting=False))
    return commands


def read_all(work: Work) -> int:
    """Have every meter that is installed read anew, as after a backup was restored: what the rows say of ports may be
    older than what was done since. Gives how many they are.
    """
    installed = select(installation.c.meter_id).where(
        installation.c.begins_at <= work.at, or_(installation.c.ends_at.is_(None), installation.c.ends_at > work.at)
    )
    chosen = and_(port.c.meter_id.in_(installed), port.c.expected == Expected.NOTHING.value)
    work.lock_ports(work.connection.execute(select(port.c.meter_id).where(chosen)).scalars())
    asked = update(port).where(chosen).values(expected=Expected.ASKED.value, review_at=work.at)
    count = work.connection.execute(asked).rowcount
    work.note("port.doubted", meters=count)
    return count


def something_to_do(connection: Connection, config: GridConfig, meter_ids: list[int], at: datetime) -> list[int]:
    """Those of the meters whose rows would be changed by a review. Nothing is locked."""
    known = load(connection, config, meter_ids, at)
    pace = pace_of(config)
    return [meter_id for meter_id, each in known.items() if _is_out_of_step(each, at, pace)]


def _is_out_of_step(known: Known, at: datetime, pace: Pace) -> bool:
    step = decide(known.view, known.right, at, pace)
    row = known.row
    is_forgotten = step.look_at is not None and (row.review_at is None or row.review_at > step.look_at)
    return (
        step.issues is not None
        or step.recalls
        or step.goal is not known.view.goal
        or step.must_close is not (row.closing_due_at is not None)
        or is_forgotten
        or (row.review_at is not None and row.review_at <= at)
        or _has_waiting_orders(known, step)
    )


def _has_waiting_orders(known: Known, step: Step) -> bool:
    """Orders that a review may refuse, confirm, or raise an alarm for."""
    return any(each.kind is not Kind.WARRANTY for each in known.orders) and step.goal is not Goal.RESTARTED
