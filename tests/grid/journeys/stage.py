"""A whole service on real sockets with its meters, its identity service, and a clock that only tests advance.

Site, flow and worker are those of the product, and take their turns as often as they do there, by this clock. They run
in a loop of a thread of their own; the browser is in the test's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send

from grid.eid.identity import Identity, identity
from grid.journeys.cabinet import Cabinet
from grid.web.customers import Customers
from grid.web.scene import Scene
from hanport.grid import tokens, wordings
from hanport.grid.api.app import application
from hanport.grid.config import HeadEndTable, MailTable, WebTable
from hanport.grid.database import tables
from hanport.grid.headend import registry
from hanport.grid.identifiers import Number, NumberKind
from hanport.grid.notices.channels import Channels
from hanport.grid.notices.outgoing import Outgoing
from hanport.grid.notices.sending import send_due
from hanport.grid.notices.ways import Way
from hanport.grid.orders import Kind
from hanport.grid.tokens import Scope as TokenScope
from hanport.grid.web.site import with_api
from hanport.grid.worker import Worker
from hanport.testid.people import BY_KEY
from home.web.serve import Loop, loop_in_thread

T = TypeVar("T")
PATIENCE_S = 60  # of the wall's clock, for one step of the service
_METERS = 30
_ROUNDS = 12


@dataclass
class Mailbox:
    """Where the e-mails come to."""

    arrived: list[Outgoing] = field(default_factory=list)

    async def send(self, message: Outgoing) -> None:
        self.arrived.append(message)

    async def close(self) -> None: ...

    def to(self, address: str) -> list[Outgoing]:
        """Those to one address, the oldest first."""
        return [each for each in self.arrived if each.to == address]


@dataclass(frozen=True)
class Home:
    """A facility with its meter, and who holds its contract."""

    facility_id: int
    gsrn: str
    meter_id: int
    serial: str
    person_id: int
    customer_id: int
    contract_id: int


@dataclass
class Stage:
    """All of it. `url` is where the site is."""

    scene: Scene
    loop: Loop
    cabinet: Cabinet
    url: str = ""
    mailbox: Mailbox = field(default_factory=Mailbox)
    _token: str = ""
    _identity: Identity | None = None
    _worker: Worker | None = None
    _told: Iterator[int] = field(default_factory=count)
    _spare: Iterator[str] = field(default_factory=lambda: iter(serials()))

    def __post_init__(self) -> None:
        self.people = Customers(self.scene)

    @property
    def identity(self) -> Identity:
        assert self._identity is not None
        return self._identity

    @property
    def now(self) -> datetime:
        return self.scene.clock.now()

    def at(self, **parts: float) -> datetime:
        """So many days= or hours= from now."""
        return self.now + timedelta(**parts)

    def call(self, doing: Callable[[], Awaitable[T]]) -> T:
        """Do something in the service's loop."""
        return self.loop.call(doing, PATIENCE_S)

    def pass_s(self, seconds: int) -> None:
        """Let time pass, a second at a time, with the turns that the service takes in it."""
        self.call(lambda: self._pass(seconds))

    def skip(self, **parts: float) -> None:
        """Let days=, hours= pass in which nobody does anything, and then the service look at what is due."""
        self.call(lambda: self.scene.clock.advance(timedelta(**parts).total_seconds()))
        self.settle()

    def settle(self) -> None:
        """Everything that is due is done, with its answers and its notices."""
        self.call(self._settle)

    def household(self, key: str, address: str, **customer: Any) -> Home:
        """A home in the register, of that test person, with a meter whose port is closed."""
        person_id = self.person(key)
        columns = {"name": BY_KEY[key].name, "email": f"{key}@example.se", "address": f"{address}, 780 67 Fjällby"}
        return self.contract_for(self.people.town.customer(person_id, **columns | customer), person_id, address)

    def spare_meter(self) -> str:
        """The serial number of a meter that hangs nowhere yet."""
        return next(self._spare)

    def contract_for(self, customer_id: int, person_id: int, address: str) -> Home:
        """One more facility of a customer."""
        town, desk, serial = self.people.town, self.people.desk, self.spare_meter()
        facility_id = town.facility()
        self.people.change(tables.facility, tables.facility.c.id == facility_id, address=address)
        meter_id = town.meter(facility_id, serial=serial)
        contract_id = town.contract(facility_id, customer_id)
        return Home(facility_id, desk.gsrn(facility_id), meter_id, serial, person_id, customer_id, contract_id)

    def person(self, key: str) -> int:
        """The test person in the register."""
        digits = BY_KEY[key].number
        is_coordination = int(digits[6:8]) > 60
        kind = NumberKind.COORDINATION if is_coordination else NumberKind.PERSON
        return self.people.town.person(Number(digits, kind))

    def orders(self, home: Home) -> list[tuple[str, str]]:
        """The kind and state of each order of a facility."""
        return self.people.desk.states(home.facility_id)

    def reported(self, home: Home) -> str:
        """How the port stands in the database."""
        return str(self.people.desk.value(tables.port.c.reported, tables.port.c.meter_id == home.meter_id))

    def event(self, kind: str, **told: str) -> None:
        """Tell the service through its API what the company's own systems have heard, and let it act on that."""
        body = {"key": f"E{next(self._told)}", "kind": kind} | told
        headers = {"authorization": f"Bearer {self._token}"}
        answer = httpx.post(f"{self.url}/api/v1/events", json=body, headers=headers, timeout=PATIENCE_S)
        assert answer.is_success, answer.text
        self.settle()

    def column(self, column: Any, where: Any) -> list[Any]:
        """A column of the rows that are meant."""
        with self.scene.database.reading() as connection:
            return list(connection.execute(select(column).where(where)).scalars())

    def opened(self, home: Home) -> str:
        """Open a port as the past had it: ordered by its holder, and read as open. The order's id."""
        taken = self.people.desk.order(Kind.OPEN, home.facility_id, home.person_id)
        self.settle()
        assert self.cabinet.is_open(home.serial)
        return taken.order_id

    async def _pass(self, seconds: int) -> None:
        period_s = int(self.scene.config.work.period_s)
        for _ in range(seconds):
            await self.scene.clock.advance(1)
            await self.identity.flow.turn()
            if int(self.scene.clock.monotonic()) % period_s == 0:
                await self._round()

    async def _settle(self) -> None:
        for _ in range(_ROUNDS):
            if not await self._round():
                return
        raise AssertionError("the worker does not come to rest")

    async def _round(self) -> bool:
        assert self._worker is not None
        done = await self._worker.round()
        await self._worker.look_for_waiting()
        await send_due(self.scene.parts.grid, Channels({Way.MAIL: self.mailbox}), self._worker.name)
        return done


