"""A whole hub on real sockets: a virtual meter before it, a browser's client behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from hanport.clock import Clock, SystemClock
from hanport.home.account_values import Role
from hanport.home.config import HomeConfig
from hanport.home.hub import Hub, Start, opened
from hanport.home.settings import save

PASSWORD = "a long and good password"


@dataclass(frozen=True, slots=True)
class Running:
    """A hub that runs, and a client that is logged in to its pages."""

    hub: Hub
    client: httpx.AsyncClient
    folder: Path

    async def page(self, path: str) -> str:
        """The text of a page. Fails where it is none."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text


@asynccontextmanager
async def hub_on(folder: Path, config: HomeConfig, *, clock: Clock | None = None) -> AsyncIterator[Running]:
    """Run a hub with its files in `folder` until the block ends; it stops as by SIGTERM."""
    path = folder / "home.toml"
    save(path, config)
    until, where = asyncio.Event(), asyncio.get_running_loop().create_future()
    async with opened(Start(path, tell=where.set_result), clock or SystemClock()) as hub:
        if not await hub.accounts.users():
            await hub.accounts.add("anna", PASSWORD, Role.OWNER)
        running = asyncio.create_task(hub.run(until))
        try:
            await asyncio.wait({running, where}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                await running
            async with httpx.AsyncClient(base_url=where.result(), timeout=10) as client:
                await _log_in(client)
                yield Running(hub, client, folder)
        finally:
            until.set()
            await running


async def _log_in(client: httpx.AsyncClient) -> None:
    origin = {"origin": str(client.base_url).rstrip("/")}
    form = {"name": "anna", "password": PASSWORD}
    answer = await client.post("/login", data=form, headers=origin)
    assert answer.status_code == 303, answer.text


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is so; fails where it never is."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)
