"""The public figures as a page."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from grid.conftest import START
from grid.web.scene import Scene, browser, seen
from hanport.clock import ManualClock
from hanport.grid.database import tables
from hanport.grid.orders import Kind
from hanport.grid.statistics import Month, Published, Speed
from hanport.grid.web.figures import Bar, bars, has_figures, latest_month

NOTHING: dict[Kind, int | None] = {kind: 0 for kind in Kind}


def month(begins: date, in_time: float | None = None, **orders: int | None) -> Month:
    return Month(begins, NOTHING | {Kind(name): count for name, count in orders.items()}, Speed(in_time=in_time))


def published(*months: Month, days: tuple[int | None, ...] = ()) -> Published:
    first = date(2026, 11, 1)
    by_day = {first + timedelta(days=n): NOTHING | {Kind.OPEN: count} for n, count in enumerate(days)}
    return Published(by_day, months, None, None)


def test_the_last_month_with_figures_is_shown_large() -> None:
    months = [month(date(2026, n, 1), in_time) for n, in_time in [(8, 0.5), (9, 1.0), (10, None)]]
    assert latest_month(published(*months)) is months[1]
    assert latest_month(published(months[2])) is None


def test_a_month_without_anything_is_left_out() -> None:
    assert not has_figures(month(date(2026, 8, 1)))
    assert has_figures(month(date(2026, 8, 1), open=None))
    assert has_figures(month(date(2026, 8, 1), restart=7))
    assert has_figures(month(date(2026, 8, 1), 0.0))


def test_the_bars_are_shares_of_the_busiest_day() -> None:
    assert bars(published(days=(0, 10, None, 5))) == (
        Bar(date(2026, 11, 1), 0, 0.0),
        Bar(date(2026, 11, 2), 10, 1.0),
        Bar(date(2026, 11, 3), None, 0.0),
        Bar(date(2026, 11, 4), 5, 0.5),
    )
    assert bars(published(days=(0, 0))) == ()
    assert [each.share for each in bars(published(days=(None, 0)))] == [0.0, 0.0]


@pytest.fixture
def busy(quick: Scene) -> Scene:
    """Forty openings in October: thirty-eight in six minutes, two too late; and seven on one day of November."""
    _, _, customer_id, contract_id = quick.town.household()
    key = quick.town.request(contract_id, customer_id)
    chosen = select(tables.order).where(tables.order.c.id == key)
    with quick.database.writing("system") as work:
        row = dict(work.connection.execute(chosen).one()._mapping)
        times = [START - timedelta(days=40, minutes=n) for n in range(40)] + [START - timedelta(days=3)] * 7
        rows = []
        for n, signed_at in enumerate(times):
            took = timedelta(days=3) if n in (7, 8) else timedelta(minutes=6)
            done = {"id": f"Z{n}", "state": "read_back", "signed_at": signed_at, "ended_at": signed_at + took}
            rows.append(row | done | {"deadline_at": signed_at + timedelta(days=1)})
        work.connection.execute(insert(tables.order), rows)
    return quick


async def test_how_fast_ports_were_opened(busy: Scene) -> None:
    page = await seen(busy, "/statistics")
    assert '<p class="figure">95,0&nbsp;%</p>' in page
    assert "Öppnade inom en arbetsdag, oktober 2026" in page
    assert "6 min" in page
    assert page.count('class="bar-day"') == 30
    page = await seen(busy, "/statistics", "en")
    assert "Opened within a working day, October 2026" in page
    assert "40" in page


async def test_a_new_service_has_none(quick: Scene) -> None:
    page = await seen(quick, "/statistics")
    assert "inte tillräckligt många beställningar" in page
    assert "<svg" not in page[page.index("<main") : page.index("</main>")]


async def test_they_are_counted_anew_after_ten_minutes(busy: Scene, clock: ManualClock) -> None:
    async with browser(busy.app()) as client:
        before = (await client.get("/statistics")).text
        with busy.database.writing("system") as work:
            work.connection.execute(tables.order.delete())
        await clock.advance(599)
        assert (await client.get("/statistics")).text == before
        await clock.advance(1)
        assert "inte tillräckligt många" in (await client.get("/statistics")).text
