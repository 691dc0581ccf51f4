"""How the company does: exactly for staff, and so that nobody is seen in it for everybody."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert, text, update

from grid.conftest import START
from grid.town import Town
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.orders import Kind, State
from hanport.grid.statistics import (
    LEAST_PUBLISHED,
    Exact,
    Ports,
    Published,
    Speed,
    for_staff,
    public,
    published_sum,
)
from hanport.grid.workdays import STOCKHOLM, deadline, start_of_day

MOST = LEAST_PUBLISHED - 1


class Office:
    """Orders as they are kept, without the work on them."""

    def __init__(self, database: Database, town: Town) -> None:
        self.database = database
        self._town = town
        self._facility_id = town.facility()
        self._next = count()

    def orders(self, number: int, at: datetime, kind: Kind = Kind.OPEN, **columns: Any) -> None:
        """That many orders, each done a minute later, if nothing else is said."""
        defaults: dict[str, Any] = {"state": State.READ_BACK.value, "ended_at": at + timedelta(minutes=1)}
        defaults |= {"deadline_at": deadline(at), "created_at": at, "signed_at": at}
        defaults |= {"kind": kind.value, "facility_id": self._facility_id}
        rows = [{"id": f"o{next(self._next)}"} | defaults | columns for _ in range(number)]
        with self.database.writing("system") as work:
            if rows:
                work.connection.execute(insert(tables.order), rows)

    def port(self, **columns: Any) -> None:
        meter_id = self._town.meter()
        with self.database.writing("system") as work:
            work.connection.execute(update(tables.port).where(tables.port.c.meter_id == meter_id).values(columns))

    def exact(self, since: date, until: date, at: datetime = START) -> Exact:
        with self.database.reading() as connection:
            return for_staff(connection, start_of_day(since), start_of_day(until), at)

    def public(self, at: datetime = START) -> Published:
        with self.database.reading() as connection:
            return public(connection, at)


@pytest.fixture
def office(database: Database, town: Town) -> Office:
    return Office(database, town)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=STOCKHOLM)


def test_the_figures_of_a_month(office: Office) -> None:
    signed = START - timedelta(days=7)
    due = deadline(signed)
    ways: list[tuple[State, datetime | None]] = [
        (State.READ_BACK, signed + timedelta(seconds=20)),
        (State.READ_BACK, signed + timedelta(seconds=40.5)),
        (State.READ_BACK, due),  # one instant too late
        (State.SENT, None),  # its day is over
        (State.REFUSED, signed),
    ]
    for state, ended_at in ways:
        office.orders(1, signed, state=state.value, ended_at=ended_at)
    office.orders(1, START, state="sent", ended_at=None)
    office.orders(2, START, Kind.CLOSE)
    office.orders(1, START, signed_at=None, state="draft", ended_at=None)
    found = office.exact(date(2026, 11, 18), date(2026, 11, 26))
    assert found.per_day == {
        date(2026, 11, 18): {Kind.OPEN: 5},
        date(2026, 11, 25): {Kind.CLOSE: 2, Kind.OPEN: 1},
    }
    assert found.states == {State.READ_BACK: 5, State.SENT: 2, State.REFUSED: 1}
    assert found.speeds == {
        Kind.CLOSE: Speed(60, 60, 1),
        Kind.OPEN: Speed(40.5, (due - signed).total_seconds(), 0.5),
    }
    nothing = office.exact(date(2026, 11, 26), date(2026, 11, 27))
    assert (nothing.per_day, nothing.states, nothing.speeds) == ({}, {}, {})
    assert office.exact(date(2026, 11, 27), date(2026, 11, 26)).per_day == {}


def test_the_median_and_the_ninetieth_of_a_hundred(office: Office) -> None:
    for seconds in range(1, 11):
        office.orders(1, START, ended_at=START + timedelta(seconds=seconds))
    speed = office.exact(date(2026, 11, 25), date(2026, 11, 26)).speeds[Kind.OPEN]
    assert (speed.median_s, speed.p90_s) == (5, 9)


def test_days_are_swedish_ones_also_where_the_clocks_change(office: Office) -> None:
    instants = {
        datetime(2026, 3, 28, 22, 59, 59, 999_999, tzinfo=UTC): date(2026, 3, 28),
        datetime(2026, 3, 28, 23, 0, tzinfo=UTC): date(2026, 3, 29),
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC): date(2026, 3, 29),  # 02:00 becomes 03:00
        datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC): date(2026, 3, 29),
        datetime(2026, 3, 29, 22, 0, tzinfo=UTC): date(2026, 3, 30),
        datetime(2026, 10, 24, 22, 0, tzinfo=UTC): date(2026, 10, 25),
        datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC): date(2026, 10, 25),
        datetime(2026, 10, 25, 23, 0, tzinfo=UTC): date(2026, 10, 26),
    }
    for instant in instants:
        office.orders(1, instant)
    expected: dict[date, dict[Kind, int]] = {}
    for day in sorted(instants.values()):
        expected.setdefault(day, {Kind.OPEN: 0})[Kind.OPEN] += 1
    assert office.exact(date(2026, 1, 1), date(2027, 1, 1)).per_day == expected


def test_ports(office: Office) -> None:
    assert office.exact(date(2026, 11, 25), date(2026, 11, 26)).ports == Ports(0, 0, 0)
    office.port(reported="open", may_be_open=True)
    office.port(reported="open", may_be_open=True, goal="closed")
    office.port(reported="closed", may_be_open=True, goal="open")
    office.port(reported="closed", goal="known")
    assert office.exact(date(2026, 11, 25), date(2026, 11, 26)).ports == Ports(2, 3, 2)


def test_small_counts_are_not_published(office: Office) -> None:
    yesterday = date(2026, 11, 24)
    office.orders(MOST, noon(yesterday))
    office.orders(MOST + 1, noon(yesterday - timedelta(days=1)))
    office.orders(9, noon(date(2026, 11, 25)))  # today is not over
    office.orders(7, noon(yesterday - timedelta(days=30)))
    found = office.public()
    assert (min(found.days), max(found.days), len(found.days)) == (date(2026, 10, 26), yesterday, 30)
    assert found.days[yesterday][Kind.OPEN] is None
    assert found.days[yesterday][Kind.CLOSE] == 0
    assert found.days[yesterday - timedelta(days=1)][Kind.OPEN] == MOST + 1
    assert {day for day, counts in found.days.items() if counts[Kind.OPEN] != 0} == {
        yesterday,
        yesterday - timedelta(days=1),
    }


def test_months_are_whole_ones_and_do_not_tell_a_day(office: Office) -> None:
    for n, number in enumerate((3, 4, 20)):  # 7 on two days: not which, and not how many each
        office.orders(number, noon(date(2026, 10, 5 + n)))
    for n, number in enumerate((20, 3)):  # 23 less 20 would tell the other day
        office.orders(number, noon(date(2026, 9, 5 + n)))
    for n in range(6):  # 6 on six days: one each
        office.orders(1, noon(date(2026, 8, 5 + n)))
    for n in range(2):  # 8 on two days: four each
        office.orders(4, noon(date(2026, 7, 5 + n)))
    for n in range(2):
        office.orders(2, noon(date(2026, 6, 5 + n)))  # fewer than five in all
    office.orders(30, noon(date(2026, 11, 5)))  # not over yet
    office.orders(6, noon(date(2025, 11, 30)), ended_at=noon(date(2025, 12, 9)))
    months = {each.begins: each for each in office.public().months}
    assert (len(months), min(months), max(months)) == (12, date(2025, 11, 1), date(2026, 10, 1))
    assert [months[date(2026, month, 1)].orders[Kind.OPEN] for month in (10, 9, 8, 7, 6, 5)] == [27, *[None] * 4, 0]
    assert months[date(2026, 10, 1)].opening == Speed(60, 60, 1)
    assert months[date(2026, 6, 1)].opening == Speed()
    assert months[date(2025, 11, 1)].opening.in_time == 0


@given(st.lists(st.integers(0, 9), max_size=31))
def test_a_sum_that_is_published_leaves_every_small_day_open(counts: list[int]) -> None:
    """Whoever knows all that is published finds at least two ways in which each day left out could have been."""
    total = published_sum(counts)
    left_out = [count for count in counts if 0 < count < LEAST_PUBLISHED]
    if total is None:
        assert left_out
        return
    rest = total - sum(count for count in counts if count not in left_out)
    for _ in left_out:
        others = range(len(left_out) - 1, (len(left_out) - 1) * MOST + 1)
        assert len([one for one in range(1, LEAST_PUBLISHED) if rest - one in others]) > 1


def test_ports_are_published_in_tens(office: Office) -> None:
    assert (office.public().open_ports, office.public().out_of_step) == (0, 0)
    for _ in range(12):
        office.port(reported="open", may_be_open=True)
    office.port(reported="open", may_be_open=True, goal="closed")
    assert (office.public().open_ports, office.public().out_of_step) == (10, None)


@pytest.fixture
def asked(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """All statements about orders, with their parameters."""
    found: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM orders" in statement:
            found.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", hear)
    yield found
    event.remove(database.engine, "before_cursor_execute", hear)


def test_only_the_index_is_read(office: Office, asked: list[tuple[str, Any]]) -> None:
    office.orders(200, noon(date(2026, 10, 5)))
    office.public()
    office.exact(date(2026, 1, 1), date(2027, 1, 1))
    is_sqlite = office.database.engine.dialect.name == "sqlite"
    with office.database.engine.connect() as connection:
        if not is_sqlite:
            connection.execute(text("SET enable_seqscan = off"))
            connection.execute(text("SET enable_bitmapscan = off"))
        assert asked
        for statement, parameters in list(asked):
            how = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
            plan = str(connection.exec_driver_sql(how + statement, parameters).all())
            name = "COVERING INDEX ix_orders_signed_at" if is_sqlite else "Index Only Scan using ix_orders_signed_at"
            assert name in plan, plan
