"""The queue between hearing and storing: bounded, in order, and a sample leaves it only when it is stored."""

import asyncio
from collections import deque

from hanport.home.values import Sample

# Two days at 10 s: as long as a full disk or a locked database may take to be mended.
KEPT_SAMPLES = 17_280


class Intake:
    """Samples that wait to be stored. When it is full the oldest goes, and is counted as `lost`."""

    def __init__(self, limit: int = KEPT_SAMPLES) -> None:
        self._waiting: deque[Sample] = deque()
        self._limit = limit
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self.lost = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, sample: Sample) -> None:
        """Take a sample, at once."""
        if len(self._waiting) >= self._limit:
            self._waiting.popleft()
            self.lost += 1
        self._waiting.append(sample)
        self._filled.set()

    async def oldest(self) -> Sample:
        """The sample that has waited longest, still in the queue; waits for one."""
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        return self._waiting[0]

    def done(self, sample: Sample) -> None:
        """The sample is stored. If the queue was full meanwhile, it has gone already: then nothing is to be done."""
        if self._waiting and self._waiting[0] is sample:
            self._waiting.popleft()
            self._emptied.set()

    async def room(self) -> None:
        """Wait until half of the queue is free: for a source that can wait, as a file can."""
        while len(self._waiting) > self._limit // 2:
            self._emptied.clear()
            await self._emptied.wait()
