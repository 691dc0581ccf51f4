"""The page Now in all its states, drawn by the server alone."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from hanport.home.config import HomeConfig, HouseTable
from hanport.home.health import HealthWatch
from hanport.home.store.thread import StoreThread
from hanport.home.values import PortState, PortStatus
from hanport.home.web import pagedata
from hanport.home.web.app import make_app
from home.web.household import present_reading, sample_of
from home.web.pages import seen
from home.web.scene import START, Scene


def text_of(html: str, key: str) -> str:
    found = re.search(rf'data-text="{key}"[^>]*>([^<]*)<', html)
    assert found, key
    return found[1]


async def test_the_first_day(home: Scene) -> None:
    html = await seen(home)
    assert "Inget telegram ännu" in html and "en arbetsdag" in html
    assert text_of(html, "power") == "–" and 'data-freshness="never"' in html
    assert "No telegram yet" in await seen(home, language="en")


async def test_a_fresh_value_is_said_in_words(home: Scene) -> None:
    home.live.heard(sample_of(present_reading(START - timedelta(seconds=4))))
    html = await seen(home)
    assert text_of(html, "power") == "2 436 W"
    assert text_of(html, "flow") == "Du tar från elnätet"
    assert (text_of(html, "l1_current"), text_of(html, "l1_level")) == ("6,2 A", "Gott om plats")
    assert text_of(html, "l1_voltage") == "231 V" and text_of(html, "l2_power") == "612 W"
    assert "för 3 s sedan" in html
    assert 'aria-valuetext="6,2 A av 20 A, 31 % av huvudsäkringen. Gott om plats"' in html
    english = await seen(home, language="en")
    assert text_of(english, "flow") == "You take from the grid" and "3 s ago" in english
    assert "6.2 A of 20 A, 31% of the main fuse. Plenty of room" in english


async def test_feeding_in_and_nothing_at_all(home: Scene) -> None:
    at = START - timedelta(seconds=1)
    home.live.heard(sample_of(present_reading(at, power_import_w=0, power_export_w=12_340)))
    html = await seen(home)
    assert (text_of(html, "flow"), text_of(html, "power")) == ("Du matar elnätet", "−12,34 kW")
    home.live.heard(sample_of(present_reading(at, power_import_w=0)))
    assert text_of(await seen(home), "flow") == "Inget till eller från elnätet"


@pytest.mark.parametrize(
    ("current_ma", "level", "words"),
    [
        (17_000, "near", "Nära gränsen"),
        (23_000, "over", "Över säkringen"),
        (31_000, "far-over", "Långt över säkringen: stäng av något"),
    ],
)
async def test_how_near_the_fuse_is(home: Scene, current_ma: int, level: str, words: str) -> None:
    home.live.heard(sample_of(present_reading(START, current_l2_ma=current_ma)))
    html = await seen(home)
    assert text_of(html, "l2_level") == words and f'data-gauge="l2" data-level="{level}"' in html


async def test_an_old_value_is_never_shown_as_a_new_one(home: Scene) -> None:
    home.live.heard(sample_of(present_reading(START)))
    await home.clock.advance(31)
    html = await seen(home)
    assert text_of(html, "power") == "–" and text_of(html, "l1_current") == "–"
    assert text_of(html, "l1_level") == "Okänt" and 'data-freshness="stale"' in html
    assert "Mätaren är tyst, så läget just nu är okänt. Det senaste värdet var 2 436 W." in html
    home.live.becomes(PortStatus(PortState.LOST, START))
    assert "Hubben har tappat kontakten med läsaren" in await seen(home)


async def test_a_meter_without_currents_has_unknown_gauges(home: Scene) -> None:
    reading = present_reading(START, **{f"current_l{n}_ma": None for n in (1, 2, 3)})
    sample = sample_of(present_reading(START))
    home.live.heard(replace(sample, reading=reading))
    html = await seen(home)
    assert text_of(html, "power") == "2 436 W" and text_of(html, "l1_current") == "–"
    assert "Strömmen är okänd just nu" in html


async def test_one_phase(home: Scene) -> None:
    home.config = HomeConfig(house=HouseTable(phases=1, phase_names=("Huset",), main_fuse_a=25))
    home.live.heard(sample_of(present_reading(START)))
    html = await seen(home)
    assert "Fas Huset" in html and "av 25 A" in html and "l2_current" not in html


async def test_today_so_far_and_the_last_hour(home: Scene) -> None:
    for minutes in (0, 30, 60, 90, 120):
        at = START - timedelta(minutes=120 - minutes)
        reading = present_reading(at, energy_import_wh=1_000_000 + 20 * minutes, power_import_w=1000 + 10 * minutes)
        await home.store.append(sample_of(reading))
    home.live.heard(sample_of(present_reading(START)))
    html = await seen(home)
    assert text_of(html, "today_import") == "2,40 kWh"
    assert text_of(html, "today_export") == "0,00 kWh"
    assert "Lägst 1 900 W, högst 2 200 W." in html
    assert "Inget är sparat" not in html


async def test_after_a_restart_the_past_is_there_and_the_present_is_not(home: Scene) -> None:
    await home.store.append(sample_of(present_reading(START - timedelta(minutes=5))))
    html = await seen(home)
    assert "Inget telegram ännu" not in html
    assert "Inget telegram har kommit sedan hubben startades." in html


async def test_the_interval_that_was_learned_says_when_a_value_is_old(home: Scene) -> None:
    watch = HealthWatch(home.live, home.store, "tcp:127.0.0.1:1", clock=home.clock)
    await watch.open()
    for number in range(8):
        sample = sample_of(present_reading(START - timedelta(seconds=60 * (8 - number))))
        watch.bytes(sample.received_at, sample.telegram.raw)
        watch.event(sample.received_at, sample.telegram)
        home.live.heard(sample)
    parts = replace(home.parts(), health=watch.report)
    made = await pagedata.Presenter(parts).now()
    assert (made.stale_after_s, made.freshness) == (150, "fresh")


async def test_a_store_that_cannot_be_read_takes_nothing_else_with_it(home: Scene, closed: StoreThread) -> None:
    home.live.heard(sample_of(present_reading(START)))
    html = await seen(home, app=make_app(replace(home.parts(), store=closed)))
    assert text_of(html, "power") == "2 436 W" and text_of(html, "today_import") == "–"
    assert "Den sparade historiken går inte att läsa just nu" in html
    assert "Inget telegram ännu" not in html
    home.live.sample = None  # whether there is a past cannot be known
    assert "Inget telegram ännu" not in await seen(home, app=make_app(replace(home.parts(), store=closed)))
