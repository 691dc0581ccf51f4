"""The numbers of the history page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hanport.home.values import Quality
from hanport.home.web.pagedata_history import Amount, Asked, history, total
from hanport.home.web.pagedata_period import Period, View
from hanport.home.web.pagedata_words import LOCAL

NOON = datetime(2026, 11, 25, 12, 7, tzinfo=UTC)
DAY = Period(View.DAY, date(2026, 11, 25), LOCAL)


@dataclass
class Constant:
    """A house that imports 1 Wh a second, from a moment on and up to now."""

    begin: datetime = datetime(2020, 1, 1, tzinfo=UTC)
    now: datetime = NOON

    def energy(self, edges: Sequence[datetime]) -> list[Amount]:
        found = []
        for start, end in pairwise(edges):
            seconds = (min(end, self.now) - max(start, self.begin)).total_seconds()
            known = seconds > 0
            found.append(
                Amount(int(seconds), int(seconds) // 2, Quality.MEASURED) if known else Amount(None, None, None)
            )
        return found


def test_bars_and_their_sum() -> None:
    found = history(Constant(), Asked(DAY), NOON)
    assert len(found.bars) == 24 and found.comparison is None
    assert found.bars[0].amount.import_wh == 3600
    assert found.bars[13].amount.import_wh == 7 * 60  # the hour that runs
    assert found.bars[14].amount == Amount()  # not yet
    assert found.total.import_wh == 13 * 3600 + 420
    assert found.known and found.exports and found.marks() == {"measured", "unknown"}


def test_nothing_known_is_not_zero() -> None:
    found = history(Constant(begin=NOON + timedelta(days=9)), Asked(DAY, compare=True), NOON)
    assert not found.known and not found.exports
    assert found.total == Amount() and found.comparison is not None
    assert found.comparison.import_percent is None and found.comparison.export_percent is None


def test_a_running_period_is_compared_up_to_the_same_point() -> None:
    found = history(Constant(), Asked(DAY, compare=True), NOON)
    assert found.comparison is not None
    assert found.comparison.until == datetime(2026, 11, 25, 12, tzinfo=UTC)  # whole quarters
    assert found.comparison.now.import_wh == found.comparison.before.import_wh == 13 * 3600
    assert found.comparison.import_percent == 0
    assert found.bars[5].before == Amount(3600, 1800, Quality.MEASURED)


def test_a_month_is_compared_up_to_the_same_day() -> None:
    month = Period(View.MONTH, date(2026, 3, 1), LOCAL)
    now = datetime(2026, 3, 31, 10, tzinfo=UTC)
    found = history(Constant(now=now), Asked(month, compare=True), now)
    assert found.comparison is not None
    assert found.comparison.before.import_wh == 28 * 86_400  # February has no 31st: all of it
    assert found.bars[30].before is None


def test_a_past_period_is_compared_as_a_whole() -> None:
    month = Period(View.MONTH, date(2026, 10, 1), LOCAL)
    found = history(Constant(), Asked(month, compare=True), NOON)
    assert found.comparison is not None and found.comparison.until is None
    assert found.comparison.now.import_wh == 31 * 86_400 + 3600  # summer time ended
    assert found.comparison.import_percent == 3


def test_just_after_midnight_nothing_is_compared() -> None:
    now = DAY.begin + timedelta(minutes=3)
    found = history(Constant(now=now), Asked(DAY, compare=True), now)
    assert found.comparison is not None and found.comparison.now == Amount()


def test_all_years_have_nothing_before_them() -> None:
    years = Period(View.ALL, date(2024, 1, 1), LOCAL, date(2026, 11, 25))
    assert history(Constant(), Asked(years, compare=True), NOON).comparison is None


def test_a_sum_has_the_worst_quality() -> None:
    amounts = [Amount(1, None, Quality.MEASURED), Amount(), Amount(2, None, Quality.ESTIMATED)]
    assert total(amounts) == Amount(3, None, Quality.ESTIMATED)


def test_a_gap_within_a_month_is_nothing_to_hatch() -> None:
    day = history(Constant(), Asked(DAY), NOON)
    year = history(Constant(), Asked(Period(View.YEAR, date(2026, 1, 1), LOCAL)), NOON)
    assert (day.mark(Quality.INTERPOLATED), year.mark(Quality.INTERPOLATED)) == ("interpolated", "partly")
    assert (day.mark(Quality.ESTIMATED), year.mark(Quality.ESTIMATED)) == ("estimated", "estimated")
    assert day.mark(None) == "unknown"
