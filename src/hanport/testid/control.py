"""The phone without a browser, and the faults, as JSON over HTTP: for tests and for demonstrations.

It is local and without a password: it answers only requests that name it by an IP address or as localhost, and none
that a page of another site sends. Bad input is answered with 400 or 422 and `{"error": …, "remedy": …}`.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from hanport.json_control import body_of, route
from hanport.planned_faults import USUAL_S
from hanport.testid.book import Book
from hanport.testid.faults import SUMMARIES, Faults, Plan
from hanport.testid.orders import Event, Order, State
from hanport.testid.people import BY_NUMBER, PEOPLE, Kind, Person
from hanport.testid.phone import Phone, Refused, suitable
from hanport.web.security import is_own_host, is_own_origin

ROOT = "/control"


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a phone does: take an order up by one of the first four, and go as far as `do` says.

    `order` is the claim that an earlier move was answered with. `person` is one of the test numbers, `address` where
    the phone is (else where the request comes from), `kind` where the BankID is kept (else the first that suits).
    """

    scan: str = ""
    autostart: str = ""
    call: str = ""
    order: str = ""
    person: str = ""
    kind: Kind | None = None
    address: Annotated[str, msgspec.Meta(max_length=45)] = ""
    do: Literal["start", "choose", "sign", "cancel", "decline", "expire", "blocked"] = "sign"


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault to put to work: in one call or all, so many times (null: until it is taken away)."""

    name: str
    call: str | None = None
    times: Annotated[int, msgspec.Meta(ge=1, le=999_999)] | None = None
    seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = USUAL_S


class Standing(msgspec.Struct, frozen=True):
    """How an order stands. `hint` says why it failed; `left_s` is until it ends or is forgotten."""

    order: str
    call: str
    state: State
    hint: str
    person: str
    return_url: str


_ENDS = {
    "cancel": Event.CANCEL,
    "decline": Event.DECLINE_CALL,
    "expire": Event.EXPIRE,
    "blocked": Event.BLOCKED,
}


class Control:
    """Answers them."""

    def __init__(self, phone: Phone, book: Book, faults: Faults) -> None:
        self._phone = phone
        self._book = book
        self._faults = faults

    def application(self) -> Starlette:
        """The ASGI application, below `ROOT`."""
        routes = [
            _route("POST", "/phone", self.phone),
            _route("GET", "/state", self.state),
            _route("GET", "/faults", self.faults),
            _route("POST", "/faults", self.add_fault),
            _route("DELETE", "/faults", self.clear_faults),
            _route("DELETE", "/faults/{name}", self.remove_fault),
        ]
        return Starlette(routes=routes)

    async def phone(self, request: Request) -> object:
        """A move of a phone, and how its order stands after it."""
        move = await body_of(request, Move)
        order = self._take_up(move, move.address or (request.client.host if request.client else ""))
        if move.do in _ENDS:
            self._phone.do(order, _ENDS[move.do])
        elif move.do != "start":
            await self._go_on(order, move)
        return _standing(order)

    def _take_up(self, move: Move, address: str) -> Order:
        ways: list[tuple[str, Callable[[], Order]]] = [
            (move.scan, lambda: self._phone.scan(move.scan, address)),
            (move.autostart, lambda: self._phone.start(move.autostart, address)),
            (move.call, lambda: self._phone.answer(move.call, address)),
            (move.order, lambda: self._phone.order(move.order)),
        ]
        given = [take_up for text, take_up in ways if text]
        if len(given) != 1:
            raise HTTPException(422, "Give one of scan, autostart, call and order.")
        if move.do in ("choose", "sign") and (move.scan or move.autostart):
            _person(move)  # who nobody signs for is not taken up either
        return given[0]()

    async def _go_on(self, order: Order, move: Move) -> None:
        """Up to the text that is asked for, and where `do` says so to the signature."""
        if order.state is State.STARTED:
            kinds = suitable(order.wanted)
            self._phone.choose(order, _person(move), move.kind or (kinds[0] if kinds else Kind.MOBILE))
        if order.state is State.CALL:
            self._phone.do(order, Event.CONFIRM_CALL)
        if order.state is State.DOCUMENT:
            self._phone.do(order, Event.READ_DOCUMENT)
        if move.do == "sign" and order.is_pending:
            await self._phone.sign(order)

    async def state(self, request: Request) -> object:
        """The people, and the orders that are remembered."""
        people = [{"name": person.name, "number": person.number} for person in PEOPLE]
        return {"people": people, "orders": [_standing(order) for order in self._book.orders()]}

    async def faults(self, request: Request) -> object:
        """The faults there are, and those at work."""
        planned = [
            {"fault": each.fault, "call": each.place, "times": each.times, "seconds": each.seconds}
            for each in self._faults.plans
        ]
        return {"known": SUMMARIES, "planned": planned}

    async def add_fault(self, request: Request) -> object:
        """Put one to work."""
        wanted = await body_of(request, FaultPlan)
        call = Plan.placed(wanted.call) if wanted.call else None
        self._faults.add(Plan(Plan.named(wanted.name), call, wanted.times, wanted.seconds))
        return await self.faults(request)

    async def clear_faults(self, request: Request) -> object:
        """Take all away."""
        self._faults.clear()
        return await self.faults(request)

    async def remove_fault(self, request: Request) -> object:
        """Take one away."""
        self._faults.remove(Plan.named(request.path_params["name"]))
        return await self.faults(request)


def _person(move: Move) -> Person:
    person = BY_NUMBER.get(move.person)
    if person is None:
        raise Refused("no-person")
    return person


def _standing(order: Order) -> Standing:
    return Standing(
        order=order.claim,
        call=order.wanted.call,
        state=order.state,
        hint=order.hint,
        person=order.person.name if order.person else "",
        return_url=order.wanted.return_url if order.is_here else "",
    )


def _route(method: str, path: str, handle: Callable[[Request], Awaitable[object]]) -> Route:
    return route((method, ROOT + path), handle, guard=_check_sender, compare="the page of the test identity service")


def _check_sender(request: Request) -> None:
    headers = request.headers
    is_page = "origin" in headers or "sec-fetch-site" in headers
    if not is_own_host(headers.get("host", ""), frozenset({"localhost"})) or (is_page and not is_own_origin(headers)):
        raise HTTPException(403, "The control is for this machine's own programs and pages.")
