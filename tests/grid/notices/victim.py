"""A worker process that is killed while it tells customers: `python victim.py`, told what to do on standard input."""

import asyncio
import json
import os
import signal
import sys
from typing import Any

import msgspec
from sqlalchemy import event, func, select

from grid.notices.office import CONFIG
from grid.reconcile.victim import Countdown
from hanport.clock import SystemClock
from hanport.grid.config import GridConfig, MailTable, SmsTable, WorkTable
from hanport.grid.context import Grid
from hanport.grid.database.engine import connect
from hanport.grid.database.notice_tables import notice, notice_message
from hanport.grid.database.work import Database
from hanport.grid.keys import Key, Keyring
from hanport.grid.notices.channels import Channels
from hanport.grid.notices.mail import MailChannel
from hanport.grid.notices.outgoing import Outgoing
from hanport.grid.notices.sending import send_due
from hanport.grid.notices.ways import Way


class Steps:
    """A channel whose every step may be the last one; `is_fatal`: the one after the first sending is."""

    def __init__(self, channel: MailChannel, steps: Countdown, *, is_fatal: bool) -> None:
        self._channel, self._steps, self._is_fatal = channel, steps, is_fatal

    async def send(self, message: Outgoing) -> None:
        self._steps.step()
        await self._channel.send(message)
        self._steps.step()
        if self._is_fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    async def close(self) -> None: ...


def config(port: int) -> GridConfig:
    """That of a worker whose leases are short."""
    mail = MailTable(host="localhost", port=port, security="none", sender="han@example.se")
    return msgspec.structs.replace(CONFIG, mail=mail, sms=SmsTable(), work=WorkTable(lease_s=0.5, retry_s=0.1))


async def work(told: dict[str, Any]) -> None:
    """Take turns until nothing is left to be told."""
    key = Key(told["id"], *(bytes.fromhex(told[name]) for name in ("encryption", "lookup", "signing")))
    steps, engine = Countdown(told["kill_at"]), connect(told["address"])
    for name in ("before_cursor_execute", "commit"):
        event.listen(engine, name, steps.step)
    grid = Grid(config(told["port"]), Database(engine, Keyring((key,)), SystemClock()))
    mail = MailChannel(grid.config.mail, "han@example.se", "")
    channels = Channels({Way.MAIL: Steps(mail, steps, is_fatal=told["after_sending"])})
    while _is_anything_left(grid):
        if not await send_due(grid, channels, f"w{os.getpid()}"):
            await asyncio.sleep(0.05)


def _is_anything_left(grid: Grid) -> bool:
    questions = (
        select(func.count()).where(notice.c.spread_at.is_(None)),
        select(func.count()).where(notice_message.c.state.in_(("due", "sending"))),
    )
    with grid.database.reading() as connection:
        return any(connection.execute(each).scalar_one() for each in questions)


if __name__ == "__main__":
    asyncio.run(work(json.loads(sys.stdin.read())))
