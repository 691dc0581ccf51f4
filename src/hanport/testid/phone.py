"""What people do with their phones: take an order up, choose a BankID, sign or not. Page and control do it by this."""

import asyncio
from collections.abc import Callable

from hanport.clock import Clock
from hanport.errors import HanportError
from hanport.testid.book import BadCode, Book, NoSuchOrder
from hanport.testid.completion import Completions
from hanport.testid.faults import Fault, Faults
from hanport.testid.orders import Event, NotNow, Order, State, Wanted
from hanport.testid.people import BY_NUMBER, Kind, Person, is_among

# What the app would stop an order for, before anything is signed.
_STOPS = {
    Fault.NOT_SUPPORTED: Event.NOT_SUPPORTED,
    Fault.RISK_BLOCKED: Event.RISK,
    Fault.UNKNOWN_FAILURE: Event.UNKNOWN,
}
# Why the phone does not do what it is told. The page has a text of its own for each.
_REMEDIES = {
    "unknown": ("That is no code of this service.", "Copy the whole text that the QR code has now."),
    "stale": ("The code is too old.", "Take the one that is shown now: it changes every second."),
    "used": ("The order is open on a phone already.", "Begin again where you came from."),
    "gone": ("The order is over.", "Begin again where you came from."),
    "nobody-calls": ("No order waits for this person.", "Begin it where the call is made."),
    "no-person": ("There is no such test person.", "Take one of the list."),
    "unsuitable": ("The service does not take BankIDs of this kind.", "Choose another kind."),
    "not-now": ("That cannot be done with the order now.", "Look how it stands."),
}


def suitable(wanted: Wanted) -> list[Kind]:
    """The kinds of BankID that an order takes, the most usual first."""
    return [
        kind
        for kind in Kind
        if (not wanted.policies or is_among(kind, wanted.policies)) and (kind is Kind.CARD or not wanted.needs_card)
    ]


class Refused(HanportError):
    """The phone cannot do that. `reason` is one of the words above."""

    def __init__(self, reason: str) -> None:
        super().__init__(*_REMEDIES[reason])
        self.reason = reason


class Phone:
    """All phones: whoever has an order's claim acts for it."""

    def __init__(self, book: Book, completions: Completions, faults: Faults, clock: Clock) -> None:
        self._book = book
        self._completions = completions
        self._faults = faults
        self._clock = clock

    def scan(self, code: str, address: str) -> Order:
        """Take up the order whose QR code shows this text. Raises Refused."""
        try:
            order = self._book.by_code(code)
        except BadCode as bad:
            raise Refused(str(bad)) from None
        return self._taken_up(order, Event.PICK_UP, address)

    def start(self, token: str, address: str) -> Order:
        """Take up an order by its start link, on the device that shows the link. Raises Refused."""
        order = self._found(lambda: self._book.by_autostart(token), "gone")
        self._taken_up(order, Event.PICK_UP, address)
        order.is_here = True
        return order

    def answer(self, number: str, address: str) -> Order:
        """Take up the order that waits for this person on the phone. Raises Refused."""
        person = BY_NUMBER.get(number)
        if person is None:
            raise Refused("no-person")
        order = self._found(lambda: self._book.by_number(number), "nobody-calls")
        kinds = suitable(order.wanted)
        if not kinds:
            raise Refused("unsuitable")
        order.person, order.kind = person, kinds[0]
        return self._taken_up(order, Event.PICK_UP_CALL, address)

    def order(self, claim: str) -> Order:
        """The order that a phone has. Raises Refused."""
        return self._found(lambda: self._book.by_claim(claim), "gone")

    def choose(self, order: Order, person: Person, kind: Kind) -> None:
        """Take a person's BankID of one kind. Another order before the same person is ended. Raises Refused."""
        wanted = order.wanted
        if kind not in suitable(wanted):
            raise Refused("unsuitable")
        if wanted.number and wanted.number != person.number:
            self.do(order, Event.OTHER_PERSON)
            return
        others = [each for each in self._book.pending_of(person.number) if each is not order]
        self.do(order, Event.CHOOSE_WITH_DOCUMENT if wanted.needs_document else Event.CHOOSE)
        order.person, order.kind = person, kind
        for other in others:
            self.do(other, Event.REPLACE)

    def do(self, order: Order, event: Event) -> None:
        """Whatever needs nothing but the order. Raises Refused."""
        try:
            order.step(event, self._clock.monotonic())
        except NotNow:
            raise Refused("not-now") from None

    async def sign(self, order: Order) -> None:
        """Give the security code. Raises Refused."""
        person = order.person
        if order.state is not State.SIGN or person is None:
            raise Refused("not-now")
        for fault, event in _STOPS.items():
            if self._faults.strike(fault, order.wanted.call):
                self.do(order, event)
                return
        completion = await asyncio.to_thread(self._completions.make, order, person)
        self.do(self.order(order.claim), Event.SIGN)  # it may have run out of time meanwhile
        order.completion = completion

    def _taken_up(self, order: Order, event: Event, address: str) -> Order:
        try:
            self._book.claim(order, event, address)
        except NotNow:
            raise Refused("used" if order.is_pending else "gone") from None
        return order

    def _found(self, find: Callable[[], Order], otherwise: str) -> Order:
        try:
            return find()
        except NoSuchOrder:
            raise Refused(otherwise) from None
