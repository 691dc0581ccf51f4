"""Who may ask for what, and how often; and how it is told to a program that may not."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hanport.clock import Clock
from hanport.errors import HanportError

PROBLEM_TYPE = "application/problem+json"
REQUESTS_PER_S = 10.0
BURST = 100.0
KEPT_ADDRESSES = 1024


class Tokens(Protocol):
    """What opens what: the accounts of the hub."""

    async def token_scopes(self, token: str) -> frozenset[str]:
        """The scopes of a token; none where it is unknown."""
        ...


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request was refused (RFC 9457): `parameter` is the one that is wrong, `remedy` is what to do."""

    title: str
    status: int
    detail: str
    remedy: str
    parameter: str | None = None


class Refused(Exception):
    """A request that gets a Problem for an answer."""

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The answer."""
        body = msgspec.json.encode(self.problem)
        return Response(body, self.problem.status, self.headers, media_type=PROBLEM_TYPE)


class Allowance:
    """So many requests a second from each address, some more at once. Of too many addresses the longest quiet one is
    forgotten.
    """

    def __init__(self, clock: Clock, *, per_s: float = REQUESTS_PER_S, burst: float = BURST) -> None:
        self._clock = clock
        self._per_s = per_s
        self._burst = burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """0 for a request that may come in now (it is counted); else the seconds until one may."""
        now_s = self._clock.monotonic()
        left, at_s = self._left.pop(address, (self._burst, now_s))
        left = min(self._burst, left + (now_s - at_s) * self._per_s)
        granted = left >= 1
        self._left[address] = (left - granted, now_s)
        while len(self._left) > KEPT_ADDRESSES:
            self._left.popitem(last=False)
        return 0.0 if granted else (1 - left) / self._per_s

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._left)


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in who has a token of the scope, while the share is switched on."""

    scope: str
    table: str  # of home.toml, for the remedy
    is_open: Callable[[], bool]
    tokens: Tokens
    allowance: Allowance

    async def admit(self, request: Request) -> None:
        """Raises Refused."""
        wait_s = self.allowance.wait_s(request.client.host if request.client else "")
        if wait_s:
            problem = Problem("Too many requests", 429, "You ask too often.", f"Ask again in {wait_s:.1f} s.")
            raise Refused(problem, {"retry-after": str(int(wait_s) + 1)})
        if not self.is_open():
            remedy = f"Switch it on in the settings of the hub, or in home.toml: [{self.table}] enabled = true."
            raise Refused(Problem("Not found", 404, "This share is switched off.", remedy))
        scopes = await self.tokens.token_scopes(_bearer(request))
        if not scopes:
            remedy = "Make a token in the settings of the hub and send it as `Authorization: Bearer hp_…`."
            problem = Problem("Unauthorized", 401, "There is no token, or it is not known.", remedy)
            raise Refused(problem, {"www-authenticate": 'Bearer realm="hanport"'})
        if self.scope not in scopes:
            remedy = f"Make a token with the scope {self.scope!r} in the settings of the hub."
            raise Refused(Problem("Forbidden", 403, f"This token has not the scope {self.scope!r}.", remedy))


def only_reading(request: Request) -> None:
    """Raises Refused for a method that would change something."""
    if request.method not in ("GET", "HEAD"):
        problem = Problem("Method not allowed", 405, f"{request.method} is not for reading.", "Use GET.")
        raise Refused(problem, {"allow": "GET, HEAD"})


class Endpoint:
    """An ASGI application of a function, for all methods: a Refused or another error of ours becomes its answer."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except Refused as refused:
            response = refused.response()
        except HanportError as error:  # the store, mostly: its disk is full, or another program holds it
            response = Refused(Problem("Not now", 503, error.problem, error.remedy)).response()
        await response(scope, receive, send)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
