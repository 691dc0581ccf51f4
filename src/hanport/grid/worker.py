"""The work in the background: looks at what is due, sends commands through the head-ends, and takes their answers in.

Any number of workers may run, in one process or many: leases and locks in the database part the work. Whatever a worker
did not finish, because it was killed or the database went away, is taken up again from what stands in the database.
"""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

import httpx
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hanport.clock import Clock
from hanport.errors import HanportError
from hanport.grid import alarms, telling, waiting
from hanport.grid.audit.checkpoints import checkpoint
from hanport.grid.context import Grid
from hanport.grid.database.work import Work
from hanport.grid.headend.contract import Answer, HeadEnd
from hanport.grid.notices.channels import Channels
from hanport.grid.notices.occasion import Occasion
from hanport.grid.notices.owing import owe
from hanport.grid.notices.sending import send_due
from hanport.grid.reconcile import duties, narrowing, outbox
from hanport.grid.reconcile.outbox import ACTOR, Leased
from hanport.grid.reconcile.review import review
from hanport.grid.reconcile.sweep import sweep
from hanport.grid.waiting import Waiting

log = logging.getLogger(__name__)
T = TypeVar("T")

DATABASE_GONE = (OperationalError, InterfaceError, PoolTimeout)
_REVIEWS = 100
_PAUSE_LONGEST_S = 60.0
_SWEEP_LEASE = timedelta(minutes=10)
_DUTY_LEASE = timedelta(minutes=2)
_LOG_EVERY = timedelta(days=1)
_TELL_TIMEOUT_S = 10.0
_THREADS = 4  # of its own: whoever visits the pages waits for none of them