def serials() -> list[str]:
    """The serial numbers of all meters that the head-end reaches."""
    return [f"1801{number:04d}" for number in range(1, _METERS + 1)]


@contextmanager
def staged(scene: Scene, authority: Path) -> Iterator[Stage]:
    """The service at work, with the identity service whose keys are in that folder."""
    cabinet = Cabinet()
    with loop_in_thread() as loop, ExitStack() as stack:
        made = Stage(scene, loop, cabinet)

        both: list[ASGIApp] = []

        async def site(scope: Scope, receive: Receive, send: Send) -> None:
            await both[0](scope, receive, send)

        made.url = stack.enter_context(loop.serving(site))
        meters = stack.enter_context(loop.serving(cabinet))
        table = HeadEndTable(name="virtual", kind="virtual", meters={each: f"{meters}/{each}" for each in serials()})
        scene.config = msgspec.structs.replace(
            scene.config,
            web=WebTable(public_url=made.url),
            mail=MailTable(host="localhost", port=1, security="none", sender="han@fjallby.example"),
            head_end=(table,),
        )
        made._identity = stack.enter_context(held(loop, lambda: identity(scene, authority)))
        both.append(with_api(scene.app(), application(scene.parts.grid, scene.clock)))
        with scene.database.writing("system") as work:
            wordings.settle(work, scene.config)
            made._token = tokens.create(work, "company", tuple(TokenScope))
        head_ends = registry.build(scene.config, scene.folder, scene.clock)
        made._worker = worker = Worker(scene.parts.grid, head_ends, scene.clock)
        try:
            yield made
        finally:
            loop.call(worker.sent)
            loop.call(worker.close)
            loop.call(head_ends.close)


@contextmanager
def held(loop: Loop, make: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[T]:
    """What an asynchronous block gives, while this one lasts: one task of the loop enters and leaves it."""
    leave = asyncio.Event()

    async def hold(ready: "asyncio.Future[T]") -> None:
        try:
            async with make() as given:
                ready.set_result(given)
                await leave.wait()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)

    async def begin() -> tuple[T, "asyncio.Task[None]"]:
        ready: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(hold(ready))
        return await ready, task

    async def end() -> None:
        leave.set()
        await task

    given, task = loop.call(begin, PATIENCE_S)
    try:
        yield given
    finally:
        loop.call(end)
