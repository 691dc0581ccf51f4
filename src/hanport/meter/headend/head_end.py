"""The head-end itself: each meter's commands are carried out one after the other, and their ends are told.

The same id is never carried out twice; a command is not begun after it has expired; an opening or closing takes the
place of what was not begun yet at the same meter.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from hanport.clock import Clock
from hanport.meter.headend.book import Book, Entry
from hanport.meter.headend.faults import Fault, Faults
from hanport.meter.headend.meters import Meters, MeterSilent
from hanport.meter.headend.telling import Seen, Teller
from hanport.meter.headend.values import Command, Kind, NeverPossible, Port, Standing, State

_LONGEST_NAP_S = 0.2  # so that a command that is superseded gives way


@dataclass(frozen=True, slots=True)
class Parts:
    """What a head-end is made of."""

    meters: Meters
    teller: Teller
    faults: Faults
    clock: Clock


class HeadEnd:
    """Takes commands at any time; `run` carries them out, each `delay_s` after it came, and tells how they ended."""

    def __init__(self, parts: Parts, *, delay_s: float = 0.0, say: Callable[[str], None] | None = None) -> None:
        self.book = Book()
        self.faults = parts.faults
        self.clock = parts.clock
        self.meters = parts.meters
        self._teller = parts.teller
        self._delay_s = delay_s
        self._say = say
        self._queues: dict[str, asyncio.Queue[Entry]] = {serial: asyncio.Queue() for serial in parts.meters.serials()}
        self._later: asyncio.Queue[tuple[Entry, Standing, float]] = asyncio.Queue()

    def take(self, command: Command) -> tuple[Entry, bool]:
        """Take a command; the flag says that its id was known. Raises NeverPossible and OtherCommand."""
        known = self.book.again(command)
        if known is not None:
            return known, True
        if not self.meters.knows(command.meter):
            raise NeverPossible("The meter is unknown.", "Check the serial number.")
        if self.faults.strike(Fault.REFUSE, command.meter):
            raise NeverPossible("The meter cannot do that.", "Do it by hand.")
        if command.kind in (Kind.OPEN, Kind.CLOSE):
            for older in self.book.waiting(command.meter):
                self._end(older, State.FAILED, detail="superseded")
        entry = self.book.add(command, self.clock.now(), self.clock.monotonic() + self._delay_s)
        self._queues[command.meter].put_nowait(entry)
        return entry, False

    async def look_round(self) -> list[Seen]:
        """Read every meter that answers, as head-ends do at night."""
        seen = []
        for serial in self.meters.serials():
            with contextlib.suppress(MeterSilent):
                seen.append(Seen(serial, Standing(State.DONE, self.clock.now(), await self.meters.read(serial))))
        return seen

    def tell_again(self, entry: Entry) -> None:
        """Post the answer of a command that has ended once more."""
        self._later.put_nowait((entry, entry.standing, 0.0))

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for serial, queue in self._queues.items():
                group.create_task(self._work(serial, queue))
            while True:
                entry, standing, wait_s = await self._later.get()
                group.create_task(self._finish(entry, standing, wait_s))

    async def _work(self, serial: str, queue: "asyncio.Queue[Entry]") -> None:
        while True:
            entry = await queue.get()
            await self._wait_for(entry)
            if entry.is_waiting:
                await self._carry_out(entry)

    async def _wait_for(self, entry: Entry) -> None:
        """Until it is due, or has ended otherwise."""
        while entry.is_waiting:
            wait_s = entry.due_s - self.clock.monotonic()
            if entry.command.starts_at is not None:
                wait_s = max(wait_s, (entry.command.starts_at - self.clock.now()).total_seconds())
            if wait_s <= 0:
                return
            await self.clock.sleep(min(wait_s, _LONGEST_NAP_S))

    async def _carry_out(self, entry: Entry) -> None:
        command = entry.command
        if command.expires_at is not None and self.clock.now() > command.expires_at:
            self._end(entry, State.FAILED, detail="expired")
        elif self._strikes(Fault.FORGET, entry):
            self.book.forget(command.id)
        elif self._strikes(Fault.UNREACHABLE, entry):
            self._end(entry, State.FAILED, detail="The meter does not answer.")
        elif command.kind is not Kind.READ and self._strikes(Fault.DO_NOTHING, entry):
            self._end(entry, State.DONE, port=_wished(command.kind, self.book.port(command.meter)))
        else:
            entry.begun += 1
            await self._ask_meter(entry)

    async def _ask_meter(self, entry: Entry) -> None:
        command = entry.command
        try:
            port = await self._do(command)
        except MeterSilent as wrong:
            self._end(entry, State.FAILED, detail=wrong.problem)
            return
        self.book.heard(command.meter, port)
        if self._strikes(Fault.FAIL, entry):
            self._end(entry, State.FAILED, detail="The module does not answer.")
        elif port is not _wished(command.kind, port):
            self._end(entry, State.FAILED, port=port, detail="The meter did not follow.")
        else:
            told = port.opposite if self._strikes(Fault.OPPOSITE, entry) else port
            self._end(entry, State.DONE, port=told)

    async def _do(self, command: Command) -> Port:
        match command.kind:
            case Kind.OPEN | Kind.CLOSE:
                return await self.meters.switch(command.meter, command.kind is Kind.OPEN)
            case Kind.RESTART:
                return await self.meters.restart(command.meter)
            case Kind.READ:
                return await self.meters.read(command.meter)

    def _end(self, entry: Entry, state: State, *, port: Port = Port.UNKNOWN, detail: str = "") -> None:
        standing = Standing(state, self.clock.now(), port, detail)
        entry.is_over = True
        late = self.faults.strike(Fault.LATE, entry.command.meter)
        if late is None:
            entry.end(standing)
        self._later.put_nowait((entry, standing, late.seconds if late else 0.0))
        if self._say is not None:
            self._say(f"{entry.command.kind.value} {entry.command.meter}: {state.value} {detail}".rstrip())

    async def _finish(self, entry: Entry, standing: Standing, wait_s: float) -> None:
        if wait_s:
            await self.clock.sleep(wait_s)
            entry.end(standing)
        if entry.command.reply_url:
            await self._teller.tell(entry)

    def _strikes(self, fault: Fault, entry: Entry) -> bool:
        return self.faults.strike(fault, entry.command.meter) is not None


def _wished(kind: Kind, otherwise: Port) -> Port:
    """How the port is after a command of that kind."""
    return {Kind.OPEN: Port.OPEN, Kind.CLOSE: Port.CLOSED}.get(kind, otherwise)
