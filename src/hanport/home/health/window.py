"""The last minutes of a source, as the doctor looks at them: two observations that overlap, each bounded."""

from datetime import datetime, timedelta

from hanport.doctor import Observation, Observer, SourceKind
from hanport.port.telegram import Telegram
from hanport.port.values import Rejected

# What is looked at is half of it to all of it long.
WINDOW_S = 300


class Window:
    """Observes from `at` on. While nothing comes it does not move on, so that the last telegrams stay known."""

    def __init__(self, address: str, at: datetime, *, keys_given: bool) -> None:
        self._address = address
        self._keys_given = keys_given
        self._old = self._young = self._observer(at)
        self._young_since = at

    def _observer(self, at: datetime) -> Observer:
        observer = Observer(SourceKind.of(self._address), self._address, asked_s=WINDOW_S, keys_given=self._keys_given)
        observer.begin(at)
        return observer

    def begin(self, at: datetime) -> None:
        """Forget what was; what comes from now on is another story."""
        self._old = self._young = self._observer(at)
        self._young_since = at

    def bytes(self, at: datetime, data: bytes) -> None:
        """Bytes came."""
        for observer in self._both():
            observer.feed_bytes(at, data)

    def event(self, at: datetime, event: Telegram | Rejected) -> None:
        """The decoder made this of the bytes. The window moves on behind an event, so that it splits no telegram."""
        for observer in self._both():
            observer.feed_event(at, event)
        if at - self._young_since >= timedelta(seconds=WINDOW_S / 2):
            self._old, self._young, self._young_since = self._young, self._observer(at), at

    def _both(self) -> tuple[Observer, ...]:
        return (self._old,) if self._old is self._young else (self._old, self._young)

    def observation(self, at: datetime) -> Observation:
        """What was seen in the last minutes."""
        return self._old.observation(at)
