"""How the company does: orders by day, how fast they are done, and how ports stand. For staff exactly, and for all.

What is published is so coarse that nobody sees a neighbour in it. Counts of 1 to 4 are left out, days are whole days
that are over, sums are of whole months, and a sum by which a day that was left out could be worked out is left out too.
A count never changes once it is published, and ports are counted in tens: comparing the answers of two days tells
nothing more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Interval,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
)

from hanport.grid.database.tables import order, port
from hanport.grid.orders import ENDED, Kind, State
from hanport.grid.reconcile.decision import Goal
from hanport.grid.workdays import STOCKHOLM, start_of_day

LEAST_PUBLISHED = 5
DAYS_PUBLISHED = 30
MONTHS_PUBLISHED = 12
_HOUR, _DAY, _MICROSECOND = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
_EPOCH = date(1970, 1, 1)
_UNFINISHED = [state.value for state in State if state not in ENDED]

Counts: TypeAlias = dict[date, Counter[Kind]]


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast orders were done. `median_s` and `p90_s`: from the signature to what confirmed it, by nearest rank.
    `in_time`: the share that was done within the legal working day, of those that are done or whose day is over. None
    where there are none.
    """

    median_s: float | None = None
    p90_s: float | None = None
    in_time: float | None = None


@dataclass(frozen=True, slots=True)
class Ports:
    """`open`: read as open. `may_be_open`: not read as closed since an opening was sent. `out_of_step`: not yet read
    as the law says they must be.
    """

    open: int
    may_be_open: int
    out_of_step: int


@dataclass(frozen=True, slots=True)
class Exact:
    """Of the orders that were signed in a time, by the Swedish day; and of all ports now."""

    per_day: dict[date, dict[Kind, int]]
    states: dict[State, int]
    speeds: dict[Kind, Speed]
    ports: Ports


@dataclass(frozen=True, slots=True)
class Month:
    """A month that is over, by its first day. A count is None where it is not published."""

    begins: date
    orders: dict[Kind, int | None]
    opening: Speed


@dataclass(frozen=True, slots=True)
class Published:
    """What everybody may know: the last days and months that are over, the newest last; and ports now, in tens."""

    days: dict[date, dict[Kind, int | None]]
    months: tuple[Month, ...]
    open_ports: int | None
    out_of_step: int | None


@dataclass(frozen=True, slots=True)
class _Group:
    """Orders of a kind and state that were signed in one hour. `due`: done, or their day is over."""

    day: date
    kind: Kind
    state: State
    orders: int
    due: int
    in_time: int


def for_staff(connection: Connection, since: datetime, until: datetime, at: datetime) -> Exact:
    """Exactly, of the orders that were signed from `since` up to, and without, `until`: both are whole hours."""
    groups = list(_groups(connection, since, until, at))
    per_day = _by_day(groups)
    states = Counter[State]()
    for group in groups:
        states[group.state] += group.orders
    kinds = sorted({group.kind for group in groups})
    return Exact(
        per_day={day: {kind: per_day[day][kind] for kind in sorted(per_day[day])} for day in sorted(per_day)},
        states=dict(states),
        speeds={kind: _speed(connection, _of(groups, kind), kind, since, until) for kind in kinds},
        ports=_ports(connection),
    )


def public(connection: Connection, at: datetime) -> Published:
    """What is published at an instant."""
    today = at.astimezone(STOCKHOLM).date()
    firsts = [_first_of_month(today, ago) for ago in range(MONTHS_PUBLISHED, -1, -1)]
    groups = list(_groups(connection, start_of_day(firsts[0]), start_of_day(today), at))
    per_day = _by_day(groups)
    days = [today - timedelta(days=ago) for ago in range(DAYS_PUBLISHED, 0, -1)]
    ports = _ports(connection)
    return Published(
        days={day: {kind: _shown(per_day[day][kind]) for kind in Kind} for day in days},
        months=tuple(_month(connection, groups, per_day, begins, ends) for begins, ends in pairwise(firsts)),
        open_ports=_in_tens(ports.open),
        out_of_step=_in_tens(ports.out_of_step),
    )


def published_sum(counts: Sequence[int]) -> int | None:
    """The sum of days' counts, where it does not tell those that were left out."""
    left_out = [count for count in counts if _shown(count) is None]
    rest, least, most = sum(left_out), len(left_out), len(left_out) * (LEAST_PUBLISHED - 1)
    is_vague = len(left_out) > 1 and rest >= LEAST_PUBLISHED and least < rest < most
    return sum(counts) if is_vague or not left_out else None


def _month(connection: Connection, groups: Sequence[_Group], per_day: Counts, begins: date, ends: date) -> Month:
    mine = [each for each in groups if begins <= each.day < ends]
    opened = _of(mine, Kind.OPEN)
    speed = Speed()
    if sum(each.due for each in opened) >= LEAST_PUBLISHED:
        speed = _speed(connection, opened, Kind.OPEN, start_of_day(begins), start_of_day(ends))
    days = [begins + timedelta(days=n) for n in range((ends - begins).days)]
    return Month(begins, {kind: published_sum([per_day[day][kind] for day in days]) for kind in Kind}, speed)


