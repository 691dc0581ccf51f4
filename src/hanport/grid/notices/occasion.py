"""What customers are told of. Which steps of an order they are told of stands in one table."""

from enum import StrEnum

from hanport.grid.orders import Kind, State


class Occasion(StrEnum):
    """What has happened."""

    OPEN_ORDERED = "open_ordered"  # an order to open was signed, and there is a right to it
    OPENED = "opened"  # the meter was read as open
    OPEN_FAILED = "open_failed"  # it cannot be opened from afar
    REFUSED = "refused"  # an order of any kind
    CANCELLED = "cancelled"  # an order of any kind but a closing was taken back
    CLOSED = "closed"  # as it was ordered
    ENDED = "ended"  # closed because the right had ended, without an order
    EXCHANGED = "exchanged"  # the port of another meter is open now for the same order
    RESTARTED = "restarted"
    RESTART_VISIT = "restart_visit"  # somebody must go there
    ADAPTER_ORDERED = "adapter_ordered"
    ADAPTER_FITTED = "adapter_fitted"
    ANNOUNCED = "announced"  # a change of firmware or profile comes
    CAN_OPEN = "can_open"  # asked to be told of
    ASKED = "asked"  # somebody else, as an installer, asks for the order; it waits for a signature


# fmt: off
STEPS: dict[tuple[Kind, State], Occasion] = {
    (Kind.OPEN, State.RIGHT_CHECKED): Occasion.OPEN_ORDERED,
    (Kind.OPEN, State.READ_BACK): Occasion.OPENED,
    (Kind.OPEN, State.NEEDS_VISIT): Occasion.OPEN_FAILED,
    (Kind.OPEN, State.REFUSED): Occasion.REFUSED,
    (Kind.OPEN, State.CANCELLED): Occasion.CANCELLED,
    (Kind.CLOSE, State.READ_BACK): Occasion.CLOSED,
    (Kind.CLOSE, State.REFUSED): Occasion.REFUSED,
    (Kind.RESTART, State.READ_BACK): Occasion.RESTARTED,
    (Kind.RESTART, State.NEEDS_VISIT): Occasion.RESTART_VISIT,
    (Kind.RESTART, State.REFUSED): Occasion.REFUSED,
    (Kind.RESTART, State.CANCELLED): Occasion.CANCELLED,
    (Kind.WARRANTY, State.NEEDS_VISIT): Occasion.ADAPTER_ORDERED,
    (Kind.WARRANTY, State.READ_BACK): Occasion.ADAPTER_FITTED,
    (Kind.WARRANTY, State.REFUSED): Occasion.REFUSED,
    (Kind.WARRANTY, State.CANCELLED): Occasion.CANCELLED,
}
# fmt: on

# These carry the link by which a holder says that it was somebody else, and closes.
WITH_LINK = frozenset({Occasion.OPEN_ORDERED, Occasion.OPENED, Occasion.OPEN_FAILED, Occasion.EXCHANGED})
