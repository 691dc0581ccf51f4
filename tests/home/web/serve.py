"""Serves an app on a real port in a thread of its own, for a browser."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from starlette.types import ASGIApp

from hanport.serving import listen, serve

T = TypeVar("T")


class Loop:
    """An event loop in a thread; `call` runs something in it and waits for the answer."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def call(self, doing: Callable[[], Awaitable[T]], timeout_s: float = 30) -> T:
        """The result of a coroutine that runs there."""

        async def run() -> T:
            return await doing()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout_s)

    @contextmanager
    def serving(self, app: ASGIApp, port: int = 0) -> Iterator[str]:
        """The app on a port of 127.0.0.1, while the block lasts: its address."""
        listener = listen("127.0.0.1", port)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        task = self.call(lambda: self._begin(app, listener))
        try:
            yield address
        finally:
            self.call(lambda: self._end(task))

    async def _begin(self, app: ASGIApp, listener: socket.socket) -> "asyncio.Task[None]":
        return asyncio.create_task(serve(app, listener))

    async def _end(self, task: "asyncio.Task[None]") -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _end_all(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def close(self) -> None:
        """Stop the loop, and what libraries have left running in it."""
        self.call(self._end_all)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def loop_in_thread() -> Iterator[Loop]:
    """A loop for the time of a test."""
    loop = Loop()
    try:
        yield loop
    finally:
        loop.close()
