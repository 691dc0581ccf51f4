"""A worker process that is killed in the middle of its work: `python victim.py`, told what to do on standard input.

The head-end and its meters are a file of arrivals, one line a sending, so that they live on.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from hanport.clock import SystemClock
from hanport.grid.config import GridConfig, HeadEndTable, WorkTable
from hanport.grid.context import Grid
from hanport.grid.database.engine import connect
from hanport.grid.database.tables import port
from hanport.grid.database.work import Database
from hanport.grid.headend.contract import Answer, Command, CommandKind, HeadEnd, Outcome, PortState
from hanport.grid.keys import Key, Keyring
from hanport.grid.worker import Worker

CONFIG = GridConfig(
    head_end=(HeadEndTable(name="field", kind="rest", url="https://field.example"),),
    work=WorkTable(period_s=0.05, lease_s=0.3, answer_within_s=60, retry_s=0.05, retry_longest_s=0.2),
)


class Countdown:
    """Kills this process at the n-th step; 0: never."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class FieldFile:
    """A head-end that does each command once, by its id, and remembers in a file."""

    path: Path
    steps: Countdown
    name: str = "field"

    def named(self, name: str) -> HeadEnd:
        return self

    async def send(self, command: Command) -> Answer | None:
        self.steps.step()
        with self.path.open("ab", buffering=0) as file:
            file.write(f"{command.id} {command.kind.value} {command.meter_serial}\n".encode())
        self.steps.step()
        state = PortState.OPEN if command.meter_serial in open_ports(self.path) else PortState.CLOSED
        said = state if command.kind is CommandKind.READ else PortState.UNKNOWN
        return Answer(command.id, Outcome.DONE, SystemClock().now(), said)

    async def ask(self, command: Command) -> Answer | None:
        return None

    async def close(self) -> None: ...


def effects(path: Path) -> list[tuple[str, str, str]]:
    """(id, kind, serial) of each command that was carried out, in order; the same id has no second effect."""
    lines = dict.fromkeys(path.read_text().splitlines()) if path.exists() else {}
    found = [line.split(" ") for line in lines]
    return [(each[0], each[1], each[2]) for each in found if each[1] != "read"]


def open_ports(path: Path) -> set[str]:
    """The serial numbers of the meters whose port is open."""
    last = {serial: kind for _, kind, serial in effects(path)}
    return {serial for serial, kind in last.items() if kind == "open"}


async def work(told: dict[str, Any]) -> None:
    """Take rounds until no port is out of step."""
    key = Key(told["id"], *(bytes.fromhex(told[name]) for name in ("encryption", "lookup", "signing")))
    clock, steps = SystemClock(), Countdown(told["kill_at"])
    engine = connect(told["address"])
    for name in ("before_cursor_execute", "commit"):
        event.listen(engine, name, steps.step)
    database = Database(engine, Keyring((key,)), clock)
    worker = Worker(Grid(CONFIG, database), FieldFile(Path(told["field"]), steps), clock)
    while _others(database, told["reported"]):
        if not await worker.round():
            await asyncio.sleep(0.05)


def _others(database: Database, reported: str) -> int:
    with database.reading() as connection:
        chosen = select(func.count()).select_from(port).where(port.c.reported != reported)
        return connection.execute(chosen).scalar_one()


if __name__ == "__main__":
    asyncio.run(work(json.loads(sys.stdin.read())))
