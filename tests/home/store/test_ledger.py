"""The ledger's arithmetic: shares sum up, states lie on the line, and the chain at once is the chain step by step."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hanport.home.store.ledger import QUARTER_MS, Grade, Point, Share, spread, spread_chain
from hanport.home.values import Quality

BOUNDARY = 1_774_740_600_000
assert BOUNDARY % QUARTER_MS == 0

STEPS_MS = st.one_of(
    st.integers(1, 100_000),
    st.sampled_from([1, 10_000, 60_000, 60_001, QUARTER_MS, QUARTER_MS - 1, QUARTER_MS + 1]),
    st.integers(1, 10 * QUARTER_MS),
    st.integers(3_000_000_000, 4_000_000_000),  # gaps of over 35 days: beyond 64 bits in the products
)
USED = st.integers(0, 5000) | st.just(0) | st.integers(0, 10**12)
BEGIN = st.integers(BOUNDARY - QUARTER_MS, BOUNDARY + QUARTER_MS) | st.just(BOUNDARY)


@st.composite
def chains(draw: st.DrawFn) -> list[Point]:
    points = [Point(draw(BEGIN), draw(st.integers(0, 10**9)))]
    long = 0
    for step_ms, used in draw(st.lists(st.tuples(STEPS_MS, USED), max_size=12)):
        long += step_ms > 10 * QUARTER_MS
        if long <= 1:
            points.append(Point(points[-1].at_ms + step_ms, points[-1].wh + used))
    return points


@settings(max_examples=100, deadline=None)
@given(chains())
def test_a_chain_at_once_is_the_chain_step_by_step(points: list[Point]) -> None:
    stepwise: dict[int, list[Share]] = defaultdict(list)
    for earlier, later in pairwise(points):
        for share in spread(earlier, later):
            stepwise[share.quarter].append(share)
    at_ms, wh = np.array(points, np.int64).T
    at_once = spread_chain(at_ms, wh)
    assert list(at_once.shares()) == [
        Share(quarter, sum(share.wh for share in shares), max(share.grade for share in shares))
        for quarter, shares in sorted(stepwise.items())
    ]
    assert int(at_once.wh.sum()) == points[-1].wh - points[0].wh
    assert (at_once.wh >= 0).all()


@settings(deadline=None)
@given(BEGIN, STEPS_MS, USED)
def test_shares_are_even_and_sum_up(at_ms: int, step_ms: int, used: int) -> None:
    shares = list(spread(Point(at_ms, 1000), Point(at_ms + step_ms, 1000 + used)))
    assert sum(share.wh for share in shares) == used
    for share in shares:
        inside_ms = min((share.quarter + 1) * QUARTER_MS, at_ms + step_ms) - max(share.quarter * QUARTER_MS, at_ms)
        assert inside_ms > 0
        assert abs(share.wh * step_ms - used * inside_ms) <= step_ms


def test_a_boundary_between_two_readings_splits_their_energy() -> None:
    earlier, later = Point(BOUNDARY - 4000, 500), Point(BOUNDARY + 6000, 510)
    number = BOUNDARY // QUARTER_MS
    assert list(spread(earlier, later)) == [
        Share(number - 1, 4, Grade.MEASURED),
        Share(number, 6, Grade.MEASURED),
    ]


def test_a_gap_over_a_boundary_is_interpolated_and_one_within_a_quarter_is_not() -> None:
    over = list(spread(Point(BOUNDARY - 30_000, 0), Point(BOUNDARY + 31_000, 61)))
    assert [share.grade for share in over] == [Grade.INTERPOLATED, Grade.INTERPOLATED]
    within = list(spread(Point(BOUNDARY, 0), Point(BOUNDARY + QUARTER_MS, 61)))
    assert within == [Share(BOUNDARY // QUARTER_MS, 61, Grade.MEASURED)]


def test_a_single_reading_tells_no_energy() -> None:
    assert list(spread_chain(np.array([BOUNDARY]), np.array([5])).shares()) == []


def test_grades_have_their_words() -> None:
    assert [grade.quality for grade in Grade] == list(Quality)
