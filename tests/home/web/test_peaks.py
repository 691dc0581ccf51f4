"""The page Peaks."""

from dataclasses import replace
from datetime import datetime, timedelta

from hanport.home.config import HomeConfig, HouseTable
from hanport.home.store.thread import StoreThread
from hanport.home.web.app import make_app
from hanport.home.web.pagedata_words import LOCAL
from home.web.household import METER, present_reading, sample_of
from home.web.pages import seen
from home.web.scene import START, Scene

DAY = datetime(2026, 11, 24, tzinfo=LOCAL)


async def store(home: Scene, hours: list[int], begin: datetime = DAY) -> None:
    """Hours of so many Wh, read at their edges."""
    wh = 1_000_000
    for number, hour in enumerate([0, *hours]):
        at, wh = begin + timedelta(hours=number), wh + hour
        reading = present_reading(at, energy_import_wh=wh)
        await home.store.run(lambda opened, at=at, reading=reading: opened.append_reading(at, reading, METER))  # type: ignore[misc]


async def test_before_the_first_hour(home: Scene) -> None:
    html = await seen(home, "/peaks")
    assert "Inget är sparat ännu." in html and "November 2026" in html
    assert "Highest hours" in await seen(home, "/peaks", "en")


async def test_the_highest_hours(home: Scene) -> None:
    await store(home, [500] * 18 + [4200, 3800] + [500] * 4 + [700] * 13)
    home.live.heard(sample_of(present_reading(START)))
    html = await seen(home, "/peaks")
    assert "4,20 kW" in html and "tis 24 nov. 18:00–19:00" in html
    assert "nej, samma dag" in html and "ja, nr 2" in html
    assert "hittills bara 2 dagar" in html and "Timmen nu, 13:00–14:00" not in html  # nothing of it is known yet
    english = await seen(home, "/peaks?month=2026-11", "en")
    assert "4.20 kW" in english and "so far only 2 days" in english


async def test_the_hour_now(home: Scene) -> None:
    await home.clock.advance(1800)
    await store(home, [500] * 37)
    half = START + timedelta(minutes=30)
    await home.store.append(sample_of(present_reading(half, energy_import_wh=1_000_000 + 37 * 500 + 400)))
    home.live.heard(sample_of(present_reading(half, power_import_w=3000)))
    html = await seen(home, "/peaks")
    assert "Timmen nu, 13:00–14:00" in html and "0,40 kWh" in html and "1,90 kWh" in html
    assert "nummer 1 bland månadens högsta dagar" in html
    await home.clock.advance(60)
    assert "okänt medan mätaren är tyst" in await seen(home, "/peaks")


async def test_another_month(home: Scene) -> None:
    await store(home, [500] * 5, datetime(2026, 9, 1, tzinfo=LOCAL))
    assert "September 2026" in await seen(home, "/peaks?month=2026-09")
    assert "hittills bara 1 dag" in await seen(home, "/peaks?month=2026-09")
    assert "Inget är känt om den här perioden" in await seen(home, "/peaks?month=2026-08")
    assert "Ingen hel timme" in await seen(home, "/peaks")
    assert "går inte att läsa" in await seen(home, "/peaks?month=2026-99", status=400)


async def test_normal_time_and_a_store_that_cannot_be_read(home: Scene, closed: StoreThread) -> None:
    home.config = HomeConfig(house=HouseTable(tariff_time="normal"))
    assert "normaltid (vintertid)" in await seen(home, "/peaks")
    app = make_app(replace(home.parts(), store=closed))
    assert "Den sparade historiken går inte att läsa" in await seen(home, "/peaks", app=app, status=503)
