"""The one place that knows what time it is."""

import asyncio
import heapq
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Time as a parameter: wall time, time that never steps, and waiting."""

    def now(self) -> datetime:
        """Wall time, aware, in UTC. It may step."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment. They never step back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that long by the monotonic time."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until it is advanced: for tests and for simulated time."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._elapsed_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = 0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        return self._elapsed_s

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._order += 1
        heapq.heappush(self._sleepers, (self._elapsed_s + seconds, self._order, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Let the time pass; whoever sleeps wakes in order, each at its own moment."""
        end_s = self._elapsed_s + seconds
        while True:
            for _ in range(20):  # let woken tasks run and go to sleep again
                await asyncio.sleep(0)
            if not self._sleepers or self._sleepers[0][0] > end_s:
                break
            wake_s, _, future = heapq.heappop(self._sleepers)
            self._elapsed_s = max(self._elapsed_s, wake_s)
            if not future.done():
                future.set_result(None)
        self._elapsed_s = end_s
