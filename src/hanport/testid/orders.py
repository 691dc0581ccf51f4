"""The life of an order as one table, with the times that it has for each part.

Hint codes and times as BankID's relying parties know them (docs/testid.md has the sources): 30 s until an app has the
order, 3 min from there to the signature, 3 min 10 s for an order that waits for somebody on the phone; the end of a
completed order can be collected for 3 min, that of a failed one for 5 min.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hanport.testid.faults import Call
from hanport.testid.people import Kind, Person

START_S, CALL_S, FINISH_S = 30.0, 190.0, 180.0
COMPLETE_KEPT_S, FAILED_KEPT_S = 180.0, 300.0


class State(StrEnum):
    """Where an order is. For a pending one, the text is its hint code."""

    OUTSTANDING = "outstandingTransaction"
    STARTED = "started"
    CALL = "userCallConfirm"
    DOCUMENT = "userMrtd"
    SIGN = "userSign"
    COMPLETE = "complete"
    FAILED = "failed"


class Event(StrEnum):
    """What happens to an order."""

    PICK_UP = "pick up"
    PICK_UP_CALL = "pick up during a call"
    CONFIRM_CALL = "confirm the call"
    CHOOSE = "choose a BankID"
    CHOOSE_WITH_DOCUMENT = "choose a BankID where a document is asked for"
    READ_DOCUMENT = "read the document"
    SIGN = "sign"

    CANCEL = "cancel"
    DECLINE_CALL = "decline the call"
    BLOCKED = "use a blocked BankID"
    OTHER_PERSON = "use somebody else's BankID"
    REPLACE = "start another order of the same person"
    WITHDRAW = "cancel by the relying party"
    EXPIRE = "run out of time"
    NOT_STARTED = "run out of time before an app has it"
    NOT_SUPPORTED = "use an app that cannot"
    RISK = "be stopped for its risk"
    UNKNOWN = "fail for no known reason"


STEPS: Mapping[tuple[State, Event], State] = {
    (State.OUTSTANDING, Event.PICK_UP): State.STARTED,
    (State.OUTSTANDING, Event.PICK_UP_CALL): State.CALL,
    (State.CALL, Event.CONFIRM_CALL): State.SIGN,
    (State.STARTED, Event.CHOOSE): State.SIGN,
    (State.STARTED, Event.CHOOSE_WITH_DOCUMENT): State.DOCUMENT,
    (State.DOCUMENT, Event.READ_DOCUMENT): State.SIGN,
    (State.SIGN, Event.SIGN): State.COMPLETE,
}
# What ends an order, wherever it is, and the hint code that is told then.
FAILURES: Mapping[Event, str] = {
    Event.CANCEL: "userCancel",
    Event.DECLINE_CALL: "userDeclinedCall",
    Event.BLOCKED: "certificateErr",
    Event.OTHER_PERSON: "certificateErr",
    Event.REPLACE: "cancelled",
    Event.WITHDRAW: "cancelled",
    Event.EXPIRE: "expiredTransaction",
    Event.NOT_STARTED: "startFailed",
    Event.NOT_SUPPORTED: "notSupportedByUserApp",
    Event.RISK: "transactionRiskBlocked",
    Event.UNKNOWN: "userStumbled",
}
OVER = frozenset({State.COMPLETE, State.FAILED})


class NotNow(Exception):
    """The order is not where that could happen to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the relying party asked for. Texts are in base64, as they came; "" is none, an empty tuple any.

    `number` is the only person who may sign, `risk` whether the risk is to be told.
    """

    call: Call
    visible: str = ""
    is_marked: bool = False
    hidden: str = ""
    number: str = ""
    policies: tuple[str, ...] = ()
    needs_card: bool = False
    needs_pin: bool = False
    needs_document: bool = False
    return_url: str = ""
    risk: bool = False
    initiator: str = ""

    @property
    def is_call(self) -> bool:
        """Whether it is for somebody on the phone."""
        return self.call in (Call.PHONE_AUTH, Call.PHONE_SIGN)

    @property
    def is_to_sign(self) -> bool:
        """Whether a text is signed, rather than somebody identified."""
        return self.call in (Call.SIGN, Call.PHONE_SIGN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What an order is known by: to the relying party, to a start link, to a QR code."""

    ref: str
    autostart: str
    qr: str
    secret: str


@dataclass(slots=True, kw_only=True)
class Order:
    """An order. Times are seconds of the clock that never steps.

    `claim` is what the phone knows it by once it has it, `address` where the phone is, `is_here` whether it was opened
    on the device that shows the relying party's page, `is_told` whether the relying party has been told its end.
    """

    wanted: Wanted
    tokens: Tokens
    made_at: float
    state: State = State.OUTSTANDING
    hint: str = ""
    claimed_at: float = 0.0
    ended_at: float = 0.0
    claim: str = ""
    address: str = ""
    is_here: bool = False
    is_told: bool = False
    person: Person | None = None
    kind: Kind = Kind.MOBILE
    completion: Mapping[str, Any] | None = None

    @property
    def is_pending(self) -> bool:
        """Whether its end is still open."""
        return self.state not in OVER

    def left_s(self, now: float) -> float:
        """How long until it runs out of time, or is forgotten."""
        match self.state:
            case State.OUTSTANDING:
                return self.made_at + (CALL_S if self.wanted.is_call else START_S) - now
            case State.COMPLETE:
                return self.ended_at + COMPLETE_KEPT_S - now
            case State.FAILED:
                return self.ended_at + FAILED_KEPT_S - now
        return self.claimed_at + FINISH_S - now

    def step(self, event: Event, now: float) -> None:
        """Let it happen. Raises NotNow."""
        if self.is_pending and event in FAILURES:
            self.state, self.hint = State.FAILED, FAILURES[event]
        elif (after := STEPS.get((self.state, event))) is not None:
            self.state = after
        else:
            raise NotNow(f"{event} in {self.state}")
        if not self.is_pending:
            self.ended_at = now
