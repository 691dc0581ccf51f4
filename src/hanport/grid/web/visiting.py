"""Who asks: the visitor's address, and the session that the cookie names. Put into the scope before any page.

`scope["session"]` is the `Session` or None, `scope["user"]` the `Person` that pages speak to (None for visitors), and
`scope["address"]` the visitor's address. A request too many from one address is answered 429 here.
"""

import asyncio
import ipaddress
import logging
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hanport.grid.web import sessions
from hanport.grid.web.limits import What
from hanport.grid.web.parts import WebParts
from hanport.grid.web.sessions import Session, Who
from hanport.web.refusals import refusal
from hanport.web.shell import Shell

_LOG = logging.getLogger(__name__)
SESSION_COOKIE = "hanport_grid"
# Loaded with every page: whose session it is makes no difference to them.
_SAME_FOR_ALL = frozenset({"/face.css", "/logo", "/favicon.ico", "/robots.txt"})
_LASTS_S = 24 * 3600  # the database ends sessions earlier


@dataclass(frozen=True, slots=True)
class Person:
    """Who is identified or logged in, as pages need it."""

    name: str
    language: str | None
    who: Who

    @property
    def is_customer(self) -> bool:
        return self.who is Who.CUSTOMER

    @property
    def is_staff(self) -> bool:
        return self.who is Who.STAFF


class Visiting:
    """The middleware."""

    def __init__(self, app: ASGIApp, parts: WebParts, shell: Shell) -> None:
        self._app = app
        self._parts = parts
        self._shell = shell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        address = visitor_address(request, self._parts.config.web.proxies)
        scope.update({"session": None, "user": None, "address": address})
        path = request.url.path
        if not path.startswith("/static/"):
            wait_s = self._parts.limits.take(What.REQUEST, scope["address"])
            if wait_s:
                await too_many(self._shell, request, wait_s)(scope, receive, send)
                return
            if path not in _SAME_FOR_ALL:
                await self._find(request)
        await self._app(scope, receive, send)

    async def _find(self, request: Request) -> None:
        secret = request.cookies.get(cookie_name(request, self._parts), "")
        if not secret or len(secret) > 100:
            return
        found = await asyncio.to_thread(self._session, secret)
        request.scope["session"] = found
        if found is not None and found.who is not Who.VISITOR:
            request.scope["user"] = Person(found.name, found.language, found.who)

    def _session(self, secret: str) -> Session | None:
        at = self._parts.clock.now()
        with self._parts.grid.database.reading() as connection:
            found = sessions.find(connection, self._parts.config.sessions, secret, at)
        if found is not None and sessions.is_to_be_seen(found, at):
            with self._parts.grid.database.writing("customer") as work:
                sessions.seen(work, found.id)
        return found


def session_of(request: Request) -> Session | None:
    """The session, None where the browser has none that runs."""
    found: Session | None = request.scope["session"]
    return found


def address_of(request: Request) -> str:
    """The visitor's address."""
    address: str = request.scope["address"]
    return address


def too_many(shell: Shell, request: Request, wait_s: float) -> Response:
    """The page that asks to wait."""
    _LOG.warning("request refused", extra={"reason": "too_many", "method": request.method})
    minutes = max(1, round(wait_s / 60))
    response = refusal(shell, request, 429, "too_many", minutes=minutes)
    response.headers["retry-after"] = str(max(1, round(wait_s)))
    return response


def give(response: Response, request: Request, parts: WebParts, secret: str) -> Response:
    """Give the browser its session. SameSite=Lax, since BankID's app comes back to us by a link."""
    response.set_cookie(
        cookie_name(request, parts),
        secret,
        max_age=_LASTS_S,
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(request, parts),
    )
    return response


def take_back(response: Response, request: Request, parts: WebParts) -> Response:
    """Take the session from the browser, and tell it to forget what it keeps of our pages."""
    response.delete_cookie(
        cookie_name(request, parts), path="/", httponly=True, samesite="lax", secure=is_secure(request, parts)
    )
    response.headers["clear-site-data"] = '"cache", "storage"'
    return response


def cookie_name(request: Request, parts: WebParts) -> str:
    """With TLS browsers hold a `__Host-` cookie to this very host, path / and Secure (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{SESSION_COOKIE}" if is_secure(request, parts) else SESSION_COOKIE


def is_secure(request: Request, parts: WebParts) -> bool:
    """Whether browsers reach us over TLS: our own, or that of a proxy in front of the public address."""
    return request.url.scheme == "https" or parts.is_secure


def visitor_address(request: Request, proxies: tuple[str, ...]) -> str:
    """The peer's address; behind our own proxies, the last address in X-Forwarded-For that is none of theirs."""
    peer = request.client.host if request.client else ""
    if peer not in proxies:
        return peer
    for each in reversed(request.headers.get("x-forwarded-for", "").split(",")):
        address = each.strip()
        if address and address not in proxies:
            return address if _is_address(address) else peer
    return peer


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
