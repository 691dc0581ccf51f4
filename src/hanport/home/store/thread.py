"""The store for asyncio: one thread writes, a few read, and nobody waits in the event loop."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import apsw

from hanport.home.config import StoreTable
from hanport.home.store.disk import Space, space
from hanport.home.store.errors import StoreError
from hanport.home.store.reader import Reader
from hanport.home.store.writer import Outcome, Store
from hanport.home.values import Sample

T = TypeVar("T")
_Job: TypeAlias = "tuple[Callable[[Store], Any], asyncio.Future[Any]] | None"

_READERS = 2


class StoreThread:
    """A Store in a thread of its own, made by `open`. All from one event loop.

    Changes are made in the order in which they were asked for. Nothing queues up by itself: whoever asks waits for the
    answer. A change that has begun is carried out also when nobody waits for it any more.
    """

    def __init__(self, store: Store, settings: StoreTable) -> None:
        self.path = store.path
        self._settings = settings
        self._store = store
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="store", daemon=True)
        self._readers = ThreadPoolExecutor(_READERS, "store-reader")
        self._local = threading.local()
        self._opened: list[Reader] = []
        self._closed = False
        self._thread.start()

    @classmethod
    async def open(cls, path: Path, settings: StoreTable | None = None) -> "StoreThread":
        """Open the file; `commit_every_s` is that of the settings. Raises StoreError."""
        settings = settings or StoreTable()
        every_s = settings.commit_every_s
        store = await asyncio.to_thread(lambda: Store(path, commit_every_s=every_s, settings=settings))
        return cls(store, settings)

    async def configure(self, settings: StoreTable) -> None:
        """From now on by these settings."""
        self._settings = settings
        await self.run(lambda store: store.configure(settings))

    async def append(self, sample: Sample) -> Outcome:
        """Store what was heard; durable on return where `commit_every_s` is 0. Raises StoreError."""
        return await self.run(lambda store: store.append(sample))

    async def write(self, change: Callable[[apsw.Connection], T]) -> T:
        """Any other change, whole or not at all, durable on return. Raises StoreError."""
        return await self.run(lambda store: store.write(change))

    def space(self) -> Space:
        """The room that is left on the disk; asked of the system each time, at once."""
        return space(self.path, self._settings)

    async def run(self, act: Callable[[Store], T]) -> T:
        """Anything with the Store itself, in its thread. Keep it short: telegrams wait meanwhile."""
        if self._closed:
            raise StoreError("The store is closed.", "Start the hub again.")
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put((act, future))
        return await future

    async def read(self, query: Callable[[Reader], T]) -> T:
        """Ask a Reader, in a thread for reading. Raises StoreError."""
        if self._closed:
            raise StoreError("The store is closed.", "Start the hub again.")
        return await self._loop.run_in_executor(self._readers, self._ask, query)

    async def close(self) -> None:
        """Make durable what was appended, and close the file."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        await asyncio.to_thread(self._readers.shutdown)
        for reader in self._opened:
            reader.close()
        await asyncio.to_thread(self._store.close)

    def _ask(self, query: Callable[[Reader], T]) -> T:
        reader: Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = Reader(self.path)
            self._opened.append(reader)
        return query(reader)

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=0 if self._store.untidy else self._store.flush_in_s)
            except queue.Empty:
                self._use_the_pause()
                continue
            if job is None:
                return
            self._do(*job)

    def _use_the_pause(self) -> None:
        """Nobody asks: one small step of tidying; or what waits for its commit has waited long enough."""
        try:
            if not self._store.tidy():
                self._store.flush()
        except StoreError:
            return  # nothing is lost, and whoever comes next with a telegram is told

    def _do(self, act: Callable[[Store], Any], future: "asyncio.Future[Any]") -> None:
        try:
            result = act(self._store)
        except BaseException as error:
            self._answer(partial(future.set_exception, error), future)
        else:
            self._answer(partial(future.set_result, result), future)

    def _answer(self, give: Callable[[], None], future: "asyncio.Future[Any]") -> None:
        def answer() -> None:
            if not future.done():
                give()

        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(answer)
