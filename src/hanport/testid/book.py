"""The orders that the service knows, none longer than BankID would."""

import hmac
from collections.abc import Callable, Iterator
from hashlib import sha256
from secrets import token_urlsafe
from uuid import uuid4

from hanport.clock import Clock
from hanport.testid.orders import Event, Order, State, Tokens, Wanted

MOST_ORDERS = 10_000
# How old a QR code may be, and how far ahead of us whoever shows it may count.
QR_OLDEST_S, QR_AHEAD_S = 10, 2
_QR_PARTS, _LONGEST_QR = 4, 300


class AlreadyInProgress(Exception):
    """The same person has an order that is pending: both are ended."""


class NoSuchOrder(Exception):
    """There is none, or it was collected, or is too old."""


class TooMany(Exception):
    """The book is full."""


class BadCode(Exception):
    """A text is no QR code of ours ("unknown"), or not of this moment ("stale")."""


class Book:
    """All orders, so many at `most`. Whatever is asked of it, it first lets the time pass for all of them."""

    def __init__(self, clock: Clock, most: int = MOST_ORDERS) -> None:
        self._clock = clock
        self._most = most
        self._orders: dict[str, Order] = {}

    def open(self, wanted: Wanted) -> Order:
        """A new order. Raises AlreadyInProgress or TooMany."""
        self._let_time_pass()
        if wanted.number and (before := list(self._pending_of(wanted.number))):
            for order in before:
                order.step(Event.REPLACE, self._clock.monotonic())
            raise AlreadyInProgress
        if len(self._orders) >= self._most:
            raise TooMany
        tokens = Tokens(ref=str(uuid4()), autostart=str(uuid4()), qr=str(uuid4()), secret=str(uuid4()))
        order = Order(wanted=wanted, tokens=tokens, made_at=self._clock.monotonic())
        self._orders[tokens.ref] = order
        return order

    def collect(self, ref: str) -> Order:
        """An order, for the relying party: when it has ended, for the last time. Raises NoSuchOrder."""
        order = self._find(lambda each: each.tokens.ref == ref and not each.is_told)
        order.is_told = not order.is_pending
        return order

    def withdraw(self, ref: str) -> None:
        """End a pending order for the relying party. Nothing more is told of it. Raises NoSuchOrder."""
        order = self._find(lambda each: each.tokens.ref == ref and each.is_pending)
        order.step(Event.WITHDRAW, self._clock.monotonic())
        order.is_told = True

    def by_code(self, code: str) -> Order:
        """The order whose moving QR code shows this text now. Raises BadCode."""
        parts = code.strip().split(".")
        if len(code) > _LONGEST_QR or len(parts) != _QR_PARTS or parts[0] != "bankid":
            raise BadCode("unknown")
        _, token, seconds, shown = parts
        try:
            order = self._find(lambda each: each.tokens.qr == token and not each.wanted.is_call)
        except NoSuchOrder:
            raise BadCode("unknown") from None
        right = hmac.new(order.tokens.secret.encode(), seconds.encode(), sha256).hexdigest()
        if not (seconds.isascii() and seconds.isdecimal() and hmac.compare_digest(right.encode(), shown.encode())):
            raise BadCode("unknown")
        age = self._clock.monotonic() - order.made_at - int(seconds)
        if not -QR_AHEAD_S <= age <= QR_OLDEST_S:
            raise BadCode("stale")
        return order

    def by_autostart(self, token: str) -> Order:
        """The order of a start link. Raises NoSuchOrder."""
        return self._find(lambda each: each.tokens.autostart == token and not each.wanted.is_call)

    def by_number(self, number: str) -> Order:
        """The order that waits for somebody on the phone. Raises NoSuchOrder."""
        return self._find(
            lambda each: each.wanted.is_call and each.wanted.number == number and each.state is State.OUTSTANDING
        )

    def by_claim(self, claim: str) -> Order:
        """The order that a phone has. Raises NoSuchOrder."""
        return self._find(lambda each: bool(claim) and each.claim == claim)

    def claim(self, order: Order, event: Event, address: str) -> None:
        """Give an order to the phone at that address. Raises NotNow where one has it."""
        now = self._clock.monotonic()
        order.step(event, now)
        order.claimed_at, order.address, order.claim = now, address, token_urlsafe(16)

    def pending_of(self, number: str) -> list[Order]:
        """The orders that this person has before them, or that only they may sign."""
        self._let_time_pass()
        return list(self._pending_of(number))

    def orders(self) -> list[Order]:
        """All that are remembered, the oldest first."""
        self._let_time_pass()
        return list(self._orders.values())

    def _pending_of(self, number: str) -> Iterator[Order]:
        for order in self._orders.values():
            theirs = order.wanted.number or (order.person.number if order.person else "")
            if order.is_pending and theirs == number:
                yield order

    def _find(self, fits: Callable[[Order], bool]) -> Order:
        self._let_time_pass()
        for order in self._orders.values():
            if fits(order):
                return order
        raise NoSuchOrder

    def _let_time_pass(self) -> None:
        now = self._clock.monotonic()
        for ref, order in list(self._orders.items()):
            if order.is_pending and (left_s := order.left_s(now)) <= 0:
                is_late_start = order.state is State.OUTSTANDING and not order.wanted.is_call
                order.step(Event.NOT_STARTED if is_late_start else Event.EXPIRE, now + left_s)
            if not order.is_pending and order.left_s(now) <= 0:
                del self._orders[ref]
