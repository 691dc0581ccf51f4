"""The page History by its addresses: bars, sums, comparison, tables, and the line's data."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hanport.home.config import HomeConfig, HouseTable
from hanport.home.store.thread import StoreThread
from hanport.home.web.app import make_app
from hanport.home.web.history import address
from hanport.home.web.pagedata_history import Asked
from hanport.home.web.pagedata_period import Step, asked
from hanport.home.web.pagedata_words import LOCAL
from hanport.port.values import Reading
from home.web.household import METER, present_reading
from home.web.pages import seen
from home.web.scene import START, Scene, browser, log_in


async def store(home: Scene, begin: datetime, hours: int, *, wh: int = 1000, export_wh: int = 0) -> None:
    """A house that takes so much each hour, read every 15 minutes."""
    for quarter in range(hours * 4 + 1):
        at = begin + timedelta(minutes=15 * quarter)
        reading = Reading(
            at,
            energy_import_wh=1_000_000 + wh * quarter // 4,
            energy_export_wh=500_000 + export_wh * quarter // 4,
            power_import_w=wh,
            power_export_w=0,
        )
        await home.store.run(lambda opened, at=at, reading=reading: opened.append_reading(at, reading, METER))  # type: ignore[misc]


MIDNIGHT = datetime(2026, 11, 25, tzinfo=LOCAL)


def rows(html: str) -> list[list[str]]:
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("</tr>")[:-1]]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]


async def test_before_the_first_telegram(home: Scene) -> None:
    html = await seen(home, "/history")
    assert "Inget är sparat ännu." in html and "Onsdag 25 november 2026" in html and "i dag" in html
    assert "Nothing is stored yet." in await seen(home, "/history", "en")


async def test_a_day_hour_by_hour(home: Scene) -> None:
    await store(home, MIDNIGHT, 13)
    html = await seen(home, "/history")
    table = rows(html)
    assert len(table) == 24
    assert table[0] == ["00:00–01:00", "1,000", "uppmätt"]
    assert table[14][1:] == ["–", "inget känt"]
    assert "13,00 kWh" in html and "Till elnätet" not in html
    english = rows(await seen(home, "/history?step=quarter", "en"))
    assert (len(english), english[0]) == (96, ["00:00–00:15", "0.250", "measured"])


async def test_what_was_spread_over_a_gap_is_hatched(home: Scene) -> None:
    await store(home, MIDNIGHT + timedelta(minutes=7), 2)
    html = await seen(home, "/history")
    assert rows(html)[1] == ["01:00–02:00", "1,000", "fördelat över ett avbrott"]
    assert 'class="bar-import interpolated"' in html and "summan är exakt, tiderna inte" in html


async def test_export_is_spoken_of_where_there_is_any(home: Scene) -> None:
    await store(home, MIDNIGHT, 2, export_wh=400)
    html = await seen(home, "/history")
    assert rows(html)[0][1:3] == ["1,000", "0,400"] and "bar-export" in html


async def test_compared_with_the_day_before(home: Scene) -> None:
    await store(home, MIDNIGHT - timedelta(days=1), 24, wh=1000)
    await store(home, MIDNIGHT, 13, wh=1500)
    html = await seen(home, "/history?compare=1")
    assert "tisdag 24 november 2026" in html and "bar-before" in html
    assert "till samma tid" in html
    assert "Utan jämförelse" in html and "Jämför med perioden före" in await seen(home, "/history")


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23)])
async def test_a_day_on_which_the_clock_changes(home: Scene, day: str, hours: int) -> None:
    begin = datetime.fromisoformat(day).replace(tzinfo=LOCAL)
    await store(home, asked({"date": day}, begin.date(), LOCAL).begin, hours)
    html = await seen(home, f"/history?date={day}")
    table = rows(html)
    assert len(table) == hours and all(row[1] == "1,000" for row in table)
    assert f"det har {hours} timmar" in html
    if hours == 25:
        assert [row[0] for row in table[2:4]] == ["02:00–02:00 (sommartid)", "02:00–03:00 (vintertid)"]


async def test_month_year_and_all_years(home: Scene) -> None:
    await store(home, MIDNIGHT - timedelta(days=1), 37)
    month = rows(await seen(home, "/history?date=2026-11"))
    assert len(month) == 30 and month[23][:2] == ["tisdag 24 november 2026", "24,000"]
    year = rows(await seen(home, "/history?date=2026", "en"))
    assert len(year) == 12 and year[10][:2] == ["November 2026", "37.000"]
    everything = rows(await seen(home, "/history?view=all"))
    assert [row[:2] for row in everything] == [["2026", "37,000"]]


async def test_where_nothing_is_known(home: Scene) -> None:
    await store(home, MIDNIGHT, 1)
    assert "de första är från onsdag 25 november 2026" in await seen(home, "/history?date=2026-10-01")
    assert "Den här perioden har inte börjat än" in await seen(home, "/history?date=2026-12-01")


async def test_a_hole_in_the_middle(home: Scene) -> None:
    for days in (9, 1):
        at = START - timedelta(days=days)
        reading = present_reading(at, energy_import_wh=5000 + days)  # the register steps back: another meter
        await home.store.run(lambda opened, at=at, reading=reading: opened.append_reading(at, reading, METER))  # type: ignore[misc]
    assert "Inget är känt om den här perioden" in await seen(home, "/history?date=2026-11-20")


@pytest.mark.parametrize("query", ["date=2026-02-30", "date=nu", "view=week", "step=second"])
async def test_an_address_that_cannot_be_read(home: Scene, query: str) -> None:
    assert "Det datumet går inte att läsa" in await seen(home, f"/history?{query}", status=400)
    assert "That date cannot be read" in await seen(home, f"/history?{query}", "en", status=400)


async def test_normal_time(home: Scene) -> None:
    home.config = HomeConfig(house=HouseTable(tariff_time="normal"))
    await store(home, datetime(2026, 7, 1, tzinfo=LOCAL), 24)
    html = await seen(home, "/history?date=2026-07-01")
    assert "normaltid (vintertid) året om" in html and 'data-zone="Etc/GMT-1"' in html
    assert rows(html)[23][1] == "–"  # its last hour is behind local midnight


async def test_a_store_that_cannot_be_read(home: Scene, closed: StoreThread) -> None:
    app = make_app(replace(home.parts(), store=closed))
    html = await seen(home, "/history", app=app, status=503)
    assert "Den sparade historiken går inte att läsa" in html and "Försök igen" in html
    async with browser(app) as c:
        await log_in(c)
        answer = await c.get("/history/line?from=1790000000&to=1790003600")
        assert answer.status_code == 503 and answer.json()["error"]


async def test_the_line(home: Scene) -> None:
    await store(home, MIDNIGHT, 2)
    begin_s = int(MIDNIGHT.timestamp())
    async with browser(home.app()) as c:
        await log_in(c)
        line = (await c.get(f"/history/line?from={begin_s}&to={begin_s + 3600}")).json()
        assert line["step_s"] == 0 and 1000 in line["power"]
        assert (await c.get("/history/line?from=nu")).status_code == 400


def test_addresses_say_all_that_the_page_shows() -> None:
    day = asked({"date": "2026-11-25"}, MIDNIGHT.date(), LOCAL)
    assert address(Asked(day)) == "/history?view=day&date=2026-11-25"
    assert address(Asked(day, Step.QUARTER, True)) == "/history?view=day&date=2026-11-25&step=quarter&compare=1"
    month = asked({"date": "2026-11"}, MIDNIGHT.date(), LOCAL)
    assert address(Asked(month, Step.QUARTER)) == "/history?view=month&date=2026-11"


async def test_going_from_period_to_period(home: Scene) -> None:
    await store(home, MIDNIGHT, 1)
    html = await seen(home, "/history?date=2026-11-25&compare=1")
    assert 'href="/history?view=day&amp;date=2026-11-24&amp;compare=1"' in html
    assert 'href="/history?view=day&amp;date=2026-11-26&amp;compare=1"' in html
    assert 'href="/history?view=month&amp;date=2026-11&amp;compare=1"' in html
