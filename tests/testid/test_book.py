"""What is remembered of orders, how long, and which QR codes are taken."""

from datetime import UTC, datetime

import pytest

from hanport.clock import ManualClock
from hanport.testid.book import AlreadyInProgress, BadCode, Book, NoSuchOrder, TooMany
from hanport.testid.faults import Call
from hanport.testid.orders import Event, NotNow, Order, State, Tokens, Wanted
from testid.scene import ASTRID, TOLVAN, code_of

SIGN = Wanted(call=Call.SIGN)
CALL = Wanted(call=Call.PHONE_SIGN, number=TOLVAN, initiator="RP")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))


@pytest.fixture
def book(clock: ManualClock) -> Book:
    return Book(clock)


def code(order: Order, seconds: int) -> str:
    return code_of({"qrStartToken": order.tokens.qr, "qrStartSecret": order.tokens.secret}, seconds)


# As BankID's own sample code has them.
KNOWN = Tokens(
    ref="r",
    autostart="a",
    qr="67df3917-fa0d-44e5-b327-edcc928297f8",
    secret="d28db9a7-4cde-429e-a983-359be676944c",
)
VECTORS = [
    "dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8",
    "949d559bf23403952a94d103e67743126381eda00f0b3cbddbf7c96b1adcbce2",
    "a9e5ec59cb4eee4ef4117150abc58fad7a85439a6a96ccbecc3668b41795b3f3",
]


@pytest.mark.parametrize("seconds", range(3))
def test_the_code_of_the_known_answers(book: Book, seconds: int) -> None:
    order = book.open(SIGN)
    order.tokens = KNOWN
    assert book.by_code(f"bankid.{KNOWN.qr}.{seconds}.{VECTORS[seconds]}") is order
    with pytest.raises(BadCode, match="unknown"):
        book.by_code(f"bankid.{KNOWN.qr}.{seconds + 1}.{VECTORS[seconds]}")


async def test_a_code_is_taken_while_it_is_fresh(book: Book, clock: ManualClock) -> None:
    order = book.open(SIGN)
    await clock.advance(20)
    for seconds in (10, 15, 20, 22):
        assert book.by_code(code(order, seconds)) is order
    for seconds in (0, 9, 23, 10**50):
        with pytest.raises(BadCode, match="stale"):
            book.by_code(code(order, seconds))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "bankid",
        "bankid.x.0.y",
        "bankid.{token}.0",
        "bankid.{token}.0.{hmac}.more",
        "bankid.{token}.0.{hmac}0",
        "bankid.{token}.1.{hmac}",
        "bankid.{token}.-0.{hmac}",
        "bankid.{token}..{hmac}",
        "other.{token}.0.{hmac}",
        "bankid.{token}.0.é",
        "x" * 400,
    ],
)
def test_what_is_no_code(book: Book, wrong: str) -> None:
    order = book.open(SIGN)
    right = code(order, 0)
    assert book.by_code(f"  {right}\n") is order
    with pytest.raises(BadCode, match="unknown"):
        book.by_code(wrong.format(token=order.tokens.qr, hmac=right.rpartition(".")[2]))


def test_an_order_for_the_phone_has_neither_code_nor_link(book: Book) -> None:
    order = book.open(CALL)
    with pytest.raises(BadCode):
        book.by_code(code(order, 0))
    with pytest.raises(NoSuchOrder):
        book.by_autostart(order.tokens.autostart)
    assert book.by_number(TOLVAN) is order
    with pytest.raises(NoSuchOrder):
        book.by_number(ASTRID)


async def test_no_app_within_thirty_seconds(book: Book, clock: ManualClock) -> None:
    order = book.open(SIGN)
    await clock.advance(29.9)
    assert book.collect(order.tokens.ref).is_pending
    await clock.advance(0.1)
    assert (book.collect(order.tokens.ref).state, order.hint) == (State.FAILED, "startFailed")
    assert order.ended_at == clock.monotonic()


