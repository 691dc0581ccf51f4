"""The watch over the port, always on: fed with what is heard, it says how the port does and remembers how it did."""

import asyncio
from datetime import datetime

import apsw

from hanport.clock import Clock
from hanport.doctor.guide import restart_guide
from hanport.errors import SourceError
from hanport.home.health import history
from hanport.home.health.days import add_days, day_of
from hanport.home.health.guide import Act, Guide
from hanport.home.health.journal import write_all
from hanport.home.health.memory import ALIVE, Alive, Before, remember, to_alive
from hanport.home.health.observing import Observing, examine
from hanport.home.health.report import Health
from hanport.home.live import Live
from hanport.home.store.thread import StoreThread
from hanport.home.values import PortState, PortStatus
from hanport.port.telegram import Telegram
from hanport.port.values import Rejected

TICK_S = 1.0
WRITE_S = 60.0
WRITE_GUIDED_S = 5.0  # while the main switch may be turned off: so old may the last sign of life be
HUB_OFF_S = 20.0  # a restart of the program takes less
HUB_OFF_UNCLEAN_S = WRITE_S + 30.0  # what just ended has last been written a minute before
# What a page may do to a restart; the rest happens.
CHOSEN = frozenset({Act.BEGIN, Act.NEXT, Act.BACK, Act.CANCEL})


