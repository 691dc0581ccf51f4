"""What is heard of a source, as plain facts."""

from datetime import UTC, datetime, timedelta

from hanport.doctor import Trouble
from hanport.doctor.typical import typical_telegrams
from hanport.errors import SourceBusy, SourceUnreachable
from hanport.home.health.hearing import Hearing
from hanport.home.health.report import Link
from hanport.port.decoder import Decoder

AT = datetime(2026, 1, 31, 17, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def say(hearing: Hearing, seconds: float) -> None:
    data = typical_telegrams()[0]
    hearing.bytes(at(seconds), data)
    for event in Decoder().feed(data):
        hearing.event(at(seconds), event)


def test_a_source_that_cannot_be_opened_is_lost_at_once() -> None:
    hearing = Hearing("serial:/dev/ttyUSB0", AT)
    assert not hearing.is_lost(AT)
    hearing.lost(at(0), SourceBusy("held"))
    assert (hearing.is_lost(at(0)), hearing.trouble, hearing.link) == (True, Trouble.BUSY, Link.DOWN)
    hearing.lost(at(5), SourceBusy("held"))
    assert hearing.lost_at == at(0)


def test_one_that_was_open_is_lost_when_it_does_not_come_back() -> None:
    hearing = Hearing("tcp://h:1", AT)
    hearing.connected(AT)
    say(hearing, 1)
    hearing.lost(at(2), SourceUnreachable("gone"))
    assert not hearing.is_lost(at(6))
    assert hearing.is_lost(at(7))
    assert hearing.trouble is Trouble.LOST
    hearing.lost(at(8), SourceUnreachable("refused"))
    assert (hearing.trouble, hearing.lost_at) == (Trouble.UNREACHABLE, at(2))
    hearing.connected(at(10))
    assert (hearing.found_again_at, hearing.is_lost(at(10)), hearing.link) == (at(10), False, Link.WELL)
    assert hearing.quiet_since == hearing.mute_since == at(10)
    say(hearing, 12)
    assert hearing.mute_since == at(12)
    assert not hearing.is_lost(at(99))


def test_a_source_that_is_opened_anew_at_once_was_not_lost() -> None:
    hearing = Hearing("tcp://h:1", AT)
    hearing.connected(AT)
    say(hearing, 1)
    hearing.lost(at(121), SourceUnreachable("silent"))
    hearing.connected(at(121))
    assert (hearing.found_again_at, hearing.mute_since) == (None, at(1))


def test_behind_a_broker_the_link_is_unknown() -> None:
    hearing = Hearing("mqtt://h:1/t", AT)
    hearing.connected(AT)
    assert hearing.link is Link.UNKNOWN


def test_a_file_has_no_silence() -> None:
    hearing = Hearing("file:x", AT)
    assert not hearing.lives
    say(hearing, 0)
    say(hearing, 7200)
    assert hearing.heard_again_at is None
    assert hearing.observation(at(7200)).stretches[0].telegrams_count == 2


def test_after_a_silence_the_last_minutes_are_forgotten() -> None:
    hearing = Hearing("tcp://h:1", AT)
    say(hearing, 0)
    say(hearing, 10)
    say(hearing, 200)
    assert hearing.heard_again_at == at(200)
    assert hearing.observation(at(200)).stretches[0].telegrams_count == 1
    assert hearing.window_bytes(at(200)) == len(typical_telegrams()[0])


def test_a_clock_that_is_set_changes_no_duration() -> None:
    hearing = Hearing("tcp://h:1", AT)
    say(hearing, 10)
    hearing.moved(at(3610), timedelta(hours=1))
    assert hearing.mute_since == at(3610)
    assert hearing.begun_at == at(3600)
    assert hearing.lost_at is None
    assert hearing.window_bytes(at(3610)) == 0