async def test_nobody_answers_the_phone(book: Book, clock: ManualClock) -> None:
    order = book.open(CALL)
    await clock.advance(189)
    assert book.collect(order.tokens.ref).is_pending
    await clock.advance(1)
    assert book.collect(order.tokens.ref).hint == "expiredTransaction"


async def test_nobody_signs(book: Book, clock: ManualClock) -> None:
    order = book.open(SIGN)
    await clock.advance(20)
    book.claim(order, Event.PICK_UP, "192.0.2.1")
    await clock.advance(179)
    assert book.collect(order.tokens.ref).state is State.STARTED
    await clock.advance(1)
    assert book.collect(order.tokens.ref).hint == "expiredTransaction"


async def test_an_end_is_told_once(book: Book, clock: ManualClock) -> None:
    order = book.open(SIGN)
    for _ in range(3):
        assert book.collect(order.tokens.ref) is order
    order.step(Event.CANCEL, clock.monotonic())
    assert book.collect(order.tokens.ref) is order
    with pytest.raises(NoSuchOrder):
        book.collect(order.tokens.ref)


async def test_an_end_that_nobody_collects_is_forgotten(book: Book, clock: ManualClock) -> None:
    failed, complete = book.open(SIGN), book.open(SIGN)
    failed.step(Event.CANCEL, clock.monotonic())
    for event in (Event.PICK_UP, Event.CHOOSE, Event.SIGN):
        complete.step(event, clock.monotonic())
    await clock.advance(179)
    assert book.orders() == [failed, complete]
    await clock.advance(1)
    assert book.orders() == [failed]
    await clock.advance(119)
    assert book.orders() == [failed]
    await clock.advance(1)
    assert book.orders() == []
    with pytest.raises(NoSuchOrder):
        book.collect(failed.tokens.ref)


async def test_what_ran_out_long_ago_is_forgotten_when_it_is_next_looked_for(book: Book, clock: ManualClock) -> None:
    book.open(SIGN)
    await clock.advance(30 + 299)
    assert [order.hint for order in book.orders()] == ["startFailed"]
    await clock.advance(1)
    assert book.orders() == []


def test_a_second_order_of_the_same_person_ends_both(book: Book) -> None:
    theirs = Wanted(call=Call.SIGN, number=TOLVAN)
    first, other = book.open(theirs), book.open(Wanted(call=Call.SIGN, number=ASTRID))
    with pytest.raises(AlreadyInProgress):
        book.open(CALL)
    assert (first.state, first.hint) == (State.FAILED, "cancelled")
    assert other.is_pending
    assert book.open(CALL).is_pending


def test_a_withdrawn_order_is_not_spoken_of_again(book: Book) -> None:
    order = book.open(SIGN)
    book.withdraw(order.tokens.ref)
    assert order.hint == "cancelled"
    for ask in (book.collect, book.withdraw):
        with pytest.raises(NoSuchOrder):
            ask(order.tokens.ref)


def test_one_phone_has_an_order(book: Book) -> None:
    order, other = book.open(SIGN), book.open(SIGN)
    with pytest.raises(NoSuchOrder):
        book.by_claim("")
    book.claim(order, Event.PICK_UP, "192.0.2.1")
    book.claim(other, Event.PICK_UP, "192.0.2.2")
    assert book.by_claim(order.claim) is order
    assert (order.address, other.address) == ("192.0.2.1", "192.0.2.2")
    claim = order.claim
    with pytest.raises(NotNow):
        book.claim(order, Event.PICK_UP, "198.51.100.1")
    assert (order.claim, order.address) == (claim, "192.0.2.1")


def test_a_full_book(clock: ManualClock) -> None:
    book = Book(clock, most=2)
    book.open(SIGN)
    book.open(SIGN)
    with pytest.raises(TooMany):
        book.open(SIGN)
