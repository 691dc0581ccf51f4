"""Bars in percent of the chart."""

from datetime import UTC, datetime, timedelta

from hanport.home.values import Quality
from hanport.home.web.pagedata_bars import chart
from hanport.home.web.pagedata_history import Amount, Bar

START = datetime(2026, 11, 24, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)


def bars(*amounts: tuple[Amount, Amount | None]) -> list[Bar]:
    return [Bar(START + n * HOUR, START + (n + 1) * HOUR, now, before) for n, (now, before) in enumerate(amounts)]


def test_import_stands_up_and_export_hangs_down() -> None:
    drawn = chart(bars((Amount(1500, 500, Quality.MEASURED), None), (Amount(), None)))
    bar = drawn.bars[0]
    assert bar.imported is not None and bar.exported is not None
    assert (bar.imported.y, bar.imported.height) == (0, 75)
    assert (bar.exported.y, bar.exported.height) == (75, 25)
    assert (bar.place.width, bar.middle) == (50, 25)
    empty = drawn.bars[1]
    assert empty.imported is None and empty.exported is None


def test_the_period_before_stands_behind_and_is_wider() -> None:
    drawn = chart(bars((Amount(1000, 0, Quality.INTERPOLATED), Amount(2000, 100, Quality.MEASURED))))
    (bar,) = drawn.bars
    assert bar.imported and bar.before_imported and bar.before_exported
    assert bar.before_imported.width > bar.imported.width and bar.before_imported.height > bar.imported.height


def test_many_bars_stand_close() -> None:
    drawn = chart(bars(*[(Amount(1000, None, Quality.ESTIMATED), None)] * 96))
    assert drawn.bars[0].imported is not None
    assert drawn.bars[0].imported.width / drawn.bars[0].place.width > 0.9
    assert drawn.bars[95].place.x + drawn.bars[95].place.width <= 100.01


def test_no_bars_at_all() -> None:
    assert chart([]).bars == ()
