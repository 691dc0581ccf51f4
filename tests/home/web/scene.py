"""A hub's web with a real store, real accounts and a clock that stands still, and browsers that visit it in memory."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from hanport.clock import ManualClock
from hanport.errors import HanportError
from hanport.home.accounts import Accounts, Role, User
from hanport.home.config import HomeConfig
from hanport.home.live import Live
from hanport.home.store.thread import StoreThread
from hanport.home.values import PortState, PortStatus
from hanport.home.web.app import make_app
from hanport.home.web.parts import WebParts

START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PASSWORD = "sju sorters kakor"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ADDRESS = "http://localhost:8480"


@dataclass
class Scene:
    """The parts, the app over them, and what was saved and sent."""

    clock: ManualClock
    store: StoreThread
    accounts: Accounts
    live: Live
    config: HomeConfig
    saved: list[HomeConfig] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    trouble: HanportError | None = None  # what saving and trying raise
    extra_routes: Sequence[BaseRoute] = ()

    async def save(self, config: HomeConfig) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.config = config
        self.saved.append(config)

    async def try_notice(self, way: str, config: HomeConfig, language: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.tried.append(f"{way} {language}")

    def parts(self) -> WebParts:
        return WebParts(
            clock=self.clock,
            config=lambda: self.config,
            save_config=self.save,
            live=self.live,
            store=self.store,
            accounts=self.accounts,
            try_notice=self.try_notice,
            extra_routes=self.extra_routes,
        )

    def app(self) -> Starlette:
        return make_app(self.parts())

    async def user(self, name: str = "Eva", role: Role = Role.OWNER) -> User:
        return await self.accounts.add(name, PASSWORD, role)


@asynccontextmanager
async def scene(folder: Path, config: HomeConfig | None = None) -> AsyncIterator[Scene]:
    """A hub without its source. `use(...)` what is opened."""
    clock = ManualClock(START)
    config = config or HomeConfig()
    store = await StoreThread.open(folder / "hub.db")
    try:
        accounts = Accounts(store, clock, lambda: timedelta(minutes=config.web.session_idle_minutes), hasher=QUICK)
        yield Scene(clock, store, accounts, Live(PortStatus(PortState.WELL, START)), config)
    finally:
        await store.close()


def browser(app: Starlette, *, address: str = ADDRESS, peer: str = "192.168.1.30") -> httpx.AsyncClient:
    """A browser as far as its requests go: own cookies, the origin of the page, and the wish for pages."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(peer, 50000))
    headers = {"origin": address, "accept": "text/html,*/*;q=0.8", "accept-language": "en"}
    return httpx.AsyncClient(transport=transport, base_url=address, headers=headers)


async def log_in(client: httpx.AsyncClient, name: str = "Eva", password: str = PASSWORD) -> httpx.Response:
    """Log in by the form."""
    return await client.post("/login", data={"name": name, "password": password, "next": "/"})
