"""The site with `hanport testid` behind it: both on real sockets between them, with a phone that tests hold."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import msgspec

from grid.web.scene import ADDRESS, Scene, browser
from hanport.grid.config import BankIDTable
from hanport.grid.eid import identifications
from hanport.grid.eid.flow import Flow
from hanport.grid.eid.identifications import Identification
from hanport.grid.eid.offer import offered
from hanport.grid.eid.qr import qr_text
from hanport.grid.web.parts import WebParts
from hanport.serving import listen
from hanport.testid.assembly import Service, make_service, running
from hanport.testid.faults import Faults, Plan
from hanport.testid.pki import open_pki

ASTRID, EMIL = "199108142382", "199111182391"
HERE = "192.0.2.30"  # the address of the browsers of these tests


@dataclass
class Identity:
    """The site, the flow, and the phone. `page` is where phones are at."""

    scene: Scene
    flow: Flow
    service: Service
    page: str

    def browser(self, secret: str = "", language: str = "sv", peer: str = HERE) -> httpx.AsyncClient:
        """A visitor's browser."""
        return browser(self.scene.app(), secret, language=language, peer=peer)

    def kept(self, id: str) -> Identification:
        """An identification, as the database has it."""
        database = self.scene.database
        with database.reading() as connection:
            return identifications.find(connection, database.keyring, id)

    def code(self, id: str) -> str:
        """The text of the QR code that is shown now."""
        found = self.kept(id)
        return qr_text(found.asked.started, (self.scene.clock.now() - found.started_at).total_seconds())

    async def phone(self, **move: str) -> dict[str, str]:
        """Do something with a phone; how its order stands afterwards."""
        async with httpx.AsyncClient(timeout=60) as client:  # a forged authority takes some seconds to make
            answer = await client.post(f"{self.page}/control/phone", json={"address": HERE} | move)
        assert answer.status_code == 200, answer.text
        standing: dict[str, str] = answer.json()
        return standing

    async def phone_state(self) -> dict[str, str]:
        """The order that a phone has taken up last."""
        async with httpx.AsyncClient() as client:
            orders: list[dict[str, str]] = (await client.get(f"{self.page}/control/state")).json()["orders"]
        return orders[-1]

    async def pass_s(self, seconds: int) -> None:
        """Let time pass, with the service's turns in it."""
        for _ in range(0, seconds, 2):
            await self.scene.clock.advance(2)
            await self.flow.turn()

    def goes_wrong(self, *plans: str) -> None:
        """Let the identity service do these wrong."""
        for each in plans:
            self.service.faults.add(Plan.parse(each))


@asynccontextmanager
async def identity(scene: Scene, folder: Path) -> AsyncIterator[Identity]:
    """The scene with the test identity in that folder, which may be there from before."""
    clock = scene.clock
    service = make_service(open_pki(folder, clock.now()), Faults(), clock)
    api, page = listen("127.0.0.1", 0), listen("127.0.0.1", 0)
    place = f"http://127.0.0.1:{page.getsockname()[1]}"
    table = BankIDTable(
        url=f"https://127.0.0.1:{api.getsockname()[1]}/rp/v6.0",
        certificate_file="rp.p12",
        passphrase_file="rp-passphrase",
        server_ca_file="server-ca.pem",
        signature_root_file="signature-root.pem",
        app_url=f"{place}/start",
    )
    scene.config = msgspec.structs.replace(scene.config, bankid=table)
    async with running(service, api, page), offered(scene.parts.grid, folder, clock) as flow:
        assert flow is not None
        before = scene.parts
        scene._parts = WebParts(grid=before.grid, clock=clock, folder=before.folder, limits=before.limits, flow=flow)
        yield Identity(scene, flow, service, place)


async def begin(client: httpx.AsyncClient, way: str, then: str = "/nowhere") -> str:
    """Begin a login; the identification's id."""
    answer = await client.post("/identify", data={"way": way, "next": then})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/identification/")


async def identify(made: Identity, client: httpx.AsyncClient, number: str = ASTRID) -> str:
    """Identify by QR code; the identification's id. The browser is the person's then."""
    id = await begin(client, "qr")
    await made.phone(scan=made.code(id), person=number)
    await made.flow.turn()
    answer = await client.get(f"/identification/{id}")
    assert answer.headers["location"] == "/nowhere"
    return id


def at(when: datetime) -> str:
    """An instant as the log has it."""
    return when.isoformat()


__all__ = ["ADDRESS", "ASTRID", "EMIL", "HERE", "Identity", "at", "begin", "identify", "identity"]