class HeadEnds(Protocol):
    """The ways to the meters (headend/registry.py)."""

    def named(self, name: str) -> HeadEnd:
        """The head-end of that name. Raises HanportError."""
        ...


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out: to the meters, and to the customers."""

    head_ends: HeadEnds
    channels: Channels


async def run(grid: Grid, ways: Ways, clock: Clock, until: asyncio.Event) -> None:
    """Work until the event is set; what is being sent then is ended first."""
    worker = Worker(grid, ways.head_ends, clock)
    try:
        async with httpx.AsyncClient(timeout=_TELL_TIMEOUT_S) as client:
            loops = [worker.look, worker.send, worker.ask, lambda: worker.tell(client), lambda: worker.mind(until)]
            loops += [worker.look_for_waiting, lambda: send_due(grid, ways.channels, worker.name)]
            async with asyncio.TaskGroup() as tasks:
                for each in loops:
                    tasks.create_task(again_and_again(each, grid.config.work.period_s, clock, until))
            await worker.sent()
    finally:
        await worker.close()


async def again_and_again(
    turn: Callable[[], Coroutine[None, None, bool]], period_s: float, clock: Clock, until: asyncio.Event
) -> None:
    """Take turns; at once again after one that found its hands full, otherwise after the period."""
    while not until.is_set():
        try:
            is_full = await turn()
        except DATABASE_GONE as error:
            log.warning("the database cannot be worked with", extra={"error": type(error).__name__})
            is_full = False
        if not is_full:
            await _wait(clock, period_s, until)


async def _wait(clock: Clock, seconds: float, until: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(clock.sleep(seconds)), asyncio.ensure_future(until.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()


def _tell_waiting(work: Work, wish: Waiting) -> None:
    owe(work, Occasion.CAN_OPEN, wish.facility_id, {"customer_id": wish.customer_id})


class Worker:
    """One worker. Each turn gives whether there is more to do at once. Raises `DATABASE_GONE`."""

    def __init__(self, grid: Grid, head_ends: HeadEnds, clock: Clock, name: str = "") -> None:
        self.name = name or f"w-{secrets.token_hex(4)}"
        self._config = grid.config
        self._database = grid.database
        self._head_ends = head_ends
        self._clock = clock
        self._sending: set[asyncio.Task[None]] = set()
        self._at_head_end: Counter[str] = Counter()
        self._threads = ThreadPoolExecutor(_THREADS, "worker")
        self._pauses: dict[str, tuple[float, float]] = {}  # head-end -> (until when, how long), by its failures

    async def close(self) -> None:
        """Wait for what its threads are at."""
        await asyncio.to_thread(self._threads.shutdown)

    async def round(self) -> bool:
        """Everything once: what is due is looked at, sent, and asked for. Whether anything was done."""
        looked = await self.look()
        sending = await self.send()
        await self.sent()
        return any([looked, sending, await self.ask()])

    async def look(self) -> bool:
        """Review what is due, and give up on answers that are overdue."""
        return await self._apart(self._look)

    async def send(self) -> bool:
        """Lease commands and hand them to their head-ends, each in a task of its own."""
        self._reap()
        room = self._config.work.sendings_at_once - len(self._sending)
        if room <= 0:
            await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
            return True
        busy = self._busy()
        leased = await self._apart(lambda: outbox.take(self._database, self._config, self.name, room, without=busy))
        for each in leased:
            self._at_head_end[each.head_end] += 1
            self._sending.add(asyncio.create_task(self._send(each)))
        return bool(leased)

    async def look_for_waiting(self) -> bool:
        """Have those told who wait for a port that can be opened."""
        return await self._write(lambda work: waiting.tell_due(work, _tell_waiting)) > 0

    async def sent(self) -> None:
        """Wait for all sendings under way."""
        if self._sending:
            await asyncio.wait(self._sending)
        self._reap()

    async def ask(self) -> bool:
        """Ask head-ends how commands stand whose answer has not come."""
        at_once = self._config.work.sendings_at_once
        asked = await self._apart(lambda: outbox.to_ask(self._database, self._config, at_once))
        answers = await asyncio.gather(*map(self._ask, asked))
        for answer in answers:
            if answer is not None:
                await self._take_in(answer)
        return len(asked) == at_once

    async def tell(self, client: httpx.AsyncClient) -> bool:
        """Say that a worker is at work, and tell alarms where they go, unless another worker does."""
        await self._write(duties.beat)
        await self._write(alarms.clear_settled)
        if self._config.alarm.webhook and await self._claim("alarms", timedelta(), _DUTY_LEASE):
            untold = await self._apart(lambda: telling.untold(self._database))
            told = await telling.tell(client, self._config.alarm.webhook, untold)
            await self._apart(lambda: telling.mark_told(self._database, told))
            await self._write(lambda work: duties.done(work, "alarms", self.name))
        return False

    async def mind(self, until: asyncio.Event) -> bool:
        """Sweep and sign the log when it is time, unless another worker does."""
        every = timedelta(hours=self._config.work.sweep_hours)
        if await self._claim("sweep", every, _SWEEP_LEASE):
            await self._apart(lambda: self._sweep(until))
        if await self._claim("checkpoint", _LOG_EVERY, _DUTY_LEASE):
            await self._write(checkpoint)
            await self._write(lambda work: duties.done(work, "checkpoint", self.name))
        return False

    def _look(self) -> bool:
        lost = outbox.overdue(self._database, self._config)
        with self._database.reading() as connection:
            meters = narrowing.due(connection, self._database.clock.now(), _REVIEWS)
        if meters:
            with self._database.writing(ACTOR) as work:
                review(work, self._config, meters, waiting=False)
        return bool(lost) or len(meters) == _REVIEWS

    def _sweep(self, until: asyncio.Event) -> None:
        def goes_on() -> bool:
            with self._database.writing(ACTOR) as work:
                return not until.is_set() and duties.keep(work, "sweep", self.name, _SWEEP_LEASE)

        swept = sweep(self._database, self._config, goes_on)
        if goes_on():
            with self._database.writing(ACTOR) as work:
                duties.done(work, "sweep", self.name)
        log.info("swept", extra={"meters": swept.passed, "judged": swept.judged, "commands": swept.commands})

    def _reap(self) -> None:
        """Let go of sendings that have ended; what went wrong in them in an unforeseen way goes wrong here."""
        ended = {task for task in self._sending if task.done()}
        self._sending -= ended
        for task in ended:
            task.result()

    async def _send(self, leased: Leased) -> None:
        try:
            await self._hand_over(leased)
        except DATABASE_GONE as error:  # the lease runs out, and the same command is sent again
            log.warning("an answer could not be kept", extra={"error": type(error).__name__})
        finally:
            self._at_head_end[leased.head_end] -= 1

    async def _hand_over(self, leased: Leased) -> None:
        command = leased.command
        if self._clock.now() >= leased.not_after:
            await self._write(lambda work: outbox.given_back(work, command.id, self.name))
            return
        try:
            answer = await self._head_ends.named(leased.head_end).send(command)
        except HanportError as error:
            why = str(error)
            self._pause(leased.head_end)
            await self._write(lambda work: outbox.undelivered(work, self._config, command.id, why, worker=self.name))
            return
        self._pauses.pop(leased.head_end, None)
        if answer is None:
            await self._write(lambda work: outbox.taken(work, self._config, command.id))
        else:
            await self._take_in(answer)

    async def _take_in(self, answer: Answer) -> None:
        try:
            await self._write(lambda work: outbox.answered(work, self._config, answer))
        except HanportError as error:  # it is asked for, or the same command is sent, once more
            log.warning("an answer could not be taken in", extra={"error": type(error).__name__})

    async def _ask(self, leased: Leased) -> Answer | None:
        try:
            return await self._head_ends.named(leased.head_end).ask(leased.command)
        except HanportError as error:
            log.info("a head-end does not say how a command stands", extra={"error": type(error).__name__})
            return None

    def _busy(self) -> list[str]:
        """Head-ends that take nothing now: they have failed a moment ago, or hold half of the sendings already."""
        now_s = self._clock.monotonic()
        half = max(1, self._config.work.sendings_at_once // 2)
        several = len(self._config.head_end) > 1
        full = [name for name, count in self._at_head_end.items() if several and count >= half]
        return full + [name for name, (until_s, _) in self._pauses.items() if until_s > now_s]

    def _pause(self, head_end: str) -> None:
        _, before_s = self._pauses.get(head_end, (0.0, 0.5))
        pause_s = min(before_s * 2, _PAUSE_LONGEST_S)
        self._pauses[head_end] = (self._clock.monotonic() + pause_s, pause_s)

    async def _claim(self, duty: str, every: timedelta, lease: timedelta) -> bool:
        return await self._write(lambda work: duties.claim(work, duty, self.name, every=every, lease=lease))

    async def _write(self, change: Callable[[Work], T]) -> T:
        def write() -> T:
            with self._database.writing(ACTOR) as work:
                return change(work)

        return await self._apart(write)

    async def _apart(self, task: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, task)
