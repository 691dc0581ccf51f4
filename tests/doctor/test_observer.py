"""What is kept of what was seen, and that it is bounded."""

from datetime import UTC, datetime, timedelta

import pytest

from hanport.doctor import Observer, SourceKind, Trouble
from hanport.doctor.observer import (
    HEAD_BYTES,
    KEPT_DAMAGES,
    KEPT_PAUSES,
    KEPT_TELEGRAMS,
    SAMPLE_BYTES,
    ends_as_framed,
)
from hanport.doctor.typical import typical_telegrams
from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram
from hanport.port.values import Reason, Rejected

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
TELEGRAM = typical_telegrams()[0]


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def decoded(data: bytes) -> Telegram:
    (event,) = Decoder().feed(data)
    assert isinstance(event, Telegram)
    return event


def begun(setting: str | None = None) -> Observer:
    observer = Observer(SourceKind.SERIAL, "serial:/dev/ttyUSB0", asked_s=120, keys_given=True)
    observer.begin(START, setting)
    return observer


def test_nothing_seen_yet() -> None:
    observation = begun("115200 8N1").observation(after(7))
    (stretch,) = observation.stretches
    assert (observation.source, observation.address) == (SourceKind.SERIAL, "serial:/dev/ttyUSB0")
    assert (observation.asked_s, observation.keys_given, observation.trouble) == (120, True, None)
    assert (stretch.setting, stretch.watched_s) == ("115200 8N1", 7)
    assert (stretch.bytes_count, stretch.first_byte_at, stretch.last_byte_at) == (0, None, None)
    assert (stretch.telegrams, stretch.damages, stretch.pauses, stretch.sample) == ((), (), (), b"")


def test_bytes_and_events_with_their_times() -> None:
    observer = begun()
    observer.feed_bytes(after(1), b"rest")
    observer.feed_event(after(1), Rejected(Reason.NOISE, b"rest"))
    observer.feed_bytes(after(11), TELEGRAM[:100])
    observer.feed_bytes(after(11.25), TELEGRAM[100:])
    observer.feed_event(after(11.25), decoded(TELEGRAM))
    (stretch,) = observer.observation(after(20)).stretches
    assert stretch.bytes_count == 4 + len(TELEGRAM)
    assert stretch.sample == b"rest" + TELEGRAM
    assert (stretch.first_byte_at, stretch.last_byte_at) == (after(1), after(11.25))
    (damage,) = stretch.damages
    assert (damage.at, damage.reason, damage.length, damage.after, damage.head, damage.whole) == (
        after(1),
        Reason.NOISE,
        4,
        0,
        b"rest",
        True,
    )
    assert stretch.damage_counts == {Reason.NOISE: 1}
    (received,) = stretch.telegrams
    assert (received.at, received.took_s) == (after(11.25), 0.25)
    assert [(pause.ended_at, pause.lasted_s) for pause in stretch.pauses] == [(after(11), 10)]


def test_a_telegram_whose_first_byte_was_forgotten_took_no_known_time() -> None:
    observer = begun()
    for _ in range(5_000):
        observer.feed_bytes(after(1), b"x")
    observer.feed_event(after(2), Telegram(*_of_length(5_000)))
    assert observer.observation(after(2)).stretches[0].telegrams[0].took_s == 0


def _of_length(length: int) -> tuple:  # type: ignore[type-arg]
    real = decoded(TELEGRAM)
    return real.protocol, real.identification, real.checksum, b"x" * length, TELEGRAM


def test_memory_is_bounded() -> None:
    observer = begun()
    telegram = decoded(TELEGRAM)
    for turn in range(1_000):
        observer.feed_bytes(after(turn), b"y" * 1_000)
        observer.feed_event(after(turn), telegram)
        observer.feed_event(after(turn), Rejected(Reason.CRC, b"z" * 10_000))
    (stretch,) = observer.observation(after(1_000)).stretches
    assert (stretch.telegrams_count, stretch.bytes_count) == (1_000, 1_000_000)
    assert stretch.damage_counts[Reason.CRC] == 1_000
    assert len(stretch.sample) == SAMPLE_BYTES
    assert (len(stretch.telegrams), len(stretch.damages)) == (KEPT_TELEGRAMS, KEPT_DAMAGES)
    assert len(stretch.pauses) == KEPT_PAUSES
    assert stretch.telegrams[-1].at == after(999)
    assert all(len(damage.head) == HEAD_BYTES and damage.length == 10_000 for damage in stretch.damages)


def test_one_stretch_a_setting() -> None:
    observer = begun("115200 8N1")
    observer.feed_bytes(after(1), b"a")
    observer.begin(after(30), "9600 7E1")
    observer.end(after(60))
    observer.end(after(70))
    first, second = observer.observation(after(90)).stretches
    assert (first.setting, first.watched_s, first.bytes_count) == ("115200 8N1", 30, 1)
    assert (second.setting, second.watched_s, second.bytes_count) == ("9600 7E1", 30, 0)


def test_nothing_is_taken_outside_a_stretch() -> None:
    observer = Observer(SourceKind.TCP, "tcp://x:1", asked_s=1)
    with pytest.raises(RuntimeError):
        observer.feed_bytes(START, b"a")
    observer.trouble(Trouble.MISSING)
    observation = observer.observation(START)
    assert (observation.trouble, observation.stretches) == (Trouble.MISSING, ())


@pytest.mark.parametrize(
    ("raw", "whole"),
    [
        (TELEGRAM, True),
        (TELEGRAM.rstrip(), True),
        (b"/KAM5\r\n\r\n1-0:1.8.0(1*kWh)\r\n!\r\n", True),
        (TELEGRAM[:300], False),
        (b"/KAM5\r\n\r\n", False),
        (b"/KAM5\r\n\r\n0-0:96.13.0(!1234", True),  # cannot be told; the decoder did not take it for cut either
        (b"\x7e\xa0\x05\x01\x02\x7e", True),
        (b"\x7e\xa0\x1d\x01\x02", False),
        (b"\x7e\xa8", True),
        (b"\x68\x03\x03\x68\x53\xff\x78\xca\x16", True),
        (b"\x68\x03\x03\x68\x53\xff", False),
        (b"\x68\x03", True),
        (b"noise", True),
        (b"", True),
    ],
)
def test_whether_rejected_bytes_end_as_their_frame_says(raw: bytes, whole: bool) -> None:
    assert ends_as_framed(raw) is whole
