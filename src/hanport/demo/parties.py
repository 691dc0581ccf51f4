"""The parties as the demonstration speaks with them: by the same interfaces as anybody else."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec

from hanport.demo import told
from hanport.demo.household import PASSWORD, USER
from hanport.demo.journal import Listens
from hanport.demo.wire import PartyError, Wire, client

_SECRET = re.compile(r"hp_[A-Za-z0-9_-]{16,}")
_KEY_NAME = "hanport demo"


class Cabinet:
    """The meter cabinet, by the control interface of the meter that hangs in it."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def heard_by(self, journal: Listens) -> "Cabinet":
        """The same, with each call taken down."""
        return Cabinet(self._wire.heard_by(journal))

    async def state(self) -> told.Meter:
        """How it stands."""
        return await self._wire.get("/api/v1/state", told.Meter)

    async def act(self, path: str, body: dict[str, Any] | None = None) -> None:
        """Do what a person could do at it, as `cable` with `{"in": false}`."""
        await self._wire.tell("POST", f"/api/v1/{path}", json=body)

    async def mend(self, fault: str) -> None:
        """Take a fault away."""
        await self._wire.tell("DELETE", f"/api/v1/fault/{fault}")


class Office:
    """The network company, by its API."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def heard_by(self, journal: Listens) -> "Office":
        """The same, with each call taken down."""
        return Office(self._wire.heard_by(journal))

    async def facility(self, gsrn: str) -> told.Facility:
        """How a facility stands."""
        return await self._wire.get(f"/api/v1/facilities/{gsrn}", told.Facility)

    async def happened(self, kind: str, at: datetime, **facts: str) -> None:
        """Say what has happened, as the market and the customer system do."""
        key = f"D-{at:%Y%m%d%H%M%S}"
        event = {"key": key, "kind": kind, "at": at.isoformat(), **facts}
        await self._wire.tell("POST", "/api/v1/events", json=event)

    async def put(self, kind: str, key: str, **facts: str) -> None:
        """Bring a fact in."""
        await self._wire.tell("PUT", f"/api/v1/{kind}/{key}", json=facts)

    async def visited(self, order_id: str, *, staff: str, new_serial: str) -> None:
        """Say that somebody was there, and has fitted another adapter."""
        body = {"staff": staff, "new_serial": new_serial}
        await self._wire.tell("POST", f"/api/v1/orders/{order_id}/visit", json=body)


class HeadEnd:
    """The company's head-end, by its control interface: what it was told to do."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def heard_by(self, journal: Listens) -> "HeadEnd":
        """The same, with each call taken down."""
        return HeadEnd(self._wire.heard_by(journal))

    async def state(self) -> told.HeadEnd:
        """What it was told, and how that went."""
        return await self._wire.get("/api/v1/state", told.HeadEnd)


class Phone:
    """The phones of the test identity's people, without a browser."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def heard_by(self, journal: Listens) -> "Phone":
        """The same, with each call taken down."""
        return Phone(self._wire.heard_by(journal))

    async def state(self) -> told.Phone:
        """What was asked of phones."""
        return await self._wire.get("/control/state", told.Phone)

    async def sign(self, token: str, number: str, *, address: str = "") -> told.PhoneOrder:
        """Open an order by its start token, and sign it as that person, at that address of a phone."""
        move = {"autostart": token, "person": number, "address": address, "do": "sign"}
        body = await self._wire.tell("POST", "/control/phone", json=move)
        return msgspec.json.decode(body, type=told.PhoneOrder)


class Hub:
    """The household's hub, by its API, with a key that is made by its own page the first time."""

    def __init__(self, wire: Wire, place: str, token_file: Path) -> None:
        self._wire = wire
        self._place = place.rstrip("/")
        self._token_file = token_file

    async def enter(self) -> None:
        """Find the key that was made before, or make one. Raises PartyError."""
        if self._token_file.exists():
            self._use(self._token_file.read_text("utf-8"))
            if (await self._wire.ask("GET", "/api/v1/status")).status_code == 200:
                return
        secret = await self._make_key()
        self._token_file.touch(mode=0o600)
        self._token_file.write_text(secret, "utf-8")
        self._use(secret)

    async def status(self) -> told.HubStatus:
        """How the port does."""
        return await self._wire.get("/api/v1/status", told.HubStatus)

    async def reading(self) -> told.HubReading | None:
        """The last telegram; None where none has come since the hub was started."""
        try:
            return await self._wire.get("/api/v1/reading", told.HubReading)
        except PartyError as error:
            if error.status == httpx.codes.NOT_FOUND:
                return None
            raise

    def _use(self, secret: str) -> None:
        self._wire.headers["authorization"] = f"Bearer {secret.strip()}"

    async def _make_key(self) -> str:
        headers = {"origin": self._place, "accept": "text/html"}
        browser = client(self._place, **headers)
        async with browser:
            wire = Wire(browser, "The hub")
            await wire.tell("POST", "/login", data={"name": USER, "password": PASSWORD})
            page = await wire.tell("POST", "/settings/tokens", data={"name": _KEY_NAME, "scope.read": "on"})
        found = _SECRET.search(page.decode())
        if found is None:
            raise PartyError("The hub gives no key.", "Delete the folder of the demonstration, and start again.")
        return found[0]
