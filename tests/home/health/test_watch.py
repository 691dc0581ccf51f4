"""The watch over a virtual meter with its faults: states, events, days, restarts of the hub. All time is simulated."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from hanport.errors import SourceMissing, SourceUnreachable
from hanport.home.health import Act, Ending, Link, Stage
from hanport.home.values import PortState
from hanport.meter.schedule import Plan
from watched_port import ADDRESS, START, WatchedPort, virtual_meter

WELL, ILL, SILENT, LOST, STARTING = (
    PortState.WELL,
    PortState.ILL,
    PortState.SILENT,
    PortState.LOST,
    PortState.STARTING,
)


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[WatchedPort]:
    watched = WatchedPort(tmp_path / "hub.db")
    await watched.boot()
    yield watched
    await watched.store.close()


async def test_a_healthy_port_is_well_and_says_so_once(port: WatchedPort) -> None:
    with port.live.statuses.listen() as listener:
        await port.drive(600)
        assert (await listener.get()).state is WELL
        assert listener.dropped == 0
    assert port.states == [STARTING, WELL]
    health = port.report()
    assert (health.interval_s, health.stale, health.link) == (10.0, False, Link.WELL)
    assert health.stale_after_s == 25.0
    assert health.model is not None
    assert health.model.name == "kamstrup-omnia"
    assert health.restart_guide is None
    assert health.findings == ()
    assert health.today.telegrams == 60
    assert await port.events() == []


@pytest.mark.parametrize("name", ["kamstrup-omnia", "kamstrup-hdlc", "kaifa-hdlc"])  # two with hourly lists
async def test_a_meter_is_well_over_its_hour(tmp_path: Path, name: str) -> None:
    port = WatchedPort(tmp_path / "hub.db", virtual_meter(name))
    await port.boot()
    await port.drive(3900, tick_s=5)
    assert port.states == [STARTING, WELL]
    await port.stop()


async def test_a_hang_is_a_silence_from_the_last_telegram_to_the_first_one_again(port: WatchedPort) -> None:
    port.meter.add_faults([Plan("hang", 300)])
    await port.drive(330)
    last = port.report().status.last_telegram_at
    assert last is not None
    assert port.state is WELL
    assert port.report().stale
    await port.drive(300)
    assert port.state is SILENT
    status = port.live.status
    assert (status.since, status.finding, status.last_telegram_at) == (last, "silent-since", last)
    health = port.report()
    assert health.restart_guide == "guide.restart"
    assert [finding.key for finding in health.findings] == ["silent-since"]
    assert health.findings[0].numbers["silent_s"] == pytest.approx((port.clock.now() - last).total_seconds(), abs=1)
    port.cycle_meter()
    await port.drive(120)
    assert port.states == [STARTING, WELL, SILENT, WELL]
    (silence,) = await port.events("silence")
    assert silence.began == last
    assert silence.ended == port.live.status.since
    assert silence.details == {"link": "well", "worked_s": 290, "finding": "silent-since"}
    (day,) = await port.days()
    assert day.silent_s == pytest.approx((silence.ended - silence.began).total_seconds(), abs=1)
    assert day.telegrams == port.report().today.telegrams


async def test_silence_is_declared_after_65_s_and_not_before(port: WatchedPort) -> None:
    port.meter.add_faults([Plan("hang", 120)])
    await port.drive(120)
    last = port.report().status.last_telegram_at
    assert last is not None
    while port.state is WELL:
        await port.drive(1)
    assert 65 < (port.clock.now() - last).total_seconds() <= 67


async def test_a_port_that_never_sent_has_four_possible_causes(port: WatchedPort) -> None:
    port.module.set_open(False, port.true_at)
    await port.drive(60)
    assert port.state is STARTING
    await port.drive(30)
    assert (port.state, port.live.status.finding) == (SILENT, "nothing-came")
    assert port.report().restart_guide == "guide.restart"
    assert port.report().stale
    assert port.report().age_s is None


ILLNESSES = {
    "noise": "noise",
    "crc": "bad-checksums-many",
    "cut": "cut",
    "flip": "bad-checksums-many",
    "repeat": "repeated",
    "frozen": "frozen",
    "encrypted": "encrypted",
    "rows-missing": "rows-missing",
    "slow": "slow",
    "brown-out": "supply-sags",
    "inverted": None,  # first garbled, then what the bytes look like
    "wrong-serial": None,
}


@pytest.mark.parametrize("fault", ILLNESSES)
async def test_every_illness_is_found_and_over_when_it_is_over(port: WatchedPort, fault: str) -> None:
    await port.drive(60)
    port.fault(Plan(fault, 0, 420))
    await port.drive(400)
    assert port.state is ILL
    expected = ILLNESSES[fault]
    if expected is not None:
        assert port.live.status.finding == expected
    await port.drive(600)
    assert port.state is WELL
    ill = await port.events("ill")
    assert ill
    assert all(event.ended is not None for event in ill)
    assert len(ill) <= 2  # no flicker
    (day,) = await port.days()
    assert day.rejected == port.report().today.rejected


async def test_a_telegram_now_and_then_that_is_lost_is_no_illness(port: WatchedPort) -> None:
    for _ in range(4):
        await port.drive(290)
        port.fault(Plan("crc", 0, 10))
        await port.drive(10)
    assert ILL not in port.states
    assert port.report().today.rejected == 4


async def test_a_source_that_is_lost_and_comes_back(port: WatchedPort) -> None:
    await port.drive(60)
    port.reads = False
    port.watch.lost(port.clock.now(), SourceUnreachable("gone"))
    await port.drive(4)
    assert port.state is WELL
    await port.drive(30)
    assert (port.state, port.live.status.finding) == (LOST, "source-lost")
    assert port.report().link is Link.DOWN
    assert port.report().findings[0].numbers["address"] == ADDRESS
    port.watch.lost(port.clock.now(), SourceMissing("no such device"))
    await port.drive(1)
    assert port.live.status.finding == "source-missing"
    port.reads = True
    port.watch.connected(port.clock.now())
    await port.drive(30)
    assert port.states[-1] is WELL
    (lost,) = await port.events("lost")
    assert lost.ended is not None
    assert await port.events("silence") == []
    (day,) = await port.days()
    assert 30 <= day.silent_s <= 50


async def test_an_error_in_words_is_a_loss_too(port: WatchedPort) -> None:
    await port.drive(20)
    port.watch.lost(port.clock.now(), "The device is gone.")
    port.reads = False
    await port.drive(10)
    assert port.live.status.finding == "source-lost"


async def test_a_gateway_that_is_opened_anew_in_a_silence_changes_nothing(port: WatchedPort) -> None:
    port.meter.add_faults([Plan("hang", 60)])
    await port.drive(60)
    for _ in range(10):
        await port.drive(120)
        port.watch.lost(port.clock.now(), SourceUnreachable("Nothing has come for 120 s."))
        port.watch.connected(port.clock.now())
    assert port.states == [STARTING, WELL, SILENT]


async def test_a_server_that_throws_us_out_again_and_again_is_lost(port: WatchedPort) -> None:
    await port.drive(60)
    port.reads = False
    for pause_s in (0.5, 1, 2, 4, 8, 16, 30, 30, 30):
        port.watch.lost(port.clock.now(), SourceUnreachable("hung up"))
        await port.drive(pause_s)
        port.watch.connected(port.clock.now())
    assert port.states == [STARTING, WELL, LOST]


async def test_a_source_that_was_never_there(port: WatchedPort) -> None:
    port.reads = False
    port.watch.lost(port.clock.now(), SourceMissing("no such device"))
    await port.drive(1)
    assert port.state is STARTING  # it was open a moment ago
    await port.drive(10)
    assert (port.state, port.live.status.finding) == (LOST, "source-lost")


async def test_silence_after_a_loss_is_no_hang(port: WatchedPort) -> None:
    await port.drive(60)
    port.reads = False
    port.watch.lost(port.clock.now(), SourceUnreachable("unplugged"))
    await port.drive(60)
    port.watch.connected(port.clock.now())
    await port.drive(5)
    assert port.state is LOST
    await port.drive(55)
    assert port.state is STARTING
    await port.drive(20)
    assert port.state is SILENT
    (silence,) = await port.events("silence")
    assert silence.details["lost"] is True


async def test_bytes_that_are_no_telegrams_after_a_silence(port: WatchedPort) -> None:
    port.meter.add_faults([Plan("hang", 60)])
    await port.drive(200)
    assert port.state is SILENT
    port.hear(b"\0\x80")  # a spark on the line
    await port.drive(40)
    assert port.state is SILENT
    for _ in range(12):
        port.hear(b"\x55\xaa" * 300)
        await port.drive(10)
    assert port.state is ILL
    assert port.live.status.finding in ("garbled-since", "not-understood", "noise", "setting-likely")


async def test_a_hub_that_restarts_in_a_silence_goes_on_with_it(port: WatchedPort) -> None:
    port.meter.add_faults([Plan("hang", 300)])
    await port.drive(600)
    since = port.live.status.since
    await port.stop()
    await port.drive(3600, hub=False, tick_s=60)
    await port.boot()
    assert port.state is STARTING
    await port.drive(120)
    assert (port.state, port.live.status.since, port.live.status.finding) == (SILENT, since, "silent-since")
    assert len(await port.events("silence")) == 1
    port.cycle_meter()
    await port.drive(120)
    (silence,) = await port.events("silence")
    assert (silence.began, silence.ended) == (since, port.live.status.since)
    (off,) = await port.events("hub-off")
    assert off.details == {"clean": True}
    assert off.ended is not None
    assert (off.ended - off.began) == timedelta(seconds=3600)
    assert port.report().hub_off == (off.began, off.ended)


async def test_a_gap_because_the_hub_was_off_is_not_the_ports(port: WatchedPort) -> None:
    await port.drive(600)
    await port.lose_power()
    await port.drive(1800, hub=False, tick_s=60)
    await port.boot()
    await port.drive(600)
    assert SILENT not in port.states
    assert await port.events("silence") == []
    (off,) = await port.events("hub-off")
    assert off.details == {"clean": False}
    assert off.ended is not None
    assert 1800 <= (off.ended - off.began).total_seconds() <= 1860
    (day,) = await port.days()
    assert day.silent_s == 0
    assert day.telegrams == port.report().today.telegrams


async def test_silence_right_after_the_hub_was_off_begins_with_the_hub(port: WatchedPort) -> None:
    await port.drive(600)
    await port.stop()
    port.hang()
    await port.drive(1800, hub=False, tick_s=60)
    await port.boot()
    booted = port.clock.now()
    await port.drive(120)
    assert (port.state, port.live.status.since, port.live.status.finding) == (SILENT, booted, "silent-since")


async def test_a_quick_restart_of_the_program_is_nothing(port: WatchedPort) -> None:
    await port.drive(600)
    await port.lose_power()
    await port.drive(10, hub=False)
    await port.boot()
    await port.drive(60)
    assert await port.events() == []
    assert port.report().interval_s == 10.0


async def test_the_learned_interval_makes_a_slow_meter_late_later(tmp_path: Path) -> None:
    port = WatchedPort(tmp_path / "hub.db", virtual_meter(interval_s=120))
    await port.boot()
    await port.drive(1500)
    assert port.report().interval_s == 120.0
    assert port.report().stale_after_s == 300.0
    told = len(port.statuses)
    port.hang()
    await port.drive(300)
    assert SILENT not in port.states[told - 1 :]
    await port.drive(120)
    assert port.state is SILENT
    await port.stop()


async def test_the_hubs_clock_is_set_by_an_hour_and_nobody_is_blamed(port: WatchedPort) -> None:
    await port.drive(600)
    for by_s in (3600, -7200):
        port.clock.set_by(by_s)
        await port.drive(600)
    assert SILENT not in port.states
    assert port.live.status.finding == "clock-ahead"  # whose remedy begins with the clock of this computer
    steps = await port.events("hub-clock")
    assert [event.details["step_s"] for event in steps] == [3600, -7200]
    assert await port.events("meter-clock", "silence") == []
    clock = port.report().clock
    assert clock.hub_step is not None
    assert clock.hub_step.step_s == -7200
    assert clock.offset_ms is not None
    assert abs(clock.offset_ms - 3_600_000) < 3000  # now the hub is an hour behind, and the doctor says to look at it
    (day,) = await port.days()
    assert day.silent_s == 0


async def test_a_silence_lasts_as_long_as_it_lasts_when_the_hubs_clock_is_set(port: WatchedPort) -> None:
    port.meter.add_faults([Plan("hang", 300)])
    await port.drive(600)
    assert port.state is SILENT
    port.clock.set_by(3600)
    await port.drive(60)
    assert port.report().findings[0].numbers["silent_s"] == pytest.approx(365, abs=15)
    port.cycle_meter()
    await port.drive(120)
    (silence,) = await port.events("silence")
    assert silence.ended is not None
    assert 360 <= (silence.ended - silence.began).total_seconds() <= 450


async def test_the_meters_clock_jumps(port: WatchedPort) -> None:
    await port.drive(300)
    port.fault(Plan("clock-jump"))
    await port.drive(60)
    (jump,) = await port.events("meter-clock")
    assert jump.details == {"step_s": 3600}
    assert (port.state, port.live.status.finding) == (ILL, "clock-jumped")
    await port.drive(900)
    assert port.live.status.finding == "clock-ahead"
    clock = port.report().clock
    assert clock.state == "hour-off"
    (day,) = await port.days()
    assert day.clock_offset_ms == pytest.approx(3_600_000, abs=2000)


async def restart(port: WatchedPort, *acts: Act) -> None:
    for act in acts:
        await port.watch.act(act)


async def test_the_restart_guide_survives_the_main_switch(port: WatchedPort) -> None:
    port.meter.add_faults([Plan("hang", 300)])
    await port.drive(900)
    await restart(port, Act.BEGIN, Act.NEXT)
    await port.drive(20)
    await port.lose_power()  # the main switch takes the hub down, too
    await port.drive(40, hub=False)
    port.cycle_meter()
    await port.boot()
    guide = port.report().guide
    assert (guide.stage, guide.hub_was_off) == (Stage.WAITING, True)
    await port.drive(90)
    guide = port.report().guide
    assert (guide.stage, guide.ending) == (Stage.DONE, Ending.RESTARTED)
    assert guide.back_at == port.live.status.since
    (silence,) = await port.events("silence")
    assert silence.ended == guide.back_at
    assert silence.details["restart"] is True
    await port.stop()
    await port.boot()
    assert port.report().guide == guide


async def test_a_restart_while_the_hub_keeps_its_supply(port: WatchedPort) -> None:
    port.meter.add_faults([Plan("hang", 300)])
    await port.drive(900)
    await restart(port, Act.BEGIN)
    assert port.report().guide.broken
    await restart(port, Act.NEXT, Act.NEXT, Act.NEXT, Act.NEXT)
    port.cycle_meter()
    await port.drive(90)
    assert port.report().guide.ending is Ending.RESTARTED
    (silence,) = await port.events("silence")
    assert silence.details["restart"] is True


async def test_a_restart_of_a_port_that_was_well(port: WatchedPort) -> None:
    await port.drive(600)
    await restart(port, Act.BEGIN, Act.NEXT)
    assert not port.report().guide.broken
    port.cycle_meter()
    await port.drive(90)
    assert port.report().guide.ending is Ending.RESTARTED
    assert [event.kind for event in await port.events()] == ["restart"]


async def test_a_switch_behind_the_meter(port: WatchedPort) -> None:
    await port.drive(600)
    await restart(port, Act.BEGIN, Act.NEXT, Act.NEXT, Act.NEXT, Act.NEXT)
    await port.drive(400)
    guide = port.report().guide
    assert (guide.stage, guide.ending) == (Stage.FAILED, Ending.NOT_OFF)
    await restart(port, Act.CANCEL)
    assert port.report().guide.stage is Stage.IDLE


async def test_what_happens_by_itself_cannot_be_chosen(port: WatchedPort) -> None:
    with pytest.raises(ValueError, match="by itself"):
        await port.watch.act(Act.TELEGRAM)


async def test_a_day_ends_at_local_midnight(tmp_path: Path) -> None:
    start = START.replace(hour=22, minute=50)  # 23:50 in Sweden
    port = WatchedPort(tmp_path / "hub.db", start=start)
    await port.boot()
    port.meter.add_faults([Plan("hang", 302)])
    await port.drive(1200)
    first, second = await port.days()
    assert (first.day.isoformat(), second.day.isoformat()) == ("2026-01-31", "2026-02-01")
    assert first.silent_s == pytest.approx(300, abs=15)
    assert second.silent_s == pytest.approx(603, abs=2)
    assert (first.telegrams, second.telegrams) == (31, 0)
    await port.stop()
