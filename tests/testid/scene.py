"""A test identity service with a clock that is moved by hand, relying parties that call it, and phones."""

import asyncio
import hmac
import json
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from hanport.clock import ManualClock, SystemClock
from hanport.serving import listen
from hanport.testid.api import ROOT
from hanport.testid.assembly import Service, make_service, running
from hanport.testid.faults import Faults, Plan
from hanport.testid.pki import PASSPHRASE, RP, SERVER_CA, Pki

TOLVAN, ASTRID = "191212121212", "199108142382"
TEXT = "# Öppna porten\n\nStorgatan 1, *Fjällbyn*"
JSON = {"content-type": "application/json"}
USER = "192.0.2.10"
HIDDEN = b64encode(b"hash of the order").decode()


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def sign_body(**changed: object) -> dict[str, object]:
    return {
        "endUserIp": USER,
        "userVisibleData": base64(TEXT),
        "userVisibleDataFormat": "simpleMarkdownV1",
        "userNonVisibleData": HIDDEN,
    } | changed


def code_of(order: dict[str, str], seconds: int) -> str:
    """What the order's moving QR code says so long after the answer."""
    secret = order["qrStartSecret"].encode()
    return f"bankid.{order['qrStartToken']}.{seconds}.{hmac.new(secret, str(seconds).encode(), sha256).hexdigest()}"


@dataclass
class Scene:
    """The service; `rp` calls its API, `control` plays the phone."""

    service: Service
    clock: ManualClock
    rp: httpx.AsyncClient
    control: httpx.AsyncClient

    async def post(self, call: str, body: object) -> httpx.Response:
        return await self.rp.post(f"{ROOT}/{call}", content=json.dumps(body), headers=JSON)

    async def open(self, call: str = "sign", **changed: object) -> dict[str, str]:
        """A new order: what the call answers."""
        answer = await self.post(call, sign_body(**changed))
        assert answer.status_code == 200, answer.text
        opened: dict[str, str] = answer.json()
        return opened

    async def open_call(self, call: str = "phone/sign", **changed: object) -> dict[str, str]:
        body = {"personalNumber": TOLVAN, "callInitiator": "user", "userVisibleData": base64(TEXT)} | changed
        answer = await self.post(call, body)
        assert answer.status_code == 200, answer.text
        opened: dict[str, str] = answer.json()
        return opened

    async def collect(self, order: dict[str, str]) -> Any:
        return (await self.post("collect", {"orderRef": order["orderRef"]})).json()

    async def hint(self, order: dict[str, str]) -> str:
        told = await self.collect(order)
        return f"{told['status']} {told.get('hintCode', '')}".strip()

    async def move(self, status: int = 200, **move: object) -> Any:
        """What the phone does, and how its order stands."""
        answer = await self.control.post("/control/phone", json=move)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def signed(self, order: dict[str, str], person: str = TOLVAN, **move: object) -> Any:
        """The completion of an order that this person signs."""
        told = await self.move(200, autostart=order["autoStartToken"], person=person, **move)
        assert told["state"] == "complete", told
        return (await self.collect(order))["completionData"]


def make_scene_service(pki: Pki, *faults: str) -> tuple[Service, ManualClock]:
    """The service, and the clock that it goes by."""
    clock = ManualClock(SystemClock().now())
    return make_service(pki, Faults(Plan.parse(text) for text in faults), clock), clock


@asynccontextmanager
async def scene(pki: Pki, *faults: str) -> AsyncIterator[Scene]:
    """The service in memory: the API's calls go by ASGI, as if they had come through TLS."""
    service, clock = make_scene_service(pki, *faults)

    async def api(scope: Any, receive: Any, send: Any) -> None:
        await service.api(scope | {"hanport.closing": asyncio.Event()}, receive, send)

    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url="https://localhost") as rp,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=service.page, client=(USER, 50000)), base_url="http://localhost"
        ) as control,
    ):
        yield Scene(service, clock, rp, control)


@asynccontextmanager
async def on_sockets(pki: Pki, *faults: str) -> AsyncIterator[Scene]:
    """The same on real sockets, with mutual TLS."""
    service, clock = make_scene_service(pki, *faults)
    api, page = listen("127.0.0.1", 0), listen("127.0.0.1", 0)
    ports = [each.getsockname()[1] for each in (api, page)]
    trust = company_context(pki.folder)
    async with (
        running(service, api, page),
        httpx.AsyncClient(verify=trust, base_url=f"https://localhost:{ports[0]}", timeout=10) as rp,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports[1]}", timeout=10) as control,
    ):
        yield Scene(service, clock, rp, control)


def company_context(folder: Path) -> ssl.SSLContext:
    """How the relying party calls: it trusts one authority, and shows its certificate."""
    context = ssl.create_default_context(cafile=str(folder / SERVER_CA))
    passphrase = (folder / PASSPHRASE).read_text().strip().encode()
    key, certificate, _ = pkcs12.load_key_and_certificates((folder / RP).read_bytes(), passphrase)
    assert key is not None and certificate is not None
    pem = folder / "rp-of-tests.pem"
    pem.write_bytes(
        certificate.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context.load_cert_chain(pem)
    return context
