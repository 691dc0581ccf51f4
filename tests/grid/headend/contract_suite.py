"""Rigs for the one contract of all head-ends: each an adapter, what answers it on a real socket, and a real meter.

The stand-in for a head-end system (`hanport meter head-end`) was written from docs/head-end.md alone. The work list's
peer is a person with a spreadsheet.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from grid.headend.commands import NOW, SERIAL, configured
from grid.headend.meters import Running, running, served
from hanport.clock import SystemClock
from hanport.grid.config import HeadEndTable
from hanport.grid.headend.answering import receive
from hanport.grid.headend.contract import Answer, Command, CommandKind, HeadEnd
from hanport.grid.headend.registry import build
from hanport.grid.headend.reported import PortReport, Unreadable
from hanport.grid.headend.work_list_in import read_csv
from hanport.meter.headend import assembly
from hanport.meter.headend.faults import Fault, Faults, Plan
from hanport.meter.headend.server import Manners
from hanport.meter.headend.telling import Pace

TOKEN, REPLY_TOKEN = "ours-1", "theirs-1"
LONGEST_WAIT_S = 20.0


@dataclass
class Inbox:
    """Where a head-end posts its answers: what was read, and how often that could not be."""

    answers: list[Answer] = field(default_factory=list)
    reports: list[PortReport] = field(default_factory=list)
    unreadable: int = 0
    strangers: int = 0

    def application(self, table: HeadEndTable) -> Starlette:
        """The reply address of that head-end."""

        async def take(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {REPLY_TOKEN}":
                self.strangers += 1
                return Response(status_code=401)
            try:
                received = receive(table, request.headers.get("content-type", ""), await request.body(), at=NOW)
            except Unreadable as error:
                self.unreadable += 1
                return Response(error.reply, 400, media_type=error.content_type or None)
            self.answers += received.answers
            self.reports += received.reports
            if received.reply:
                return Response(received.reply, 200, media_type=received.content_type)
            return Response(status_code=204)

        return Starlette(routes=[Route("/answers", take, methods=["POST"])])

    def to(self, command: Command) -> list[Answer]:
        return [each for each in self.answers if each.command_id == command.id]


@dataclass
class Rig:
    """An adapter with all that is behind it. `stand_in` is None where there is no system between."""

    head_end: HeadEnd
    meter: Running
    inbox: Inbox = field(default_factory=Inbox)
    stand_in: assembly.Running | None = None

    async def send(self, command: Command) -> Answer | None:
        """Hand the command over, as the worker does."""
        return await self.head_end.send(command)

    async def answer_to(self, command: Command) -> Answer:
        """Hand the command over and wait for its answer, wherever it comes from."""
        answer = await self.send(command)
        return answer if answer is not None else await self.answer(command)

    async def answer(self, command: Command) -> Answer:
        """Wait for the answer that is posted."""
        await self.until(lambda: bool(self.inbox.to(command)))
        return self.inbox.to(command)[0]

    async def asked(self, command: Command) -> Answer:
        """Ask until there is an answer."""
        async with asyncio.timeout(LONGEST_WAIT_S):
            while (answer := await self.head_end.ask(command)) is None:
                await asyncio.sleep(0.02)
            return answer

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(LONGEST_WAIT_S):
            while not holds():
                await asyncio.sleep(0.01)

    def plan(self, fault: Fault, *, times: int = 1, seconds: float = 0.3) -> None:
        """Put a fault of the stand-in to work."""
        assert self.stand_in is not None
        self.stand_in.head_end.faults.add(Plan(fault, None, times, seconds))

    def begun(self, command: Command) -> int:
        """How often the stand-in has told the meter."""
        assert self.stand_in is not None
        entries = self.stand_in.head_end.book.entries()
        return sum(each.begun for each in entries if each.command.id == command.id)


class ByHand(Rig):
    """A person reads the list, does the work, and sends the file back."""

    async def send(self, command: Command) -> Answer | None:
        assert await super().send(command) is None
        if not self.inbox.to(command):
            await self._work(command)
        return None

    async def _work(self, command: Command) -> None:
        outcome = "done" if command.meter_serial == SERIAL else "impossible"
        if outcome == "done":
            match command.kind:
                case CommandKind.OPEN | CommandKind.CLOSE:
                    self.meter.meter.set_open(command.kind is CommandKind.OPEN)
                case CommandKind.RESTART:
                    self.meter.meter.power_cycle()
        port = "open" if self.meter.is_open else "closed"
        file = f"command_id;what;outcome;port\n{command.id};{command.kind};{outcome};{port}\n"
        answers, refused = read_csv(file.encode(), at=NOW)
        assert refused == []
        self.inbox.answers += answers.values()


@asynccontextmanager
async def _work_list(folder: Path) -> AsyncIterator[Rig]:
    head_ends = build(configured('name = "vendor"\nkind = "work_list"'), folder)
    async with running() as meter:
        yield ByHand(head_ends.named("vendor"), meter)
    await head_ends.close()


@asynccontextmanager
async def _virtual(folder: Path) -> AsyncIterator[Rig]:
    async with running() as meter:
        table = f'name = "vendor"\nkind = "virtual"\n[head_end.meters]\n{SERIAL} = "{meter.url}"'
        head_ends = build(configured(table), folder)
        yield Rig(head_ends.named("vendor"), meter)
        await head_ends.close()


@asynccontextmanager
async def _system(folder: Path, extra: str, *, kind: str, at_once: bool = False) -> AsyncIterator[Rig]:
    """REST or CIM, with the stand-in."""
    (folder / "token").write_text(TOKEN)
    inbox = Inbox()
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/{kind}"
    lines = ['name = "vendor"', f'kind = "{kind}"', f'url = "{url}"', 'token_file = "token"', "timeout_s = 2", extra]
    table = configured("\n".join(lines)).head_end[0]
    async with running() as meter, served(inbox.application(table)) as here:
        config = configured("\n".join([*lines, f'reply_url = "{here}/answers"']))
        setup = assembly.Setup(
            meters={SERIAL: meter.url},
            manners=Manners(TOKEN, at_once),
            reply_token=REPLY_TOKEN,
            pace=Pace(first_s=0.05),
        )
        head_ends = build(config, folder)
        with suppress(asyncio.CancelledError):
            async with assembly.running(setup, Faults(), SystemClock(), listeners=(listener, None)) as stand_in:
                yield Rig(head_ends.named("vendor"), meter, inbox, stand_in)
        await head_ends.close()


@asynccontextmanager
async def rig(name: str, folder: Path) -> AsyncIterator[Rig]:
    """The rig of that name."""
    match name:
        case "work_list":
            made = _work_list(folder)
        case "virtual":
            made = _virtual(folder)
        case "rest":
            made = _system(folder, "", kind="rest")
        case "rest at once":
            made = _system(folder, "", kind="rest", at_once=True)
        case "cim":
            made = _system(folder, "", kind="cim")
        case _:
            made = _system(folder, f'soap = "{name[-3:]}"', kind="cim")
    async with made as ready:
        yield ready


SYSTEMS = ["rest", "cim"]
ALL = ["work_list", "virtual", "rest", "rest at once", "cim", "cim soap 1.1", "cim soap 1.2"]
