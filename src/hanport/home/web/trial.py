"""A source on trial: one probe at a time, running while the page that shows it is looked at."""

import asyncio
from contextlib import aclosing

from hanport.clock import Clock
from hanport.errors import HanportError
from hanport.home.config import SourceTable
from hanport.home.web.probing import Heard, Probe

UNWATCHED_S = 60.0  # nobody has asked for so long: the source is let go


class Trial:
    """What is heard from the source that was last begun with."""

    def __init__(self, probe: Probe, clock: Clock) -> None:
        self._probe = probe
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._asked_s = 0.0
        self._heard: Heard | None = None
        self.source: SourceTable | None = None
        self.problem: HanportError | None = None

    async def begin(self, source: SourceTable) -> None:
        """Listen to a source. The one before is let go first: it may be the same device."""
        await self.stop()
        self.source, self.problem, self._heard = source, None, Heard(source)
        self._asked_s = self._clock.monotonic()
        self._task = asyncio.create_task(self._run(source))

    @property
    def runs(self) -> bool:
        """Whether it still listens."""
        return self._task is not None and not self._task.done()

    def heard(self) -> Heard | None:
        """What is known now; whoever asks keeps it listening."""
        self._asked_s = self._clock.monotonic()
        return self._heard

    async def stop(self) -> None:
        """Let the source go. What was heard stays known."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self, source: SourceTable) -> None:
        try:
            async with aclosing(self._probe(source)) as told:
                async for self._heard in told:
                    if self._clock.monotonic() - self._asked_s > UNWATCHED_S:
                        return
        except HanportError as error:
            self.problem = error
