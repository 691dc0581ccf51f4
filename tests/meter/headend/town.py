"""What the head-end's tests are played with: a head-end on real sockets, its meters, and whom it answers."""

import asyncio
import contextlib
import json
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hanport.clock import SystemClock
from hanport.meter.control import application as meter_application
from hanport.meter.device import MeterSetup, VirtualMeter, telegrams
from hanport.meter.headend.assembly import Running, Setup, running
from hanport.meter.headend.codes import Codes
from hanport.meter.headend.faults import Faults, Plan
from hanport.meter.headend.server import Manners
from hanport.meter.headend.telling import Pace
from hanport.port.profiles import PROFILES
from hanport.serving import serve

SERIAL, SILENT, UNKNOWN = "12345678", "87654321", "99999999"
CONTROL_CODES = {"open": "3.1.0.26", "close": "3.1.0.22", "restart": "3.1.0.214", "read": "3.1.0.46"}
MESSAGE = "{http://iec.ch/TC57/2011/schema/message}"


@dataclass
class Service:
    """What the head-end answers to: replies with the statuses in turn, then 204."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.bodies.append(await request.body())
        self.headers.append(dict(request.headers))
        return Response(status_code=self.statuses.pop(0) if self.statuses else 204)

    async def told(self, count: int = 1) -> list[bytes]:
        """The answers, when there are that many."""
        async with asyncio.timeout(10):
            while len(self.bodies) < count:
                await asyncio.sleep(0.01)
        return self.bodies

    async def json(self, count: int = 1) -> Any:
        """The last of that many answers of the REST form."""
        return json.loads((await self.told(count))[-1])


@dataclass
class Town:
    """A head-end with one meter that works and one that is silent."""

    client: httpx.AsyncClient
    control: httpx.AsyncClient
    service: Service
    meter: VirtualMeter
    running: Running

    @property
    def is_open(self) -> bool:
        return self.meter.status().module.open

    def body(self, kind: str, **changed: object) -> dict[str, object]:
        soon = (datetime.now(UTC) + timedelta(minutes=15)).isoformat()
        return {
            "kind": kind,
            "meter": {"serial": SERIAL, "maker": "Kamstrup", "model": ""},
            "gsrn": "735999000000000018",
            "due_at": None,
            "expires_at": soon,
            "reply_url": self.service.url,
        } | changed

    async def put(self, command_id: str, kind: str = "open", **changed: object) -> httpx.Response:
        return await self.client.put(f"/rest/commands/{command_id}", json=self.body(kind, **changed))

    async def stands(self, command_id: str) -> Any:
        """How a command stands, by asking."""
        return (await self.client.get(f"/rest/commands/{command_id}")).raise_for_status().json()

    async def ends(self, command_id: str) -> Any:
        """How a command stands once it has ended."""
        async with asyncio.timeout(10):
            while (told := await self.stands(command_id))["state"] == "taken":
                await asyncio.sleep(0.01)
        return told

    async def seen(self, command_id: str) -> Any:
        """The command as the control interface shows it."""
        told = (await self.control.get("/api/v1/state")).raise_for_status().json()
        return next(each for each in told["commands"] if each["id"] == command_id)

    async def cim(self, text: str, content_type: str = "application/xml; charset=utf-8") -> httpx.Response:
        return await self.client.post("/cim", content=text.encode(), headers={"Content-Type": content_type})

    def create(self, command_id: str, kind: str = "open", **changed: str) -> str:
        now = datetime.now(UTC)
        end = (now + timedelta(minutes=15)).isoformat()
        put_in = {"code": CONTROL_CODES[kind], "serial": SERIAL, "end": end, "url": self.service.url} | changed
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<m:RequestMessage xmlns:m="http://iec.ch/TC57/2011/schema/message"><m:Header>
<m:Verb>create</m:Verb><m:Noun>EndDeviceControls</m:Noun><m:Revision>2.0</m:Revision>
<m:Timestamp>{now.isoformat()}</m:Timestamp><m:Source>hanport</m:Source><m:AsyncReplyFlag>true</m:AsyncReplyFlag>
<m:ReplyAddress>{put_in["url"]}</m:ReplyAddress><m:AckRequired>true</m:AckRequired>
<m:MessageID>{uuid4()}</m:MessageID><m:CorrelationID>{command_id}</m:CorrelationID></m:Header>
<m:Payload><c:EndDeviceControls xmlns:c="http://iec.ch/TC57/2011/EndDeviceControls#"><c:EndDeviceControl>
<c:issuerID>hanport</c:issuerID><c:issuerTrackingID>{command_id}</c:issuerTrackingID>
<c:EndDeviceControlType ref="{put_in["code"]}"/><c:EndDevices><c:mRID>{put_in["serial"]}</c:mRID></c:EndDevices>
<c:primaryDeviceTiming><c:interval><c:end>{put_in["end"]}</c:end><c:start>{now.isoformat()}</c:start></c:interval>
</c:primaryDeviceTiming><c:UsagePoints><c:mRID>735999000000000018</c:mRID></c:UsagePoints>
</c:EndDeviceControl></c:EndDeviceControls></m:Payload></m:RequestMessage>"""

    def get(self, command_id: str) -> str:
        return f"""<m:RequestMessage xmlns:m="http://iec.ch/TC57/2011/schema/message"><m:Header><m:Verb>get</m:Verb>
<m:Noun>EndDeviceEvents</m:Noun><m:Revision>2.0</m:Revision><m:Timestamp>{datetime.now(UTC).isoformat()}</m:Timestamp>
<m:Source>hanport</m:Source><m:AsyncReplyFlag>false</m:AsyncReplyFlag><m:AckRequired>false</m:AckRequired>
<m:MessageID>{uuid4()}</m:MessageID><m:CorrelationID>{command_id}</m:CorrelationID></m:Header>
<m:Request><m:ID>{command_id}</m:ID></m:Request></m:RequestMessage>"""


