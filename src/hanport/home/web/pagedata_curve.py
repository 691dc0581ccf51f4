"""The power line of any span, as the chart fetches it while it is zoomed: from years to single telegrams."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypedDict

DEFAULT_POINTS = 1000
MOST_POINTS = 3000
LEAST_S = 1
# 2000 to 2199, as the calendar of the page.
_FROM_S, _TO_S = 946_684_800, 7_258_118_400
_GAP_STEPS = 3
_GAP_LEAST_S = 90


class BadSpan(ValueError):
    """The address asks for a span that cannot be read. It says what is right."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, and how many points at most."""

    begin: datetime
    end: datetime
    points: int


class Curve(TypedDict):
    """Columns for the chart: seconds since 1970, W (+ import, - export), the least and the most of each step, and the
    phases. A row of None stands where nothing came: a gap is not bridged.
    """

    step_s: float
    at: list[int]
    power: list[int | None]
    low: list[int | None]
    high: list[int | None]
    l1: list[int | None]
    l2: list[int | None]
    l3: list[int | None]


class StoredLine(Protocol):
    """What the store gives."""

    @property
    def step_s(self) -> float: ...
    @property
    def columns(self) -> Mapping[str, Sequence[int | None]]: ...


class LineReader(Protocol):
    """What is asked of the store."""

    def line(self, begin: datetime, end: datetime, *, points: int) -> StoredLine: ...


_COLUMNS = {
    "power": "power_w",
    "low": "power_min_w",
    "high": "power_max_w",
    "l1": "power_l1_w",
    "l2": "power_l2_w",
    "l3": "power_l3_w",
}


def asked_span(query: Mapping[str, str]) -> Span:
    """The span of an address: `from` and `to` in whole seconds since 1970, `points` at most. Raises BadSpan."""
    begin_s, end_s = _whole(query, "from"), _whole(query, "to")
    points = _whole(query, "points") if "points" in query else DEFAULT_POINTS
    if not (_FROM_S <= begin_s <= end_s - LEAST_S and end_s <= _TO_S):
        raise BadSpan("from must be before to, both within 2000 to 2199.")
    if not 2 <= points <= MOST_POINTS:
        raise BadSpan(f"points must be 2 to {MOST_POINTS}.")
    return Span(datetime.fromtimestamp(begin_s, UTC), datetime.fromtimestamp(end_s, UTC), points)


def _whole(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "")
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII):
        raise BadSpan(f"{name} must be a whole number.")
    return int(text)


def curve(reader: LineReader, span: Span) -> Curve:
    """The line of a span."""
    line = reader.line(span.begin, span.end, points=span.points)
    at = [at_s for at_s in line.columns["at_s"] if at_s is not None]
    empty: list[int | None] = [None] * len(at)
    columns = {name: line.columns.get(column, empty) for name, column in _COLUMNS.items()}
    longest_s = max(_GAP_LEAST_S, _GAP_STEPS * line.step_s)
    gaps = [index for index in range(1, len(at)) if at[index] - at[index - 1] > longest_s]
    times: list[int] = []
    made: dict[str, list[int | None]] = {name: [] for name in columns}
    for begin, end in zip([0, *gaps], [*gaps, len(at)], strict=True):
        if begin:
            times.append(round((at[begin - 1] + at[begin]) / 2))
        times += map(round, at[begin:end])
        for name, values in columns.items():
            made[name] += [None] if begin else []
            made[name] += values[begin:end]
    return Curve(
        step_s=line.step_s,
        at=times,
        power=made["power"],
        low=made["low"],
        high=made["high"],
        l1=made["l1"],
        l2=made["l2"],
        l3=made["l3"],
    )
