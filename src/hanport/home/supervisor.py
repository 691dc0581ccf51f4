"""Keeps the hub's parts running: one that fails is shown, and started again after a pause; never silently gone."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from hanport.clock import Clock
from hanport.errors import ConfigError, HanportError
from hanport.home.values import PartState, PartStatus

Run = Callable[[], Awaitable[None]]

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
# A part that ran for so long was well: its next failure is a new one.
WELL_AFTER_S = 120.0

log = logging.getLogger("hanport.home")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the hub. Parts with the same `settings` are the same: only a changed one is started anew.

    `once`: it may come to its end (a recording that was read); others that return have failed.
    """

    run: Run
    settings: object = None
    once: bool = False


class Supervisor:
    """Runs parts by name inside one task group; `statuses` says how each does."""

    def __init__(self, clock: Clock, statuses: dict[str, PartStatus]) -> None:
        self._clock = clock
        self._statuses = statuses
        self._running: dict[str, tuple[Part, asyncio.Task[None]]] = {}
        self._group: asyncio.TaskGroup | None = None

    async def run(self, wanted: dict[str, Part], until: asyncio.Event) -> None:
        """Keep these parts until the event; then stop them in the reverse order, each in its own time."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                await self.change(wanted)
                await until.wait()
            finally:
                for name in reversed(self._running):
                    await self._stop(name)
                self._running.clear()

    async def change(self, wanted: dict[str, Part]) -> None:
        """From now on keep these parts: the ones that are gone or changed stop, the new ones start."""
        for name, (part, _) in list(self._running.items()):
            if name not in wanted or wanted[name].settings != part.settings:
                await self._stop(name)
                del self._running[name]
                self._statuses.pop(name, None)
        for name, part in wanted.items():
            if name not in self._running and self._group is not None:
                task = self._group.create_task(self._keep(name, part), name=name)
                self._running[name] = (part, task)

    async def _stop(self, name: str) -> None:
        _, task = self._running[name]
        task.cancel()
        await asyncio.wait({task})

    async def _keep(self, name: str, part: Part) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            self._statuses[name] = PartStatus(name, PartState.RUNNING, self._clock.now())
            begun_s = self._clock.monotonic()
            error = await _outcome(part.run)
            if error is None and part.once:
                self._statuses[name] = PartStatus(name, PartState.STOPPED, self._clock.now())
                return
            if self._clock.monotonic() - begun_s >= WELL_AFTER_S:
                pause_s = FIRST_PAUSE_S
            pause_s = LONGEST_PAUSE_S if isinstance(error, ConfigError) else pause_s
            problem = _in_words(error)
            _log_failure(name, error, pause_s)
            kind = type(error).__name__ if isinstance(error, HanportError) else ""
            self._statuses[name] = PartStatus(name, PartState.FAILED, self._clock.now(), problem, pause_s, kind)
            await self._clock.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


async def _outcome(run: Run) -> BaseException | None:
    """Let a part run; its failure as a value, whatever it is. Cancelled when we are."""
    running = asyncio.ensure_future(run())
    try:
        await asyncio.wait({running})
    except asyncio.CancelledError:
        running.cancel()
        await asyncio.wait({running})
        if not running.cancelled() and (failure := running.exception()) is not None:
            log.warning("failed while stopping", extra={"problem": _in_words(failure)})
        raise
    return asyncio.CancelledError() if running.cancelled() else running.exception()


def _in_words(error: BaseException | None) -> str:
    """What is shown of a failure. Of an error that was not foreseen its kind: its text may hold what is nobody's."""
    if error is None:
        return "It ended by itself."
    if isinstance(error, BaseExceptionGroup):
        return " ".join(dict.fromkeys(_in_words(each) for each in error.exceptions))
    return str(error) if isinstance(error, HanportError) else f"Unforeseen: {type(error).__name__}."


def _log_failure(name: str, error: BaseException | None, pause_s: float) -> None:
    foreseen = error is None or isinstance(error, HanportError)
    log.warning(
        "part failed",
        extra={"part": name, "problem": _in_words(error), "retry_in_s": pause_s},
        exc_info=None if foreseen else error,
    )
