"""The order's life as one table: state and event give the next state; what is not in the table cannot happen.

The diagram in the documentation is drawn from it.
"""

from enum import StrEnum

from hanport.errors import HanportError


class Kind(StrEnum):
    """What is ordered."""

    OPEN = "open"
    CLOSE = "close"
    RESTART = "restart"  # "my port has stopped"
    WARRANTY = "warranty"  # another HAN adapter


class State(StrEnum):
    """Where an order stands."""

    DRAFT = "draft"
    AWAITING_SIGNATURE = "awaiting_signature"
    SIGNED = "signed"
    RIGHT_CHECKED = "right_checked"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    READ_BACK = "read_back"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NEEDS_VISIT = "needs_visit"


class Event(StrEnum):
    """What happens to an order."""

    ASK_SIGNATURE = "ask_signature"
    SIGN = "sign"  # the identity is checked, and the person has asked
    CHECK_RIGHT = "check_right"  # the person has the right to it
    REFUSE = "refuse"  # there is no right, or it has ended meanwhile
    SEND = "send"  # a command has gone to the head-end
    ACKNOWLEDGE = "acknowledge"  # the head-end says that it is done
    CONFIRM = "confirm"  # the meter was read back, or the visit is done
    FAIL = "fail"
    CALL_VISIT = "call_visit"
    CANCEL = "cancel"
    EXPIRE = "expire"


# fmt: off
STEPS: dict[tuple[State, Event], State] = {
    (State.DRAFT, Event.ASK_SIGNATURE): State.AWAITING_SIGNATURE,
    (State.DRAFT, Event.SIGN): State.SIGNED,  # at the desk, on the phone, by letter: nothing to wait for
    (State.DRAFT, Event.CANCEL): State.CANCELLED,
    (State.DRAFT, Event.EXPIRE): State.EXPIRED,
    (State.AWAITING_SIGNATURE, Event.SIGN): State.SIGNED,
    (State.AWAITING_SIGNATURE, Event.CANCEL): State.CANCELLED,
    (State.AWAITING_SIGNATURE, Event.EXPIRE): State.EXPIRED,
    (State.SIGNED, Event.CHECK_RIGHT): State.RIGHT_CHECKED,
    (State.SIGNED, Event.REFUSE): State.REFUSED,
    (State.RIGHT_CHECKED, Event.SEND): State.SENT,
    (State.RIGHT_CHECKED, Event.CONFIRM): State.READ_BACK,  # the port is as it was asked for already
    (State.RIGHT_CHECKED, Event.CALL_VISIT): State.NEEDS_VISIT,
    (State.RIGHT_CHECKED, Event.REFUSE): State.REFUSED,
    (State.RIGHT_CHECKED, Event.CANCEL): State.CANCELLED,
    (State.SENT, Event.SEND): State.SENT,  # once more, after an answer that never came
    (State.SENT, Event.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.SENT, Event.CONFIRM): State.READ_BACK,
    (State.SENT, Event.FAIL): State.FAILED,
    (State.SENT, Event.CALL_VISIT): State.NEEDS_VISIT,
    (State.SENT, Event.REFUSE): State.REFUSED,
    (State.SENT, Event.CANCEL): State.CANCELLED,
    (State.ACKNOWLEDGED, Event.SEND): State.SENT,  # the meter says otherwise
    (State.ACKNOWLEDGED, Event.CONFIRM): State.READ_BACK,
    (State.ACKNOWLEDGED, Event.FAIL): State.FAILED,
    (State.ACKNOWLEDGED, Event.CALL_VISIT): State.NEEDS_VISIT,
    (State.ACKNOWLEDGED, Event.REFUSE): State.REFUSED,
    (State.ACKNOWLEDGED, Event.CANCEL): State.CANCELLED,
    (State.FAILED, Event.SEND): State.SENT,
    (State.FAILED, Event.CONFIRM): State.READ_BACK,
    (State.FAILED, Event.CALL_VISIT): State.NEEDS_VISIT,
    (State.FAILED, Event.REFUSE): State.REFUSED,
    (State.FAILED, Event.CANCEL): State.CANCELLED,
    (State.NEEDS_VISIT, Event.SEND): State.SENT,
    (State.NEEDS_VISIT, Event.CONFIRM): State.READ_BACK,
    (State.NEEDS_VISIT, Event.FAIL): State.FAILED,
    (State.NEEDS_VISIT, Event.REFUSE): State.REFUSED,
    (State.NEEDS_VISIT, Event.CANCEL): State.CANCELLED,
}
# fmt: on

ENDED = frozenset({State.READ_BACK, State.REFUSED, State.CANCELLED, State.EXPIRED})
# In these an order to open is a request that stands, unless it is withdrawn.
STANDING = frozenset(
    {State.RIGHT_CHECKED, State.SENT, State.ACKNOWLEDGED, State.READ_BACK, State.FAILED, State.NEEDS_VISIT}
)


class ImpossibleStep(HanportError):
    """The event cannot happen to an order in that state. Nothing has changed."""


def step(state: State, event: Event) -> State:
    """The state after the event. Raises ImpossibleStep."""
    try:
        return STEPS[state, event]
    except KeyError:
        raise ImpossibleStep(
            f"An order that is {state.value.replace('_', ' ')} cannot {event.value.replace('_', ' ')}.",
            "Look at the order as it stands now.",
        ) from None


def can(state: State, event: Event) -> bool:
    """Whether the event is possible."""
    return (state, event) in STEPS
