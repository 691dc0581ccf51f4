"""What the service says to Prometheus: the work as the database has it, and the requests of this process.

The figures of the work are read anew at most every `FRESH_S`, in few statements, however often they are asked for. All
processes of a service say the same of the work; each counts its own requests.
"""

import threading
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Connection, bindparam, case, func, select

from hanport.clock import Clock
from hanport.grid.database.tables import alarm, audit_head, command, duty, import_batch, order, port
from hanport.grid.database.work import Database
from hanport.grid.orders import ENDED, State

FRESH_S = 15.0
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LIVE = ("queued", "sending", "sent")
_BUCKETS = (0.005, 0.02, 0.1, 0.2, 0.5, 1, 5, 30)
_ALL_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


class Metrics:
    """The figures of one process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Work(database, clock))
        ProcessCollector(namespace="hanport_grid", registry=self._registry)
        self._requests = Counter(
            "hanport_grid_requests", "Requests answered.", ["method", "endpoint", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "hanport_grid_request_seconds", "Time to answer.", ["endpoint"], registry=self._registry, buckets=_BUCKETS
        )

    def count(self, method: str, endpoint: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        named = method if method in _ALL_METHODS else "other"
        self._requests.labels(named, endpoint, str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def text(self) -> bytes:
        """All figures in Prometheus's text format. Reads the database."""
        return generate_latest(self._registry)


class _Work(Collector):
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._turn = threading.Lock()
        self._read_s = -FRESH_S
        self._known: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        with self._turn:
            now_s = self._clock.monotonic()
            if not self._known or now_s - self._read_s >= FRESH_S:
                with self._database.reading() as connection:
                    self._known = list(work_figures(connection, self._clock.now()))
                self._read_s = now_s
            known = self._known
        yield from known


def work_figures(connection: Connection, at: datetime) -> Iterator[Metric]:
    """The figures of the work at an instant."""
    yield from _orders(connection, at)
    yield from _outbox(connection, at)
    yield from _ports(connection, at)
    alarms = select(alarm.c.kind, func.count()).where(alarm.c.cleared_at.is_(None)).group_by(alarm.c.kind)
    raised = GaugeMetricFamily("hanport_grid_alarms", "Alarms that stand.", labels=["kind"])
    for kind, count in connection.execute(alarms):
        raised.add_metric([kind], count)
    yield raised
    waiting = select(func.count()).select_from(import_batch).where(import_batch.c.state == "waiting")
    yield _gauge("imports_waiting", "Imports that wait for two people.", connection.execute(waiting).scalar_one())
    entries = connection.execute(select(audit_head.c.seq)).scalar_one_or_none()
    yield _gauge("log_entries", "Entries of the log.", entries or 0)
    yield _duties(connection, at)


def _duties(connection: Connection, at: datetime) -> Metric:
    done = GaugeMetricFamily("hanport_grid_since_seconds", "Since a worker did it last.", labels=["duty"])
    for name, done_at in connection.execute(select(duty.c.name, duty.c.done_at).where(duty.c.done_at.is_not(None))):
        done.add_metric([name], (at - done_at).total_seconds())
    return done


def _orders(connection: Connection, at: datetime) -> Iterator[Metric]:
    rows = connection.execute(select(order.c.state, func.count()).group_by(order.c.state))
    by_state: dict[str, int] = {state: count for state, count in rows}
    orders = GaugeMetricFamily("hanport_grid_orders", "Orders by where they stand.", labels=["state"])
    for state in State:
        orders.add_metric([state.value], by_state.get(state.value, 0))
    yield orders
    unfinished = [state.value for state in State if state not in ENDED]
    late = select(func.count()).where(order.c.state.in_(unfinished), order.c.deadline_at < at)
    yield _gauge("orders_late", "Orders after their legal deadline.", connection.execute(late).scalar_one())


def _outbox(connection: Connection, at: datetime) -> Iterator[Metric]:
    # Written out in the statement: with parameters SQLite would not use the index of live commands.
    live = command.c.state.in_(bindparam("live", _LIVE, expanding=True, literal_execute=True))
    found = select(command.c.kind, command.c.state, func.count(), func.min(command.c.not_before)).where(live)
    commands = GaugeMetricFamily("hanport_grid_commands", "Commands under way.", labels=["kind", "state"])
    oldest = at
    for kind, state, count, since in connection.execute(found.group_by(command.c.kind, command.c.state)):
        commands.add_metric([kind, state], count)
        oldest = min(oldest, since) if state == "queued" else oldest
    yield commands
    age_s = (at - oldest).total_seconds()
    yield _gauge("outbox_age_seconds", "How long the oldest command has been due for sending.", age_s)


def _ports(connection: Connection, at: datetime) -> Iterator[Metric]:
    failing = func.sum(case((port.c.failures > 0, 1), else_=0))
    may_be_open = func.sum(case((port.c.may_be_open, 1), else_=0))
    by_state = select(port.c.reported, func.count(), may_be_open, failing, func.count(port.c.held_by)).add_columns(
        func.count(port.c.closing_due_at), func.min(port.c.closing_due_at)
    )
    rows = connection.execute(by_state.group_by(port.c.reported)).all()
    ports = GaugeMetricFamily("hanport_grid_ports", "Ports by what was read of them.", labels=["reported"])
    for reported, count, *_ in rows:
        ports.add_metric([reported], count)
    yield ports
    yield _gauge("ports_may_be_open", "Ports that may be open.", sum(row[2] for row in rows))
    yield _gauge("ports_failing", "Ports whose last command failed.", sum(row[3] for row in rows))
    yield _gauge("ports_held", "Ports that wait for staff to release them.", sum(row[4] for row in rows))
    yield _gauge("closings_unconfirmed", "Closings that no reading has confirmed.", sum(row[5] for row in rows))
    left_s = min(((row[6] - at).total_seconds() for row in rows if row[6] is not None), default=None)
    closing = GaugeMetricFamily(
        "hanport_grid_closing_deadline_seconds", "Time left to the first deadline of a closing; negative: over."
    )
    if left_s is not None:
        closing.add_metric([], left_s)
    yield closing


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"hanport_grid_{name}", says, value=value)
