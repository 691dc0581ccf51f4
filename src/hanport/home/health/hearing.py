"""What is heard of a source, as plain facts: connected or not, the last byte, the last telegram, the last minutes."""

from datetime import datetime, timedelta

from hanport.doctor import Observation, SourceKind, Trouble
from hanport.errors import SourceError
from hanport.home.health.pace import Pace
from hanport.home.health.report import Link
from hanport.home.health.window import Window
from hanport.port.telegram import Telegram
from hanport.port.values import Rejected

# Shorter than that a lost source is no matter: a gateway that is opened anew answers at once.
LOST_AFTER_S = 5.0

_MOMENTS = ("begun_at", "last_byte_at", "last_telegram_at", "lost_at", "found_again_at", "heard_again_at")


class Hearing:
    """One source since `at`. `before` is the last telegram of an earlier run of the hub, None if there was none."""

    def __init__(self, address: str, at: datetime, *, keys_given: bool = False) -> None:
        self.address = address
        self.kind = SourceKind.of(address)
        self.pace = Pace()
        self.begun_at = at
        self.before: datetime | None = None
        self.last_byte_at: datetime | None = None
        self.last_telegram_at: datetime | None = None
        self.lost_at: datetime | None = None
        self.found_again_at: datetime | None = None  # the end of the last real loss
        self.heard_again_at: datetime | None = None  # the first byte after the last silence
        self.trouble: Trouble | None = None
        self._connected = False
        self._was_open = False
        self._window = Window(address, at, keys_given=keys_given)

    @property
    def lives(self) -> bool:
        """Whether silence says anything: a file that is read has none."""
        return self.kind.live

    @property
    def was_open(self) -> bool:
        """Whether the source has been open at all: one that nobody could begin to open is not silent."""
        return self._was_open

    @property
    def link(self) -> Link:
        if not self._connected:
            return Link.DOWN
        return Link.UNKNOWN if self.kind is SourceKind.MQTT else Link.WELL

    def is_lost(self, at: datetime) -> bool:
        """Whether the source is not there, for longer than it takes to open it anew."""
        if self._connected or self.lost_at is None:
            return False
        return not self._was_open or (at - self.lost_at).total_seconds() >= LOST_AFTER_S

    def connected(self, at: datetime) -> None:
        """The source is open."""
        if self.is_lost(at):
            self.found_again_at = at
        self._connected = self._was_open = True

    def lost(self, at: datetime, error: SourceError | str) -> None:
        """The source was lost, or could not be opened."""
        if self._connected or isinstance(error, str):
            self.trouble = Trouble.LOST
        else:
            self.trouble = Trouble(error.trouble)
        if self._connected or self.lost_at is None:
            self.lost_at = at
        self._connected = False

    def bytes(self, at: datetime, data: bytes) -> None:
        """Bytes came. After a silence it is another story: the last minutes are forgotten."""
        if self.lives and (at - self.quiet_since).total_seconds() > self.pace.silent_after_s:
            self._window.begin(at)
            self.heard_again_at = at
        self.last_byte_at = at
        self.lost_at = self.trouble = None
        self._connected = self._was_open = True
        self._window.bytes(at, data)

    def event(self, at: datetime, event: Telegram | Rejected) -> None:
        """A telegram or a rejection."""
        self._window.event(at, event)
        if isinstance(event, Telegram):
            self.pace.telegram(at)
            self.last_telegram_at = at

    @property
    def quiet_since(self) -> datetime:
        """Since when nothing at all has come, as far as it could have."""
        return self._since(self.last_byte_at)

    @property
    def mute_since(self) -> datetime:
        """Since when no telegram has come, as far as it could have."""
        return self._since(self.last_telegram_at)

    def _since(self, last: datetime | None) -> datetime:
        since = last or self.begun_at
        return max(since, self.found_again_at) if self.found_again_at else since

    def observation(self, at: datetime) -> Observation:
        """The last minutes for the doctor."""
        return self._window.observation(at)

    def window_bytes(self, at: datetime) -> int:
        """How many bytes came in the last minutes."""
        return sum(stretch.bytes_count for stretch in self.observation(at).stretches)

    def moved(self, at: datetime, by: timedelta) -> None:
        """The hub's clock was set by so much: how long ago something was stays as it was."""
        for name in _MOMENTS:
            moment = getattr(self, name)
            if moment is not None:
                setattr(self, name, moment + by)
        self.pace.moved(by)
        self._window.begin(at)
