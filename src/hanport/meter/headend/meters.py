"""The way from the head-end to the meters: the control interface of virtual meters, over HTTP."""

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
import msgspec

from hanport.errors import ConfigError, HanportError
from hanport.meter.headend.values import Port

TIMEOUT_S = 5.0
_LONGEST_BODY = 1_000_000  # bytes


class MeterSilent(HanportError):
    """A meter does not answer, or not as a meter does."""


class Meters(Protocol):
    """The meters that a head-end reaches, by serial number."""

    def knows(self, serial: str) -> bool:
        """Whether there is such a meter."""
        ...

    def serials(self) -> tuple[str, ...]:
        """All there are."""
        ...

    async def switch(self, serial: str, is_open: bool) -> Port:
        """Open or close a port, and say what the meter says then. Raises MeterSilent."""
        ...

    async def restart(self, serial: str) -> Port:
        """Start the meter's program again. Raises MeterSilent."""
        ...

    async def read(self, serial: str) -> Port:
        """Whether the port is open, by the meter itself. Raises MeterSilent."""
        ...


class _Module(msgspec.Struct, frozen=True):
    """The part of a meter's state that matters here."""

    open: bool


class _Told(msgspec.Struct, frozen=True):
    """A meter's state, as its control interface tells it."""

    module: _Module


class VirtualMeters:
    """Virtual meters, each at the address of its control interface."""

    def __init__(self, addresses: Mapping[str, str], *, timeout_s: float = TIMEOUT_S) -> None:
        self._addresses = {serial: address.rstrip("/") for serial, address in addresses.items()}
        self._client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)

    def knows(self, serial: str) -> bool:
        return serial in self._addresses

    def serials(self) -> tuple[str, ...]:
        return tuple(self._addresses)

    async def switch(self, serial: str, is_open: bool) -> Port:
        return await self._call("POST", serial, "port", {"open": is_open})

    async def restart(self, serial: str) -> Port:
        return await self._call("POST", serial, "power-cycle")

    async def read(self, serial: str) -> Port:
        return await self._call("GET", serial, "state")

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _call(self, method: str, serial: str, path: str, body: dict[str, Any] | None = None) -> Port:
        url = f"{self._addresses[serial]}/api/v1/{path}"
        try:
            async with self._client.stream(method, url, json=body) as reply:
                text = b""
                async for part in reply.aiter_bytes():
                    text += part
                    if len(text) > _LONGEST_BODY:
                        raise MeterSilent("The meter says too much.", "Look at what answers there.")
        except httpx.HTTPError as wrong:
            raise MeterSilent("The meter does not answer.", "Try again.") from wrong
        if reply.status_code != 200:
            raise MeterSilent(f"The meter answers {reply.status_code}.", "Look at what answers there.")
        try:
            told = msgspec.json.decode(text, type=_Told)
        except msgspec.DecodeError as wrong:
            raise MeterSilent("The meter answers something else.", "Look at what answers there.") from wrong
        return Port.OPEN if told.module.open else Port.CLOSED


def parse_address(text: str) -> tuple[str, str]:
    """Read `SERIAL=http://HOST:PORT`. Raises ConfigError."""
    serial, _, address = text.partition("=")
    try:
        parts = urlsplit(address)
        whole = bool(serial) and parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigError(f"{text!r} is no meter.", "Write SERIAL=http://HOST:PORT, as 12345678=http://127.0.0.1:5501.")
    return serial, address
