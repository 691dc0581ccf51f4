"""What a source has shown of its checksums, and what follows for a telegram that has none."""

from hanport.port.p1 import Integrity
from hanport.port.telegram import Telegram
from hanport.port.values import Reason, Rejected

# A doubtful telegram waits for the next one; this many events may queue behind it, then it is let go as it is.
_MAX_BEHIND = 16
_MISSING = "this source sends checksums; here it is missing or damaged"


class Habit:
    """Admits telegrams by what their source has shown.

    A right CRC-16/ARC is believed at once, and from then on nothing else is. The first telegram without a checksum (or
    with the rarer CRC-16/X-25) waits until the second: a meter that never sends one sends none again, while damage to
    `!8012` hits one telegram only. At the end of the input what waits is let through.
    """

    def __init__(self) -> None:
        self._known: Integrity | None = None
        self._waiting: tuple[Telegram, Integrity] | None = None
        self._behind: list[Telegram | Rejected] = []

    def admit(self, event: Telegram | Rejected, integrity: Integrity | None = None) -> list[Telegram | Rejected]:
        """The events that may go out now, in order. `integrity` is given for P1 telegrams alone."""
        if integrity is None:
            return self._queue(event)
        assert isinstance(event, Telegram)
        if integrity is Integrity.ARC:
            self._known = integrity
            return [*self._release(believed=False), event]
        if self._known is integrity:
            return self._queue(event)
        if self._known is not None:
            return self._queue(Rejected(Reason.CRC, event.raw, _MISSING))
        if self._waiting is None:
            self._waiting = (event, integrity)
            return []
        same = self._waiting[1] is integrity
        released = self._release(believed=same)
        if same:
            self._known = integrity
            return [*released, event]
        self._waiting = (event, integrity)
        return released

    def let_go(self) -> list[Telegram | Rejected]:
        """What still waits, at the end of the input or of a connection."""
        return self._release(believed=True)

    def _queue(self, event: Telegram | Rejected) -> list[Telegram | Rejected]:
        if self._waiting is None:
            return [event]
        self._behind.append(event)
        return self._release(believed=True) if len(self._behind) >= _MAX_BEHIND else []

    def _release(self, *, believed: bool) -> list[Telegram | Rejected]:
        if self._waiting is None:
            return []
        telegram = self._waiting[0]
        first = telegram if believed else Rejected(Reason.CRC, telegram.raw, _MISSING)
        released = [first, *self._behind]
        self._waiting, self._behind = None, []
        return released
