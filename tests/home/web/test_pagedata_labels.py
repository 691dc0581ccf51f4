"""What periods and bars are called."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from hanport.home.web.pagedata_bars import chart
from hanport.home.web.pagedata_history import Amount, Bar, History
from hanport.home.web.pagedata_labels import bar_label, clock_change, nearness, step_word, ticks, title
from hanport.home.web.pagedata_period import Period, Step, View
from hanport.home.web.pagedata_words import LOCAL, HomeWords

SV, EN = HomeWords("sv"), HomeWords("en")
TODAY = date(2026, 11, 25)


def period(view: View, first: str, last: date | None = None) -> Period:
    return Period(view, date.fromisoformat(first), LOCAL, last)


def shown(of: Period, step: Step = Step.HOUR) -> History:
    edges = of.edges(step)
    return History(of, step, tuple(Bar(start, end, Amount()) for start, end in pairwise(edges)), Amount())


@pytest.mark.parametrize(
    ("of", "said", "near", "step"),
    [
        (period(View.DAY, "2026-11-25"), "onsdag 25 november 2026", "today", "hour"),
        (period(View.DAY, "2026-11-24"), "tisdag 24 november 2026", "yesterday", "hour"),
        (period(View.DAY, "2026-11-26"), "torsdag 26 november 2026", "", "hour"),
        (period(View.DAY, "2026-11-20"), "fredag 20 november 2026", "", "hour"),
        (period(View.MONTH, "2026-11-01"), "november 2026", "this_month", "day"),
        (period(View.MONTH, "2026-10-01"), "oktober 2026", "last_month", "day"),
        (period(View.YEAR, "2026-01-01"), "2026", "this_year", "month"),
        (period(View.YEAR, "2025-01-01"), "2025", "last_year", "month"),
        (period(View.ALL, "2024-01-01", TODAY), "2024–2026", "", "year"),
        (period(View.ALL, "2026-01-01", TODAY), "2026", "", "year"),
    ],
)
def test_names(of: Period, said: str, near: str, step: str) -> None:
    assert (title(of, SV), nearness(of, TODAY), step_word(shown(of))) == (said, near, step)
    assert SV.has(f"history.step.{step}") and SV.has(f"history.chart.{step}")
    assert not near or SV.has(f"history.near.{near}")


def test_the_hour_that_comes_twice() -> None:
    day = period(View.DAY, "2026-10-25")
    labels = [bar_label(bar, day, EN) for bar in shown(day).bars]
    assert labels[1:4] == ["01:00–02:00", "02:00–02:00 (summer time)", "02:00–03:00 (winter time)"]
    assert (clock_change(day), clock_change(period(View.DAY, "2026-03-29"))) == (25, 23)
    assert clock_change(period(View.DAY, "2026-11-25")) == clock_change(period(View.MONTH, "2026-10-01")) == 0


def test_bars_of_longer_periods() -> None:
    start = datetime(2026, 10, 31, 23, tzinfo=UTC)
    bar = Bar(start, start + timedelta(days=1), Amount())
    assert bar_label(bar, period(View.MONTH, "2026-11-01"), SV) == "söndag 1 november 2026"
    assert bar_label(bar, period(View.YEAR, "2026-01-01"), SV) == "november 2026"
    assert bar_label(bar, period(View.ALL, "2024-01-01", TODAY), SV) == "2026"


@pytest.mark.parametrize(
    ("of", "step", "labels", "major"),
    [
        (period(View.DAY, "2026-11-25"), Step.HOUR, 8, 4),
        (period(View.DAY, "2026-11-25"), Step.QUARTER, 8, 4),
        (period(View.MONTH, "2026-11-01"), Step.HOUR, 30, 7),
        (period(View.YEAR, "2026-01-01"), Step.HOUR, 12, 12),
        (period(View.ALL, "2024-01-01", TODAY), Step.HOUR, 3, 3),
        (period(View.ALL, "2000-01-01", TODAY), Step.HOUR, 9, 0),
    ],
)
def test_labels_below_the_bars(of: Period, step: Step, labels: int, major: int) -> None:
    found = shown(of, step)
    made = ticks(chart(found.bars), found, SV)
    assert (len(made), sum(tick.major for tick in made)) == (labels, major)
    assert all(0 <= tick.x <= 100 for tick in made)