def _shown(count: int) -> int | None:
    return None if 0 < count < LEAST_PUBLISHED else count


def _in_tens(count: int) -> int | None:
    return None if 0 < count < 10 else count - count % 10


def _first_of_month(day: date, months_ago: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months_ago, 12)
    return date(year, month + 1, 1)


def _of(groups: Sequence[_Group], kind: Kind) -> list[_Group]:
    return [group for group in groups if group.kind is kind]


def _by_day(groups: Sequence[_Group]) -> Counts:
    found: Counts = defaultdict(Counter)
    for group in groups:
        found[group.day][group.kind] += group.orders
    return found


# Reading. Neither database knows Swedish days, so it counts by days of a constant distance from UTC, from one change
# of the clocks to the next.


def _groups(connection: Connection, since: datetime, until: datetime, at: datetime) -> Iterator[_Group]:
    is_done = order.c.state == State.READ_BACK.value
    is_over = and_(order.c.state.in_(_UNFINISHED), order.c.deadline_at <= at)
    for begins, ends, offset in _stretches(since, until):
        chosen = (
            select(_day(connection, offset).label("day"), order.c.kind, order.c.state, func.count())
            .add_columns(func.sum(case((is_done | is_over, 1), else_=0)))
            .add_columns(func.sum(case((is_done & (order.c.ended_at < order.c.deadline_at), 1), else_=0)))
            .where(order.c.signed_at >= begins, order.c.signed_at < ends)
            .group_by("day", order.c.kind, order.c.state)
        )
        for day, kind, state, count, due, in_time in connection.execute(chosen):
            found = day if isinstance(day, date) else _EPOCH + timedelta(days=day)
            yield _Group(found, Kind(kind), State(state), count, int(due), int(in_time))


def _stretches(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """A time in pieces in each of which the Swedish clocks keep their distance from UTC; they change at whole hours."""
    begins = since
    while begins < until:
        offset, ends = _offset(begins), begins
        for step in (_DAY, _HOUR):
            while ends < until and _offset(ends + step) == offset:
                ends += step
        ends = min(ends + _HOUR, until)
        yield begins, ends, offset
        begins = ends


def _offset(at: datetime) -> timedelta:
    found = at.astimezone(STOCKHOLM).utcoffset()
    assert found is not None
    return found


def _day(connection: Connection, offset: timedelta) -> ColumnElement[Any]:
    """The day on which an order was signed, by clocks that are so far before UTC: days since 1970 on SQLite."""
    if connection.dialect.name == "sqlite":
        return (type_coerce(order.c.signed_at, BigInteger) + offset // _MICROSECOND) // (_DAY // _MICROSECOND)
    at = type_coerce(order.c.signed_at, DateTime(timezone=True))
    return cast(func.timezone("UTC", at + literal(offset, Interval)), Date)


def _speed(connection: Connection, groups: Sequence[_Group], kind: Kind, since: datetime, until: datetime) -> Speed:
    """Of the orders of one kind, counted already, that were signed in a time."""
    done = sum(group.orders for group in groups if group.state is State.READ_BACK)
    due = sum(group.due for group in groups)
    times = _times(connection, kind, since, until)
    return Speed(
        median_s=_at_rank(connection, times, done, 50),
        p90_s=_at_rank(connection, times, done, 90),
        in_time=sum(group.in_time for group in groups) / due if due else None,
    )


def _times(connection: Connection, kind: Kind, since: datetime, until: datetime) -> Select[Any]:
    """A statement that gives how long orders took, the shortest first."""
    state: ColumnElement[Any] = order.c.state
    took: ColumnElement[Any] = order.c.ended_at - order.c.signed_at
    if connection.dialect.name == "sqlite":
        took = type_coerce(order.c.ended_at, BigInteger) - type_coerce(order.c.signed_at, BigInteger)
        state = func.coalesce(state, "")  # otherwise it takes the index of states, and reads all that is done
    return (
        select(took.label("took"))
        .where(order.c.signed_at >= since, order.c.signed_at < until)
        .where(order.c.kind == kind.value, state == State.READ_BACK.value)
        .order_by("took")
    )


def _at_rank(connection: Connection, times: Select[Any], count: int, percent: int) -> float | None:
    if not count:
        return None
    rank = -(-count * percent // 100)
    took = connection.execute(times.limit(1).offset(rank - 1)).scalar()
    if took is None:  # changed since they were counted
        return None
    return (took if isinstance(took, timedelta) else int(took) * _MICROSECOND).total_seconds()


def _ports(connection: Connection) -> Ports:
    is_off = port.c.goal.in_([Goal.OPEN.value, Goal.CLOSED.value])
    chosen = select(
        func.coalesce(func.sum(case((port.c.reported == "open", 1), else_=0)), 0),
        func.coalesce(func.sum(case((port.c.may_be_open, 1), else_=0)), 0),
        func.coalesce(func.sum(case((is_off, 1), else_=0)), 0),
    )
    return Ports(*map(int, connection.execute(chosen).one()))
