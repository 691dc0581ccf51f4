"""The pages of a household on a real socket: for browsers in tests, and for the screenshots."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hanport import serving
from hanport.home.accounts import Role
from hanport.home.config import HomeConfig, HouseTable, HubTable
from hanport.home.health import HealthWatch
from hanport.home.store.bulk import import_columns
from hanport.home.store.thread import StoreThread
from hanport.home.store.writer import Store
from hanport.home.values import Sample
from hanport.home.web.access import SESSION_COOKIE
from hanport.home.web.app import make_app
from hanport.port.values import Reading
from home.web.household import INDEX, METER, past, reading_of
from home.web.scene import Scene, scene

T = TypeVar("T")

GAP_W = 1100  # what the house takes while nobody listens

HOUSE = HomeConfig(hub=HubTable(name="Solbacken"), house=HouseTable(main_fuse_a=20))


async def fill(store: StoreThread, spans: list[tuple[datetime, datetime, int]], *, solar: bool = True) -> Reading:
    """Store a past of spans (from, to, every so many seconds), with gaps between them; the last reading."""
    imported, exported = 0, 0
    last, ended = Reading(), spans[0][0]
    for begin, end, every_s in spans:
        imported += int((begin - ended) / timedelta(hours=1) * GAP_W)
        ended = end
        columns = past(begin, end, every_s, solar=solar)
        columns[INDEX["energy_import_wh"]] += imported
        columns[INDEX["energy_export_wh"]] += exported
        imported, exported = (int(columns[INDEX[f"energy_{way}_wh"], -1]) - 1_000_000 for way in ("import", "export"))
        await store.run(partial(_put_in, columns))
        last = reading_of(columns)
    return last


def _put_in(columns: NDArray[np.int64], store: Store) -> None:
    by_name = {name: columns[row] for name, row in INDEX.items() if name != "at"}
    import_columns(store, columns[0] * 1000, by_name, METER)


@dataclass
class Stage:
    """The pages of a household on a real socket, in a thread with a loop of its own."""

    scene: Scene
    watch: HealthWatch
    url: str
    loop: asyncio.AbstractEventLoop
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        """No more pages."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.ending.set)

    def do(self, act: Callable[[Scene], Awaitable[T]]) -> T:
        """Do something in the loop of the pages."""

        async def doing() -> T:
            return await act(self.scene)

        return asyncio.run_coroutine_threadsafe(doing(), self.loop).result(60)

    def session(self) -> dict[str, str]:
        """A cookie by which a browser is logged in as Eva."""

        async def begun(scene: Scene) -> str:
            (eva,) = await scene.accounts.users()
            return (await scene.accounts.begin_session(eva)).token

        return {"name": SESSION_COOKIE, "value": self.do(begun), "url": self.url}

    def hear(self, *samples: Sample) -> None:
        """Telegrams come."""

        async def heard(scene: Scene) -> None:
            for sample in samples:
                self.watch.bytes(sample.received_at, sample.telegram.raw)
                self.watch.event(sample.received_at, sample.telegram)
                scene.live.heard(sample)

        self.do(heard)

    def wait(self, seconds: float) -> None:
        """Time passes, and nothing comes."""

        async def waited(scene: Scene) -> None:
            await scene.clock.advance(seconds)
            self.watch.tick(scene.clock.now())

        self.do(waited)


@contextmanager
def staged(folder: Path, config: HomeConfig = HOUSE, *, readable: bool = True) -> Iterator[Stage]:
    """The pages of a new household, without any reading yet, with the user Eva. Not `readable`: its history is locked
    by another program.
    """
    made: list[Stage] = []
    begun = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(folder, config, made, begun, readable)), name="pages")
    thread.start()
    try:
        assert begun.wait(30) and made
        yield made[0]
    finally:
        made[0].end()
        thread.join(30)


async def _serve(folder: Path, config: HomeConfig, made: list[Stage], begun: threading.Event, readable: bool) -> None:
    try:
        async with scene(folder, config) as here:
            await here.user("Eva", Role.OWNER)
            watch = HealthWatch(here.live, here.store, "tcp:127.0.0.1:1", clock=here.clock)
            await watch.open()
            parts = replace(here.parts(), health=watch.report, act=watch.act)
            if not readable:
                locked = await StoreThread.open(folder / "locked.db")
                await locked.close()
                parts = replace(parts, store=locked)
            listener = serving.listen("127.0.0.1", 0)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            stage = Stage(here, watch, url, asyncio.get_running_loop())
            made.append(stage)
            pages = asyncio.create_task(serving.serve(make_app(parts), listener))
            begun.set()
            await stage.ending.wait()
            pages.cancel()
            await asyncio.gather(pages, return_exceptions=True)
    finally:
        begun.set()