def listening() -> tuple[socket.socket, str]:
    made = socket.create_server(("127.0.0.1", 0))
    return made, f"http://127.0.0.1:{made.getsockname()[1]}"


def inner(text: bytes, name: str) -> str:
    """The text of the one element of that name, whatever its prefix."""
    (found,) = re.findall(rf"<(?:\w+:)?{name}>([^<]*)<", text.decode())
    return str(found)


@contextlib.asynccontextmanager
async def town(*faults: str, delay_s: float = 0.0, manners: Manners | None = None, codes: Codes | None = None,
               pace: Pace | None = None) -> AsyncIterator[Town]:  # fmt: skip
    """A head-end at work with those faults, until the block ends."""
    meter = VirtualMeter(MeterSetup("test", telegrams(PROFILES["kamstrup-omnia"]), is_open=False), SystemClock())
    service = Service()
    told = Starlette(routes=[Route("/answers", service.take, methods=["POST"])])
    sockets = [listening() for _ in range(4)]
    service.url = f"{sockets[1][1]}/answers"
    serving = [
        asyncio.create_task(serve(meter_application(meter), sockets[0][0])),
        asyncio.create_task(serve(told, sockets[1][0])),
    ]
    setup = Setup(
        meters={SERIAL: sockets[0][1], SILENT: "http://127.0.0.1:1"},
        manners=manners or Manners(),
        codes=codes or Codes(),
        delay_s=delay_s,
        reply_token="the-head-end",
        pace=pace or Pace(first_s=0.02, longest_s=0.1, for_s=2.0),
    )
    plans = Faults(Plan.parse(text) for text in faults)
    async with (
        running(setup, plans, SystemClock(), listeners=(sockets[2][0], sockets[3][0])) as at_work,
        httpx.AsyncClient(base_url=sockets[2][1], timeout=5, trust_env=False) as client,
        httpx.AsyncClient(base_url=sockets[3][1], timeout=5, trust_env=False) as control,
    ):
        yield Town(client, control, service, meter, at_work)
    for task in serving:
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)