class HealthWatch:
    """Judges the source at `address` (as it may be shown: without its password), and tells `live` how it does.

    `connected`, `lost`, `bytes`, `event` and `tick` take what happens, at once; `open` reads what an earlier run has
    left, `run` ticks, lets the doctor look and stores until cancelled, `flush` stores now. Times are those of the
    clock, aware, in UTC; of a file those of the recording.
    """

    def __init__(self, live: Live, store: StoreThread, address: str, *, clock: Clock, keys_given: bool = False) -> None:
        self._live = live
        self._store = store
        self._clock = clock
        self._observing = Observing(address, clock, keys_given=keys_given)
        self._before = Before()
        self._hub_off: tuple[datetime, datetime] | None = None
        self._opened = False
        self._written_s: float | None = None
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        """Go on where an earlier run of the hub has ended. Raises StoreError."""
        if self._opened:
            return
        now = self._clock.now()
        before = await self._store.read(lambda reader: remember(reader, now))
        self._opened = True
        self._observing.go_on(before)
        self._hub_off = before.hub_off
        if before.alive is not None:
            self._was_off(before.alive, self._observing.begun_at)

    def _was_off(self, alive: Alive, at: datetime) -> None:
        """The hub was away: that gap is its own, and no silence of the port."""
        off_s = (at - alive.at).total_seconds()
        if off_s >= (HUB_OFF_S if alive.clean else HUB_OFF_UNCLEAN_S):
            self._hub_off = (alive.at, at)
            self._observing.journal.happened("hub-off", alive.at, at, {"clean": alive.clean})
        if off_s >= HUB_OFF_S:
            self._observing.happen(Act.HUB_OFF, at)

    def connected(self, at: datetime) -> None:
        """The source is open."""
        self._observing.connected(at)
        self._tell()

    def lost(self, at: datetime, problem: SourceError | str) -> None:
        """The source was lost or could not be opened; the error itself says more than its text."""
        self._observing.lost(at, problem)
        self._tell()

    def bytes(self, at: datetime, data: bytes) -> None:
        """Bytes came, before the events that they complete."""
        self._observing.bytes(at, data)

    def event(self, at: datetime, event: Telegram | Rejected) -> None:
        """A telegram or a rejection."""
        self._observing.event(at, event)
        self._tell()

    def tick(self, at: datetime) -> None:
        """Time has passed; once a second."""
        self._observing.tick(at)
        self._tell()

    def _tell(self) -> None:
        """Live hears of another state, moment or finding, and not of every telegram."""
        status, known = self._status(), self._live.status
        if (status.state, status.since, status.finding) != (known.state, known.since, known.finding):
            self._live.becomes(status)

    def _status(self) -> PortStatus:
        seen = self._observing
        verdict, since = seen.verdict, seen.verdict.since
        lasting = seen.journal.open({PortState.SILENT: "silence", PortState.LOST: "lost"}.get(verdict.state, "ill"))
        if lasting is not None and verdict.state not in (PortState.STARTING, PortState.WELL):
            since = lasting.began_at
        last = seen.hearing.last_telegram_at or seen.hearing.before
        return PortStatus(verdict.state, since, verdict.key, last)

    async def act(self, act: Act) -> Guide:
        """A person goes on with the restart, or back; durable on return, for the main switch may be next.

        Raises ValueError for what no person does, StoreError.
        """
        if act not in CHOSEN:
            raise ValueError(f"{act} happens by itself")
        now = self._clock.now()
        self._observing.happen(act, now)
        self._observing.tick(now)
        await self.flush()
        return self._observing.guide

    async def run(self) -> None:
        """Tick and store, until cancelled. Raises StoreError; then what is not stored is kept for the next `run`."""
        await self.open()
        try:
            while True:
                self.tick(self._clock.now())
                await self.look()
                if self._is_due():
                    await self.flush()
                await self._clock.sleep(TICK_S)
        except asyncio.CancelledError:
            await self.close()
            raise

    async def look(self) -> None:
        """Let the doctor look at the last minutes, where it is time to: every 10 s, and not in the event loop."""
        looked_at = self._clock.now()
        observation = self._observing.to_examine(looked_at)
        if observation is not None:
            diagnosis = await asyncio.to_thread(examine, observation)
            self._observing.examined(diagnosis, looked_at, self._clock.now())
            self._tell()

    def _is_due(self) -> bool:
        """Events are stored at once, counts once a minute."""
        if len(self._observing.journal) or self._written_s is None:
            return True
        limit_s = WRITE_GUIDED_S if self._observing.guide.active else WRITE_S
        return self._clock.monotonic() - self._written_s >= limit_s

    async def flush(self) -> None:
        """Store all that waits. Raises StoreError."""
        await self._store_all(clean=False)

    async def close(self) -> None:
        """Store all that waits, and that the hub was stopped cleanly. Raises StoreError."""
        await self._store_all(clean=True)

    async def _store_all(self, *, clean: bool) -> None:
        """A write that has begun is waited for even when we are cancelled: nothing is counted twice."""
        storing = asyncio.ensure_future(self._write(clean=clean))
        try:
            await asyncio.shield(storing)
        except asyncio.CancelledError:
            await asyncio.wait({storing})
            raise

    async def _write(self, *, clean: bool) -> None:
        await self.open()
        async with self._writing:
            seen, now = self._observing, self._clock.now()
            today = seen.days.counts(now)
            if today.clock_offset_ms is not None:
                seen.clocks.day(day_of(now), today.clock_offset_ms)
            seen.journal.note(ALIVE, to_alive(self._alive(now, clean=clean)))
            (changes, notes), added = seen.journal.waiting(), seen.days.unstored()

            def store(connection: apsw.Connection) -> None:
                write_all(connection, changes, notes)
                add_days(connection, added)

            await self._store.write(store)
            seen.journal.stored(changes, notes)
            seen.days.stored(added, now)
            self._written_s = self._clock.monotonic()

    def _alive(self, at: datetime, *, clean: bool) -> Alive:
        seen = self._observing
        last = seen.hearing.last_telegram_at or seen.hearing.before
        return Alive(at, clean, last, seen.hearing.pace.interval_s, seen.model, seen.course.worked_since)

    def report(self) -> Health:
        """How the port does now."""
        seen, now, status = self._observing, self._clock.now(), self._status()
        pace, last = seen.hearing.pace, status.last_telegram_at
        age_s = None if last is None else max(0.0, (now - last).total_seconds())
        findings = seen.verdict.findings
        return Health(
            at=now,
            status=status,
            link=seen.hearing.link,
            interval_s=pace.interval_s,
            age_s=age_s,
            stale_after_s=pace.stale_after_s,
            stale=age_s is None or age_s > pace.stale_after_s,
            findings=findings,
            model=seen.model,
            restart_guide=restart_guide((finding.key for finding in findings), seen.model),
            guide=seen.guide,
            today=seen.days.counts(now),
            hangs=history.pattern(seen.course.silences, seen.model, now),
            clock=seen.clocks.health(),
            hub_off=self._hub_off,
        )
