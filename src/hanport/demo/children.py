"""Programs of hanport as child processes: started, waited for until they say where they are, and ended."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from hanport.errors import HanportError

STOP_S = 15.0
_SEE_ABOVE = "What it said stands above."


@dataclass(frozen=True, slots=True, eq=False)
class Child:
    """A program that runs, and the places that it said it is at."""

    name: str
    places: tuple[str, ...]
    process: Process

    @property
    def place(self) -> str:
        """The first of them."""
        return self.places[0]


async def run(arguments: Sequence[str], *, text: str = "") -> str:
    """Let a program run to its end, with a text for its standard input; gives what it printed. Raises HanportError."""
    process = await asyncio.create_subprocess_exec(*_command(arguments), stdin=PIPE, stdout=PIPE)
    try:
        said, _ = await process.communicate(text.encode())
    except asyncio.CancelledError:
        await _end(process)
        raise
    if process.returncode:
        raise HanportError(f"`hanport {_name(arguments)}` failed.", _SEE_ABOVE)
    return said.decode()


class Children:
    """The programs that run now. All of them are ended by `end_all`, also those that had said nothing yet."""

    def __init__(self) -> None:
        self._watches: dict[Process, asyncio.Task[None] | None] = {}
        self._leaving: set[Process] = set()
        self._fallen: asyncio.Queue[str] = asyncio.Queue()

    async def start(self, arguments: Sequence[str], *, says: Sequence[str]) -> Child:
        """A program; its places are what follows each of `says`, in the lines that have them, in that order.

        Raises HanportError when it ends before it has said all.
        """
        process = await asyncio.create_subprocess_exec(*_command(arguments), stdin=DEVNULL, stdout=PIPE)
        name = _name(arguments)
        self._watches[process] = None
        places = [await _said(process, each, name) for each in says]
        self._watches[process] = asyncio.create_task(self._watch(process, name))
        return Child(name, tuple(places), process)

    async def end(self, child: Child) -> None:
        """End one; that is no fall."""
        await self._finish(child.process)

    async def end_all(self) -> None:
        """End all, at the same time."""
        await asyncio.gather(*map(self._finish, list(self._watches)))

    async def fallen(self) -> NoReturn:
        """Wait until one of the programs ends by itself. Raises HanportError then."""
        name = await self._fallen.get()
        raise HanportError(f"`hanport {name}` has ended.", _SEE_ABOVE)

    async def _watch(self, process: Process, name: str) -> None:
        """What it goes on saying is read and dropped: a full pipe would hold it up."""
        assert process.stdout is not None
        while await process.stdout.read(4096):
            pass
        await process.wait()
        if process not in self._leaving:
            self._fallen.put_nowait(name)

    async def _finish(self, process: Process) -> None:
        self._leaving.add(process)
        watch = self._watches.pop(process, None)
        await _end(process)
        if watch is not None:
            await watch


async def _end(process: Process) -> None:
    """Ask it to end, and wait; who does not is killed."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _said(process: Process, says: str, name: str) -> str:
    assert process.stdout is not None
    async for line in process.stdout:
        _, found, place = line.decode().partition(says)
        if found:
            return place.strip()
    await process.wait()
    raise HanportError(f"`hanport {name}` did not start.", _SEE_ABOVE)


def _name(arguments: Sequence[str]) -> str:
    """The command that it is, without its options."""
    words = [each for each in arguments[:2] if not each.startswith("-")]
    return " ".join(words if len(words) == 2 and arguments[0] == "meter" else words[:1])


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "hanport", *arguments]
