"""Which instant a telegram belongs to: the meter's own clock, where that can be believed. Pure.

The network company bills by the meter's clock, so the ledger follows it. A small computer without a battery-backed
clock starts in the past and leaps later: then the meter's clock is the better one, too.
"""

from datetime import UTC, datetime, timedelta

# Farther apart than a day, one of both clocks is plainly wrong; a meter that lost its clock says 2000 or 2010.
FARTHEST = timedelta(hours=24)
# Before this no hub ran: a clock that shows it was never set.
NOT_SET = datetime(2025, 1, 1, tzinfo=UTC)


class Timekeeper:
    """Chooses the instant of each telegram of one source, in the order they come."""

    def __init__(self, *, live: bool = True) -> None:
        """`live`: telegrams are received as they are sent, so that the time of receipt says something of them."""
        self._live = live
        self._last_meter_at: datetime | None = None
        self._last_received_at: datetime | None = None

    def instant(self, meter_at: datetime | None, received_at: datetime) -> datetime:
        """The instant of a telegram whose own time is `meter_at`; both aware, UTC.

        The meter's time, unless it says none, stands still while telegrams come, or is more than a day away from a
        hub whose own clock has been set.
        """
        stands = meter_at is not None and meter_at == self._last_meter_at and self._moved(received_at)
        self._last_meter_at, self._last_received_at = meter_at, received_at
        if meter_at is None:
            return received_at
        if not self._live or received_at < NOT_SET <= meter_at:
            return meter_at
        if stands or abs(meter_at - received_at) > FARTHEST:
            return received_at
        return meter_at

    def _moved(self, received_at: datetime) -> bool:
        """Whether so much time has passed since the last telegram that a clock in seconds must show it."""
        last = self._last_received_at
        return last is not None and abs(received_at - last) >= timedelta(seconds=2)
