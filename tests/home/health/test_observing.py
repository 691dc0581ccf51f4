"""What is heard reaches the doctor, the clocks and the days; what the doctor says late counts no more."""

from datetime import UTC, datetime, timedelta

from hanport.doctor import Finding, Severity
from hanport.doctor.typical import typical_telegrams
from hanport.home.health.memory import Alive, Before
from hanport.home.health.observing import LOOK_S, Diagnosis, Observing, examine
from hanport.home.health.report import DayCounts
from hanport.home.values import PortState
from hanport.models import MODELS
from hanport.port.decoder import Decoder
from hanport.port.profiles import PROFILES
from hanport.port.values import Reading
from hanport.port.write import fit, write
from watched_port import SteppingClock

AT = datetime(2026, 1, 31, 17, 0, tzinfo=UTC)
NOISE = Finding("noise", Severity.ILL, True, {"places": 3, "bytes": 9})
PROFILE = PROFILES["kamstrup-omnia"]


class Source:
    def __init__(self, address: str = "tcp://h:1") -> None:
        self.clock = SteppingClock(AT)
        self.seen = Observing(address, self.clock, keys_given=False)
        self.seen.connected(AT)

    def telegram(self, after_s: float, data: bytes = typical_telegrams()[0]) -> None:
        self.clock.skip(after_s)
        self.seen.bytes(self.clock.now(), data)
        for event in Decoder().feed(data):
            self.seen.event(self.clock.now(), event)

    def state(self) -> PortState:
        return self.seen.verdict.state

    def tick(self, after_s: float) -> None:
        self.clock.skip(after_s)
        self.seen.tick(self.clock.now())


def test_the_doctor_is_asked_every_ten_seconds_and_not_in_a_silence() -> None:
    source = Source()
    source.telegram(1)
    assert source.seen.to_examine(source.clock.now()) is not None
    source.tick(LOOK_S - 1)
    assert source.seen.to_examine(source.clock.now()) is None
    source.telegram(1)
    observation = source.seen.to_examine(source.clock.now())
    assert observation is not None
    assert examine(observation).model is not None
    source.tick(70)
    assert source.state() is PortState.SILENT
    assert source.seen.to_examine(source.clock.now()) is None


def test_what_the_doctor_says_of_another_story_counts_no_more() -> None:
    source = Source()
    source.telegram(1)
    looked_at = source.clock.now()
    source.seen.to_examine(looked_at)
    source.tick(100)
    source.telegram(1)  # back after a silence, while the doctor was still thinking
    source.seen.examined(Diagnosis((NOISE,), None), looked_at, source.clock.now())
    assert source.state() is PortState.WELL
    source.tick(LOOK_S)
    now = source.clock.now()
    source.seen.to_examine(now)
    source.seen.examined(Diagnosis((NOISE,), None), now, now)
    assert source.state() is PortState.ILL


def test_a_meter_without_a_clock_has_none_to_compare() -> None:
    source = Source()
    source.telegram(1, write(fit(Reading(energy_import_wh=1), PROFILE), PROFILE))
    assert source.seen.clocks.health().offset_ms is None


def test_a_recording_compares_no_clocks_and_minds_no_step() -> None:
    source = Source("file:x")
    source.telegram(1)
    source.clock.set_by(3600)
    source.tick(1)
    assert source.seen.clocks.health().offset_ms is None
    assert source.seen.clocks.hub_step is None


def test_a_small_step_of_the_hubs_clock_is_followed_and_not_worth_an_event() -> None:
    source = Source()
    source.telegram(1)
    source.clock.set_by(5)
    source.tick(1)
    assert source.seen.clocks.hub_step is None
    assert source.seen.hearing.last_telegram_at == AT + timedelta(seconds=6)
    assert len(source.seen.journal) == 0


def test_what_was_before_does_not_undo_what_is_known_now() -> None:
    source = Source()
    source.telegram(1)
    observation = source.seen.to_examine(source.clock.now())
    assert observation is not None
    now = source.clock.now()
    source.seen.examined(examine(observation), now, now)
    model = source.seen.model
    alive = Alive(AT, True, AT, 30.0, MODELS["aidon-6534"], None)
    source.seen.go_on(Before(alive=alive, today=DayCounts(AT.date(), 10, 0, 0, None)))
    assert source.seen.model is model
    assert source.seen.days.counts(AT).telegrams == 11
    assert source.seen.hearing.pace.interval_s == 30.0
