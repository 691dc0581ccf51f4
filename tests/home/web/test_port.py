"""The page Port: health in words, calendar, events, telegram, model, and the restart guide."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from starlette.applications import Starlette

from hanport.home.health import HealthWatch
from hanport.home.store.events import begin_event, count_port_day, end_event
from hanport.home.store.thread import StoreThread
from hanport.home.values import PortState, PortStatus
from hanport.home.web.app import make_app
from home.web.household import present_reading, sample_of
from home.web.pages import seen
from home.web.scene import START, Scene, browser, log_in


@pytest.fixture
async def watch(home: Scene) -> HealthWatch:
    made = HealthWatch(home.live, home.store, "tcp:192.168.1.9:5501", clock=home.clock)
    await made.open()
    return made


def watched(home: Scene, watch: HealthWatch) -> Starlette:
    return make_app(replace(home.parts(), health=watch.report, act=watch.act))


async def hear(home: Scene, watch: HealthWatch, telegrams: int, every_s: int = 10) -> None:
    for number in range(telegrams):
        await home.clock.advance(every_s)
        sample = sample_of(present_reading(home.clock.now(), power_import_w=2000 + number), late_s=0)
        watch.connected(sample.received_at)
        watch.bytes(sample.received_at, sample.telegram.raw)
        watch.event(sample.received_at, sample.telegram)
        watch.tick(sample.received_at)
        home.live.heard(sample)


async def test_just_begun(home: Scene, watch: HealthWatch) -> None:
    html = await seen(home, "/port", app=watched(home, watch))
    assert "Har just börjat lyssna" in html and "Inget är räknat ännu" in html
    assert "Inget telegram har kommit" in html and "Mätarmodellen är inte känd" in html
    assert "Just begun to listen" in await seen(home, "/port", "en", app=watched(home, watch))


async def test_all_is_well(home: Scene, watch: HealthWatch) -> None:
    await hear(home, watch, 10)
    html = await seen(home, "/port", app=watched(home, watch))
    assert "Allt är bra" in html and "var 10 s" in html and "Går rätt." in html
    assert "Kamstrup OMNIA" in html and "likadana telegram" in html
    assert "(uppgett)" in html and "bekräftat" in html
    assert "Mätarställning: energi från elnätet" in html and "12 345,678" in html.replace("\u00a0", " ")
    assert "/KAM5" in html and "personuppgifter" in html
    english = await seen(home, "/port", "en", app=watched(home, watch))
    assert "All is well" in english and "Meter reading: energy from the grid" in english


async def test_silent(home: Scene, watch: HealthWatch) -> None:
    await hear(home, watch, 10)
    await home.clock.advance(600)
    watch.tick(home.clock.now())
    html = await seen(home, "/port", app=watched(home, watch))
    assert "Mätaren är tyst" in html and "Gör så här" in html
    assert "En omstart kan hjälpa nu." in html and "Starta guiden" in html


async def test_the_restart_step_by_step(home: Scene, watch: HealthWatch) -> None:
    await hear(home, watch, 10)
    await home.clock.advance(600)
    watch.tick(home.clock.now())
    async with browser(watched(home, watch)) as c:
        await log_in(c)

        async def act(name: str) -> str:
            answer = await c.post("/port/guide", data={"act": name}, headers={"accept-language": "sv"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/port#guide")
            return (await c.get("/port", headers={"accept-language": "sv"})).text

        assert "Steg 1 av 5" in await act("begin")
        html = await act("next")
        assert "Steg 2 av 5" in html and 'aria-current="step">Slå av huvudbrytaren' in html
        assert "Steg 1 av 5" in await act("back")
        for _ in range(2):
            await act("next")
        assert "Strömmen är på igen" in await act("next")
        assert "Väntar på mätarens telegram" in await act("next")
        await hear(home, watch, 3)
        html = (await c.get("/port", headers={"accept-language": "sv"})).text
        assert "Mätaren är omstartad och telegrammen är tillbaka" in html
        assert "Starta guiden" in await act("cancel")
        assert (await c.post("/port/guide", data={"act": "telegram"})).status_code == 400


async def test_without_a_watch_there_is_no_guide(home: Scene) -> None:
    home.live.becomes(PortStatus(PortState.LOST, START - timedelta(minutes=5)))
    html = await seen(home, "/port")
    assert "Ingen kontakt med läsaren" in html and "i 5 min" in html and "Starta guiden" not in html
    async with browser(home.app()) as c:
        await log_in(c)
        assert (await c.post("/port/guide", data={"act": "begin"})).status_code == 400
    home.live.heard(sample_of(present_reading(START)))
    assert "Kamstrup OMNIA" in await seen(home, "/port")


async def test_days_and_events(home: Scene) -> None:
    for day, telegrams, rejected, silent_s in (
        (date(2026, 11, 25), 4000, 0, 0),
        (date(2026, 11, 24), 8640, 200, 0),
        (date(2026, 11, 23), 8600, 0, 400),
        (date(2026, 11, 22), 4000, 1, 40_000),
    ):
        await home.store.write(
            lambda c, day=day, t=telegrams, r=rejected, s=silent_s: count_port_day(  # type: ignore[misc]
                c, day, telegrams=t, rejected=r, silent_s=s
            )
        )

    def events(c: object) -> None:
        begun = START - timedelta(days=3)
        end_event(c, begin_event(c, "silence", begun), begun + timedelta(hours=11), {"restart": True})  # type: ignore[arg-type]
        begin_event(c, "lost", START - timedelta(minutes=7))  # type: ignore[arg-type]
        off = begin_event(c, "hub-off", begun - timedelta(days=1), {"clean": False})  # type: ignore[arg-type]
        end_event(c, off, begun - timedelta(hours=23))  # type: ignore[arg-type]
        for kind, details in (
            ("ill", {"finding": "bad-checksums-many"}),
            ("meter-clock", {"step_s": -3600}),
            ("moon-eclipse", {}),
        ):
            end_event(c, begin_event(c, kind, begun, details), begun)  # type: ignore[arg-type]

    await home.store.write(events)
    html = await seen(home, "/port")
    for words in ("Många trasiga telegram", "Tyst några minuter", "Tyst en timme eller mer", "day-cross"):
        assert words in html
    assert "onsdag 25 november 2026: Bra. Telegram: 4 000, trasiga bitar: 0, tyst: 0 s." in html
    assert "Mätaren var tyst, tills den startades om" in html and "11 h" in html
    assert "pågår, hittills 7 min" in html
    assert "Hubben var utan ström" in html
    assert "Något var fel: många trasiga telegram" in html
    assert "Mätarens klocka ställdes om med 1 h" in html
    assert "Annan händelse: moon-eclipse" in html
    assert "Other event: moon-eclipse" in await seen(home, "/port", "en")


async def test_a_store_that_cannot_be_read_takes_only_its_part(home: Scene, closed: StoreThread) -> None:
    home.live.heard(sample_of(present_reading(START)))
    html = await seen(home, "/port", app=make_app(replace(home.parts(), store=closed)))
    assert "Den sparade historiken går inte att läsa" in html and "Kamstrup OMNIA" in html
