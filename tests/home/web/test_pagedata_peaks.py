"""The highest hours of a month."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from hanport.home.values import Quality
from hanport.home.web.pagedata_history import Amount
from hanport.home.web.pagedata_peaks import peaks
from hanport.home.web.pagedata_peaks_chart import day_columns
from hanport.home.web.pagedata_period import Period, View
from hanport.home.web.pagedata_words import LOCAL

MONTH = Period(View.MONTH, date(2026, 11, 1), LOCAL)
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 25, 11, 30, tzinfo=UTC)  # half past twelve


class Hours:
    """A house by hours: what is not named is 500 Wh, from `begin` on."""

    def __init__(self, hours: dict[str, int | None], begin: datetime = MONTH.begin, now: datetime = NOON) -> None:
        self.hours = {
            datetime.fromisoformat(text).replace(tzinfo=LOCAL).astimezone(UTC): wh for text, wh in hours.items()
        }
        self.begin, self.now = begin, now

    def energy(self, edges: Sequence[datetime]) -> list[Amount]:
        found = []
        for start, _ in pairwise(edges):
            wh = self.hours.get(start, 500 if self.begin <= start <= self.now else None)
            found.append(Amount(wh, None, Quality.MEASURED if wh is not None else None))
        return found


def test_top_list_and_one_a_day() -> None:
    house = Hours(
        {"2026-11-03T18:00": 9000, "2026-11-03T19:00": 8000, "2026-11-10T07:00": 7000, "2026-11-12T07:00": 6000}
    )
    found = peaks(house, MONTH, NOON, 2000)
    assert [hour.import_wh for hour in found.top[:4]] == [9000, 8000, 7000, 6000]
    assert [hour.place for hour in found.top] == list(range(1, 11))
    assert [(hour.counts, hour.day_place) for hour in found.top[:4]] == [(True, 1), (False, 0), (True, 2), (True, 3)]
    assert [(mean.count, mean.mean_w, mean.days) for mean in found.means] == [(3, 7333, 3), (5, 4600, 5)]
    assert len(found.days) == 25 and found.days[2].import_wh == 9000


def test_the_running_hour_does_not_count_until_it_is_over() -> None:
    house = Hours({"2026-11-25T12:00": 9000})
    found = peaks(house, MONTH, NOON, 4000)
    assert found.top[0].import_wh == 500
    assert found.running is not None
    assert (found.running.used_wh, found.running.projected_wh, found.running.percent) == (9000, 11_000, 50)
    assert found.running.reaches == 1


@pytest.mark.parametrize(
    ("power_w", "projected", "reaches"),
    [(None, None, 0), (-3000, 400, 0), (0, 400, 0), (200, 500, 0), (400, 600, 3), (9000, 4900, 3), (20_000, 10_400, 1)],
)
def test_where_the_running_hour_will_stand(power_w: int | None, projected: int | None, reaches: int) -> None:
    house = Hours({"2026-11-25T12:00": 400, "2026-11-03T18:00": 9000, "2026-11-04T18:00": 8000})
    found = peaks(house, MONTH, NOON, power_w)
    assert found.running is not None
    assert (found.running.projected_wh, found.running.reaches) == (projected, reaches)


def test_an_hour_that_is_not_the_highest_of_its_own_day_takes_no_place() -> None:
    house = Hours({"2026-11-25T12:00": 400, "2026-11-25T08:00": 9000})
    found = peaks(house, MONTH, NOON, 2000)
    assert found.running is not None and found.running.reaches == 0


def test_another_month_has_no_running_hour() -> None:
    october = Period(View.MONTH, date(2026, 10, 1), LOCAL)
    found = peaks(Hours({}, begin=october.begin), october, NOON, 2000)
    assert found.running is None and len(found.days) == 31


def test_nothing_known() -> None:
    found = peaks(Hours({}, begin=NOON + HOUR), MONTH, NOON, None)
    assert (found.top, found.days, found.means, found.running) == ((), (), (), None)
    december = peaks(Hours({}), Period(View.MONTH, date(2026, 12, 1), LOCAL), NOON, None)
    assert december.top == () and december.running is None


def test_columns_of_the_days() -> None:
    found = peaks(Hours({"2026-11-03T18:00": 9000}), MONTH, NOON, 2000)
    drawn = day_columns(found)
    assert len(drawn.columns) == 30
    third, last = drawn.columns[2], drawn.columns[29]
    assert third.tops and third.column is not None and third.column.height == 90
    assert last.hour is None and last.column is None and not last.tops
    assert found.of_day(date(2026, 11, 30)) is None
    assert third.middle == pytest.approx(100 / 30 * 2.5, abs=0.01)
