"""What stands before every request: its token, the size of its body, the headers of its answer, and a line in the log.

Pure ASGI. A request without a valid token is answered before its body is read. The log names the endpoint, never the
path: a key in it belongs to a customer.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import HTTPException
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hanport.clock import Clock
from hanport.grid.api import access
from hanport.grid.api.problems import Problem, answer, say_database
from hanport.grid.tokens import Token

_LOG = logging.getLogger(__name__)

BODY_LIMIT = 64 * 1024  # bytes
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
_STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`find` knows tokens by their secret (it may block). `free` are paths without a token. `limits` are the longest
    bodies in bytes by the beginning of a path, where they are not `BODY_LIMIT`. `told` is given each answer: method,
    endpoint, status and seconds. `is_secure`: the public address is one of TLS, whoever speaks it.
    """

    find: Callable[[str], Token | None]
    free: frozenset[str]
    limits: Mapping[str, int]
    told: Callable[[str, str, int, float], None]
    clock: Clock
    is_secure: bool


class Boundary:
    """The middleware."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        begun_s = self._policy.clock.monotonic()
        statuses: list[int] = []

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https" or self._policy.is_secure:
                    headers["strict-transport-security"] = _STRICT_TRANSPORT
            await send(message)

        try:
            await self._answer(scope, receive, send_guarded)
        finally:
            self._tell(scope, statuses[0] if statuses else 500, self._policy.clock.monotonic() - begun_s)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit(scope["path"])
        refusal = await self._refusal(scope, limit)
        if refusal is not None:
            await refusal(scope, receive, send)
        else:
            await self._app(scope, _bounded(receive, limit), send)

    async def _refusal(self, scope: Scope, limit: int) -> Response | None:
        headers = Headers(scope=scope)
        if scope["path"] not in self._policy.free:
            try:
                token = await asyncio.to_thread(self._policy.find, access.secret_of(headers))
            except SQLAlchemyError as error:
                return say_database(Request(scope), error)
            if token is None:
                return access.unknown()
            access.admit(scope, token)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:18]) > limit:
            return _too_large(limit)
        return None

    def _limit(self, path: str) -> int:
        return next((limit for begin, limit in self._policy.limits.items() if path.startswith(begin)), BODY_LIMIT)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        endpoint = getattr(scope.get("route"), "path", "other")
        self._policy.told(scope["method"], endpoint, status, seconds)
        token = scope.get("state", {}).get("token")
        facts = {"method": scope["method"], "endpoint": endpoint, "status": status, "ms": round(seconds * 1000, 1)}
        level = logging.WARNING if status in (401, 403) or status >= 500 else logging.INFO
        _LOG.log(level, "request", extra=facts | {"token": token.name if isinstance(token, Token) else ""})


def _too_large(limit: int) -> Response:
    problem = Problem(error=f"The body is longer than {limit:,} bytes.", remedy="Send less at once.", place="body")
    return answer(413, problem)


def _bounded(receive: Receive, limit: int) -> Receive:
    """A body that was sent in pieces, without its length, is counted as it comes."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(413)
        return message

    return bounded
