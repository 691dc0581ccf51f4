"""The worker's turn with notices: what is owed is spread, and what is due is sent."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from sqlalchemy import and_, or_, select

from hanport.grid.context import Grid
from hanport.grid.database.notice_tables import notice, notice_message
from hanport.grid.database.work import Work
from hanport.grid.notices import outbox
from hanport.grid.notices.channels import Channels
from hanport.grid.notices.errors import NotDelivered
from hanport.grid.notices.outgoing import Outgoing
from hanport.grid.notices.spreading import spread
from hanport.grid.notices.ways import Way

ACTOR = "system"
AT_ONCE = 10  # of each way: mail servers do not like many connections from one sender
_SPREAD = 100

log = logging.getLogger(__name__)
T = TypeVar("T")


async def send_due(grid: Grid, channels: Channels, worker: str) -> bool:
    """Spread what is owed and send what is due, once; whether there is more to do at once. Any number of workers may.

    What goes wrong with a message is kept with it. Raises the worker's `DATABASE_GONE`: a message sent then may
    come a second time.
    """
    if not await asyncio.to_thread(_is_anything_due, grid):
        return False
    count = await _write(grid, lambda work: spread(work, grid.config, _SPREAD))
    leased: list[Outgoing] = []
    for way in channels.by_way:
        leased += await _write(grid, partial(_lease, grid, worker, way))
    ends = await asyncio.gather(*(_send(grid, channels, each) for each in leased), return_exceptions=True)
    _raise_first(ends)
    return count == _SPREAD or len(leased) >= AT_ONCE


def _is_anything_due(grid: Grid) -> bool:
    """Asked without a lock: most turns find nothing."""
    now = grid.database.clock.now()
    due = and_(notice_message.c.state == "due", notice_message.c.due_at <= now)
    overdue = and_(notice_message.c.state == "sending", notice_message.c.lease_until <= now)
    questions = (
        select(notice.c.id).where(notice.c.spread_at.is_(None)),
        select(notice_message.c.id).where(or_(due, overdue)),
    )
    with grid.database.reading() as connection:
        return any(connection.execute(each.limit(1)).first() is not None for each in questions)


def _lease(grid: Grid, worker: str, way: Way, work: Work) -> list[Outgoing]:
    return outbox.lease(work, grid.config, worker, AT_ONCE, way=way)


async def _send(grid: Grid, channels: Channels, message: Outgoing) -> None:
    try:
        async with asyncio.timeout(grid.config.work.lease_s * 0.8):  # afterwards another worker may send it
            await channels.send(message)
    except NotDelivered as error:
        problem = error
    except TimeoutError:
        problem = NotDelivered("It took too long.")
    else:
        await _write(grid, lambda work: outbox.sent(work, message.id))
        return
    log.warning("a notice was not taken", extra={"way": message.way.value, "problem": problem.problem})
    await _write(grid, lambda work: outbox.not_sent(work, grid.config, message.id, problem))


async def _write(grid: Grid, change: Callable[[Work], T]) -> T:
    def write() -> T:
        with grid.database.writing(ACTOR) as work:
            return change(work)

    return await asyncio.to_thread(write)


def _raise_first(ends: Sequence[BaseException | None]) -> None:
    """All have ended: none is left in the background with a message in its hands."""
    for each in ends:
        if each is not None:
            raise each
