"""What stands before every page: whose request it may be, how large, and what a browser may do with the answer.

Pure ASGI, since answers are streamed. Three attacks are met here. A page of another site sends a form to ours, with
our cookie (CSRF): an unsafe method needs proof of its origin. A name of another site is made to point at our address
(DNS rebinding): names are refused that are not ours. A page of ours shows what it did not write: it may load and run
nothing but our own files.
"""

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Pico's marks of ticks and selects are data: images.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: with that, browsers say `Origin: null` in forms of our own (Fetch standard, 3.2.5).
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), serial=(), interest-cohort=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # Whatever may be kept says so itself.
    "cache-control": "no-store",
}
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_STRICT_TRANSPORT = "max-age=31536000"
# In the scope of each request: the headers that its answer is given, for answers that pass by the guard.
HEADERS = "hanport.headers"

Refuse = Callable[[Request, int, str], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`hosts` are the names (without port) that browsers may use; addresses always may. `refuse` makes the page that
    says no: request, status, and why (`host`, `origin` or `size`). `large` are paths that take `large_limit` bytes.
    `camera` says whether pages of the site may ask for the camera. `is_secure`: browsers reach the site over TLS, that
    of a proxy in front; then everything behind the guard takes the request for one by https. `subdomains`: names below
    that of the site are held to TLS with it.
    """

    hosts: Callable[[], frozenset[str]]
    refuse: Refuse
    body_limit: int = 64 * 1024
    large: frozenset[str] = frozenset()
    large_limit: int = 64 * 1024 * 1024
    camera: bool = False
    is_secure: bool = False
    subdomains: bool = False


def security_headers(scheme: str, *, camera: bool = False, subdomains: bool = False) -> dict[str, str]:
    """The headers of every answer that does not say otherwise. HSTS only where TLS is spoken, or the hub could never go
    back to http.
    """
    strict = _STRICT_TRANSPORT + ("; includeSubDomains" if subdomains else "")
    headers = _HEADERS | ({"strict-transport-security": strict} if scheme == "https" else {})
    if camera:
        headers["permissions-policy"] = headers["permissions-policy"].replace("camera=()", "camera=(self)")
    return headers


class Guard:
    """The middleware."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # no page of ours speaks WebSocket: it would pass by the check of origins
        if self._policy.is_secure:
            scope["scheme"] = "https"
        guarding = security_headers(scope["scheme"], camera=self._policy.camera, subdomains=self._policy.subdomains)
        scope[HEADERS] = guarding

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in guarding.items():
                    headers.setdefault(name, value)
            await send(message)

        request = Request(scope)
        reason = self._refusal(request)
        if reason is not None:
            status = {"size": 413, "host": 421, "origin": 403}[reason]
            response = await self._policy.refuse(request, status, reason)
            await response(scope, receive, send_guarded)
            return
        await self._app(scope, _bounded(receive, self._limit(request)), send_guarded)

    def _limit(self, request: Request) -> int:
        return self._policy.large_limit if request.url.path in self._policy.large else self._policy.body_limit

    def _refusal(self, request: Request) -> str | None:
        if not is_own_host(request.headers.get("host", ""), self._policy.hosts()):
            return "host"
        if request.method not in SAFE_METHODS and not is_own_origin(request.headers):
            return "origin"
        length = request.headers.get("content-length", "0")
        return "size" if not length.isdecimal() or int(length[:18]) > self._limit(request) else None


class TooLarge(Exception):
    """The body grows over its limit while it is read. The app answers 413."""


def _bounded(receive: Receive, limit: int) -> Receive:
    """A body that was sent in pieces, without its length, is counted as it comes."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLarge
        return message

    return bounded


def is_own_host(host: str, names: frozenset[str]) -> bool:
    """Whether a Host header is ours. An address cannot be rebound: only names can point elsewhere than they should."""
    if host.startswith("["):
        return _is_address(host[1:].partition("]")[0])
    name = host.partition(":")[0].rstrip(".").lower()
    return name in names or _is_address(name)


def is_own_origin(headers: Headers) -> bool:
    """Whether a browser says that the request comes from a page of the same host and port.

    `Sec-Fetch-Site` is sent on https and localhost alone, `Origin` with every form and fetch that changes something.
    Neither: no browser of the last years, or none at all; what has no session can do without such requests, and what
    has one is refused. The scheme of `Origin` is not compared: a proxy in front may speak TLS.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return site is not None
    scheme, _, authority = origin.partition("://")
    return scheme in _DEFAULT_PORTS and _named(authority, scheme) == _named(headers.get("host", ""), scheme)


def _named(authority: str, scheme: str) -> str:
    return authority.lower().removesuffix(_DEFAULT_PORTS[scheme])


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
