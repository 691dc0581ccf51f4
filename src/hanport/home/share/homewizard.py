"""A local API compatible with the HomeWizard P1 meter (v1), for clients that know that meter. Not of that maker.

It is open to the whole local network, as that device is, and has no token. Therefore it is off until switched on, it
changes nothing, and it answers to no name of the outside: a web page that lets its own name point here is refused.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hanport import __version__, serving
from hanport.clock import Clock
from hanport.errors import ConfigError
from hanport.home.config import HomeWizardTable
from hanport.home.live import Live
from hanport.home.share.access import Allowance
from hanport.home.share.figures import is_fresh
from hanport.home.share.homewizard_mdns import announced
from hanport.home.share.homewizard_values import measurement
from hanport.home.share.identity import serial
from hanport.home.share.p1_view import as_p1
from hanport.home.store.thread import StoreThread
from hanport.home.values import Sample

PRODUCT_TYPE = "HWE-P1"  # by it clients know what they can ask for
PRODUCT_NAME = "hanport"
CONNECTIONS = 32
PER_S, BURST = 10.0, 50.0
# Names that routers give within a house.
_LOCAL_NAMES = (".local", ".lan", ".home", ".internal", ".home.arpa", ".localdomain")

# Codes of the API's documentation; what has none there gets its HTTP status.
_NOT_MODIFIABLE, _INTERNAL = 8, 901


class HomeWizard:
    """The share `[share.homewizard]`."""

    def __init__(self, live: Live, table: HomeWizardTable, store: StoreThread, clock: Clock) -> None:
        self.address: tuple[str, int] | None = None  # where it listens, while it does
        self._live = live
        self._table = table
        self._store = store
        self._clock = clock

    async def run(self) -> None:
        """Answer until cancelled. Raises ConfigError where the port cannot be had, StoreError."""
        number = await serial(self._store)
        listener = _listen(self._table)
        self.address = listener.getsockname()[:2]
        txt = {"serial": number, "product_name": PRODUCT_NAME, "product_type": PRODUCT_TYPE}
        announcing = asyncio.create_task(announced(self.address, txt))
        try:
            await serving.serve(self.app(number), listener, connections=CONNECTIONS)
        finally:
            self.address = None
            announcing.cancel()
            await asyncio.gather(announcing, return_exceptions=True)

    def app(self, number: str) -> Starlette:
        """The API of a hub with that number."""
        return Starlette(routes=_Answers(self._live, self._clock, number).routes())


class _Answers:
    """What the API says."""

    def __init__(self, live: Live, clock: Clock, number: str) -> None:
        self._live = live
        self._clock = clock
        self._number = number
        self._allowance = Allowance(clock, per_s=PER_S, burst=BURST)

    def routes(self) -> list[Route]:
        """Each path, and what is answered where there is none."""
        return [
            Route("/api", self._guarded(self._device)),
            Route("/api/v1/data", self._guarded(self._data)),
            Route("/api/v1/telegram", self._guarded(self._telegram)),
            Route("/api/v1/system", self._guarded(self._system), methods=["GET", "PUT"]),
            Route("/{rest:path}", self._guarded(self._nothing), methods=["GET", "PUT", "POST", "PATCH", "DELETE"]),
        ]

    def _guarded(self, answer: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            if not is_local_name(request.headers.get("host", "")):
                return _error(403, 403, "This API has no such name: use its address.")
            if self._allowance.wait_s(request.client.host if request.client else ""):
                return _error(429, 429, f"More than {PER_S:g} requests a second.")
            return answer(request)

        return guarded

    def _device(self, request: Request) -> Response:
        return _json(
            {
                "product_type": PRODUCT_TYPE,
                "product_name": PRODUCT_NAME,
                "serial": self._number,
                "firmware_version": __version__,
                "api_version": "v1",
            }
        )

    def _data(self, request: Request) -> Response:
        sample = self._live.sample
        if sample is None:
            return _no_telegram()
        return _json(measurement(sample, fresh=self._is_fresh(sample)))

    def _telegram(self, request: Request) -> Response:
        sample = self._live.sample
        telegram = None if sample is None else as_p1(sample)
        return _no_telegram() if telegram is None else Response(telegram, media_type="text/plain")

    def _system(self, request: Request) -> Response:
        if request.method == "PUT":
            return _error(400, _NOT_MODIFIABLE, "cloud_enabled cannot be changed: there is no cloud")
        return _json({"cloud_enabled": False})

    def _nothing(self, request: Request) -> Response:
        return _error(404, 404, "Not found")

    def _is_fresh(self, sample: Sample) -> bool:
        return is_fresh(sample, self._clock.now())


def is_local_name(host: str) -> bool:
    """Whether a Host header names us by an address or by a name within the house."""
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    try:
        return bool(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        name = name.rstrip(".").lower()
        return bool(name) and ("." not in name or name.endswith(_LOCAL_NAMES))


def _listen(table: HomeWizardTable) -> socket.socket:
    try:
        return serving.listen(table.host, table.port)
    except ConfigError as error:
        remedy = (
            "Clients look for port 80: give the hub CAP_NET_BIND_SERVICE and free the port, "
            "or set another one in [share.homewizard] for clients that let you choose."
        )
        raise ConfigError(error.problem, remedy) from error


def _no_telegram() -> Response:
    return _error(503, _INTERNAL, "No telegram has come yet")


def _error(status: int, code: int, description: str) -> Response:
    return _json({"error": {"id": code, "description": description}}, status)


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
