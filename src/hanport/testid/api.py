"""The relying parties' API, version 6.0: JSON by POST below `/rp/v6.0/`, to whoever has shown a certificate.

That is asked for by TLS itself: a caller without one never gets as far as a request.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from hanport.clock import Clock
from hanport.serving import CLOSING
from hanport.testid.book import AlreadyInProgress, Book, NoSuchOrder, TooMany
from hanport.testid.faults import Call, Fault, Faults
from hanport.testid.orders import Order, State
from hanport.testid.requests import LONGEST_BODY, Invalid, read_ref, read_wanted

ROOT = "/rp/v6.0"
_JSON = "application/json"
_RATE = {"RateLimit-Limit": "100", "RateLimit-Remaining": "0", "RateLimit-Reset": "10"}
# Errors that happen instead of a call: status, error code, details.
_ERRORS: Mapping[Fault, tuple[int, str, str]] = {
    Fault.ALREADY_IN_PROGRESS: (400, "alreadyInProgress", "Order already in progress for the person"),
    Fault.INVALID_PARAMETERS: (400, "invalidParameters", "Invalid parameter"),
    Fault.CANCELLED: (400, "cancelled", "Order was cancelled"),
    Fault.UNAUTHORIZED: (401, "unauthorized", "Relying party is not authorized"),
    Fault.FORBIDDEN: (403, "unauthorized", "Relying party is not authorized"),
    Fault.NOT_FOUND: (404, "notFound", "No such resource"),
    Fault.METHOD_NOT_ALLOWED: (405, "", ""),
    Fault.REQUEST_TIMEOUT: (408, "requestTimeout", "The request took too long"),
    Fault.UNSUPPORTED_MEDIA_TYPE: (415, "unsupportedMediaType", "Send application/json without charset"),
    Fault.TOO_MANY_REQUESTS: (429, "tooManyRequests", "Too many requests"),
    Fault.INTERNAL_ERROR: (500, "internalError", "Internal error"),
    Fault.MAINTENANCE: (503, "maintenance", "The service is down for maintenance"),
    Fault.MAINTENANCE_CAPITAL: (503, "Maintenance", "The service is down for maintenance"),
    Fault.UNKNOWN_ERROR: (400, "moonInWrongPhase", "An error code that nobody knows"),
}


class _Cut(Response):
    """Begins, and breaks off: the caller sees a connection that was lost."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"order', "more_body": True})


@dataclass(frozen=True, slots=True)
class Api:
    """Answers the calls."""

    book: Book
    faults: Faults
    clock: Clock

    def application(self) -> Starlette:
        """The ASGI application."""
        opening = (Call.AUTH, Call.SIGN, Call.PHONE_AUTH, Call.PHONE_SIGN)
        routes: list[BaseRoute] = [self._route(call, partial(self._open, call)) for call in opening]
        routes += [self._route(Call.COLLECT, self._collect), self._route(Call.CANCEL, self._cancel)]
        app = Starlette(routes=routes, exception_handlers={HTTPException: _refused})
        app.router.redirect_slashes = False
        return app

    def _route(self, call: Call, carry_out: Callable[[bytes], Mapping[str, Any]]) -> Route:
        async def serve(request: Request) -> Response:
            for fault, error in _ERRORS.items():
                if self.faults.strike(fault, call):
                    return _error(*error)
            if request.headers.get("content-type", "").strip().lower() != _JSON:
                return _error(*_ERRORS[Fault.UNSUPPORTED_MEDIA_TYPE])
            try:
                answer = carry_out(await _body(request))
            except ClientDisconnect:
                return Response(status_code=400)
            except Invalid as wrong:
                return _error(400, "invalidParameters", f"Invalid parameter: {wrong}")
            except NoSuchOrder:
                return _error(400, "invalidParameters", "No such order")
            except AlreadyInProgress:
                return _error(*_ERRORS[Fault.ALREADY_IN_PROGRESS])
            except TooMany:
                return _error(*_ERRORS[Fault.TOO_MANY_REQUESTS])
            return await self._spoiled(request, call, answer)

        return Route(f"{ROOT}/{call}", serve, methods=["POST"])

    def _open(self, call: Call, body: bytes) -> Mapping[str, Any]:
        tokens = self.book.open(read_wanted(call, body)).tokens
        answer = {"orderRef": tokens.ref}
        if call in (Call.AUTH, Call.SIGN):
            answer |= {"autoStartToken": tokens.autostart, "qrStartToken": tokens.qr, "qrStartSecret": tokens.secret}
        return answer

    def _collect(self, body: bytes) -> Mapping[str, Any]:
        order = self.book.collect(read_ref(body))
        if self.faults.strike(Fault.UNKNOWN_STATUS, Call.COLLECT):
            return {"orderRef": order.tokens.ref, "status": "meditating", "hintCode": "insideOut"}
        answer: dict[str, Any] = {"orderRef": order.tokens.ref, "status": _status(order)}
        if order.state is State.COMPLETE:
            answer["completionData"] = order.completion
        else:
            answer["hintCode"] = order.hint or self._pending_hint(order)
        if order.wanted.is_call:
            answer["callInitiator"] = order.wanted.initiator
        return answer

    def _pending_hint(self, order: Order) -> str:
        if self.faults.strike(Fault.UNKNOWN_HINT, Call.COLLECT):
            return "userJuggling"
        if self.faults.strike(Fault.NO_CLIENT, Call.COLLECT):
            return "noClient"
        return order.state

    def _cancel(self, body: bytes) -> Mapping[str, Any]:
        self.book.withdraw(read_ref(body))
        return {}

    async def _spoiled(self, request: Request, call: Call, answer: Mapping[str, Any]) -> Response:
        """The answer, or what a fault makes of it."""
        if slow := self.faults.strike(Fault.SLOW, call):
            await self._wait(request, slow.seconds)
        spoiled: Mapping[Fault, Callable[[], Response]] = {
            Fault.CUT: _Cut,
            Fault.WRONG_JSON: lambda: Response('{"orderRef": "12', media_type=_JSON),
            Fault.MISSING_FIELDS: lambda: Response("{}", media_type=_JSON),
            Fault.WRONG_TYPE: lambda: Response("<h1>Welcome</h1>", headers={"content-type": "text/html"}),
            Fault.EMPTY: lambda: Response("", media_type=_JSON),
        }
        for fault, make in spoiled.items():
            if self.faults.strike(fault, call):
                return make()
        return _answer(200, answer)

    async def _wait(self, request: Request, seconds: float) -> None:
        """Until then, or until the service stops."""
        closing: asyncio.Event = request.scope[CLOSING]
        waits = [asyncio.create_task(self.clock.sleep(seconds)), asyncio.create_task(closing.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()


def _status(order: Order) -> str:
    return "pending" if order.is_pending else "complete" if order.state is State.COMPLETE else "failed"


async def _body(request: Request) -> bytes:
    """The body. Raises Invalid where it is longer than any request may be."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            raise Invalid("the body is too long")
    return body


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = _error(*(_ERRORS[Fault.METHOD_NOT_ALLOWED if error.status_code == 405 else Fault.NOT_FOUND]))
    answer.headers.update(error.headers or {})
    return answer


def _error(status: int, code: str, details: str) -> Response:
    if not code:
        return Response(status_code=status)
    answer = _answer(status, {"errorCode": code, "details": details})
    if status == 429:
        answer.headers.update(_RATE)
    return answer


def _answer(status: int, value: object) -> Response:
    return Response(json.dumps(value, ensure_ascii=False).encode(), status, media_type=_JSON)
