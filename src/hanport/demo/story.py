"""The story's five steps, ticked by what the parties tell, and never unticked before the story begins anew."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hanport.demo import told

_NOT_SIGNED = ("draft", "awaiting_signature", "refused", "cancelled", "expired")


class Step(StrEnum):
    """The steps, in their order."""

    WAITING = "waiting"  # the port is closed, and the hub waits
    ASKED = "asked"  # the customer asks on the company's pages
    SIGNED = "signed"  # identifies, and signs the order
    OPENED = "opened"  # the company opens the port, and reads back
    HEARD = "heard"  # the hub shows the house


@dataclass(frozen=True, slots=True)
class Seen:
    """What the parties have told last; None for who has not said anything yet, or does not answer now."""

    meter: told.Meter | None = None
    facility: told.Facility | None = None
    phone: told.Phone | None = None
    hub: told.HubStatus | None = None
    reading: told.HubReading | None = None


class Story:
    """How far it has come. `begun_at`: what is older belongs to the story before."""

    def __init__(self, begun_at: datetime) -> None:
        self.done: tuple[Step, ...] = ()
        self._begun_at = begun_at
        self._apart: frozenset[str] = frozenset()

    def hears(self, seen: Seen) -> told.HubReading | None:
        """The hub's last telegram, where it has come since the story began."""
        reading = seen.reading
        return reading if reading is not None and reading.received_at >= self._begun_at else None

    @property
    def next(self) -> Step | None:
        """The step that is to be done now; None at the end."""
        return next((step for step in Step if step not in self.done), None)

    def leave_out(self, phone: told.Phone) -> None:
        """What phones were asked for until now is no part of the story."""
        self._apart = frozenset(each.order for each in phone.orders)

    def look(self, seen: Seen, serial: str) -> None:
        """Tick what has happened; `serial` is that of the meter that hangs at the house. What comes later in the
        story cannot be without what comes before: the latest step that has happened ticks all before it.
        """
        happened = [step for step in Step if self._has_happened(step, seen, serial)]
        if happened:
            steps = list(Step)
            last = max(steps.index(step) for step in (*happened, *self.done))
            self.done = tuple(steps[: last + 1])

    def _has_happened(self, step: Step, seen: Seen, serial: str) -> bool:
        order = seen.facility.newest("open") if seen.facility else None
        port = seen.facility.port(serial) if seen.facility else None
        match step:
            case Step.WAITING:
                return seen.meter is not None and seen.hub is not None and port is not None
            case Step.ASKED:
                asked = {each.order for each in seen.phone.orders} if seen.phone else set()
                return order is not None or bool(asked - self._apart)
            case Step.SIGNED:
                return order is not None and order.state not in _NOT_SIGNED
            case Step.OPENED:
                return port is not None and port.reported == "open" and port.has_right
            case Step.HEARD:
                return self.hears(seen) is not None and Step.OPENED in self.done
