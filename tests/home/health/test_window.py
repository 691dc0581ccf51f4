"""The last minutes: they move on with the telegrams, stand still in silence, and split no telegram."""

from datetime import UTC, datetime, timedelta

from hanport.doctor import diagnose
from hanport.doctor.typical import typical_telegrams
from hanport.home.health.window import WINDOW_S, Window
from hanport.port.decoder import Decoder

AT = datetime(2026, 1, 31, 17, 0, tzinfo=UTC)
TELEGRAM = typical_telegrams()[0]


class Fed:
    def __init__(self) -> None:
        self.at = AT
        self.window = Window("tcp://h:1", AT, keys_given=False)
        self.decoder = Decoder()

    def telegrams(self, count: int, *, pieces: int = 3, every_s: float = 10) -> None:
        for _ in range(count):
            self.at += timedelta(seconds=every_s)
            size = len(TELEGRAM) // pieces + 1
            for begin in range(0, len(TELEGRAM), size):
                data = TELEGRAM[begin : begin + size]
                self.window.bytes(self.at, data)
                for event in self.decoder.feed(data):
                    self.window.event(self.at, event)


def test_it_is_half_to_all_of_its_length() -> None:
    fed = Fed()
    for _ in range(200):
        fed.telegrams(1)
        (stretch,) = fed.window.observation(fed.at).stretches
        assert stretch.watched_s <= WINDOW_S + 10
        if (fed.at - AT).total_seconds() > WINDOW_S:
            assert stretch.watched_s >= WINDOW_S / 2
        assert not stretch.damages


def test_in_silence_the_last_telegrams_stay_known() -> None:
    fed = Fed()
    fed.telegrams(60)
    (stretch,) = fed.window.observation(fed.at + timedelta(days=1)).stretches
    assert stretch.telegrams_count >= 15
    assert diagnose(fed.window.observation(fed.at + timedelta(days=1)))[0].key == "silent-since"


def test_another_story_begins_with_nothing() -> None:
    fed = Fed()
    fed.telegrams(60)
    fed.window.begin(fed.at)
    (stretch,) = fed.window.observation(fed.at).stretches
    assert (stretch.telegrams_count, stretch.watched_s) == (0, 0)
