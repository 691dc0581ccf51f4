"""Alarms: raised once, told once, cleared when it is over."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from sqlalchemy import select, update

from grid.conftest import START
from grid.reconcile.field import Field
from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid import alarms, telling
from hanport.grid.config import AlarmTable, GridConfig
from hanport.grid.context import Grid
from hanport.grid.database.tables import audit_entry, order
from hanport.grid.database.work import Database
from hanport.grid.worker import Worker


def _raise(database: Database, kind: str = "kind", subject: str = "M1", **due: object) -> bool:
    with database.writing("system") as work:
        due_at = START + timedelta(hours=1) if due else None
        return alarms.raise_alarm(work, kind, subject, f"{kind} of {subject}", due_at)


def _live(database: Database) -> list[tuple[str, str]]:
    with database.reading() as connection:
        return [(each.kind, each.subject) for each in alarms.live(connection)]


def test_an_alarm_is_raised_once_until_it_is_cleared(database: Database) -> None:
    assert _raise(database)
    assert not _raise(database)
    with database.writing("system") as work:
        assert alarms.clear_alarm(work, "kind", "M1")
        assert not alarms.clear_alarm(work, "kind", "M1")
    assert _live(database) == []
    assert _raise(database)
    with database.reading() as connection:
        actions = connection.execute(select(audit_entry.c.action).order_by(audit_entry.c.seq)).scalars().all()
    assert actions == ["alarm.raised", "alarm.cleared", "alarm.raised"]


def test_the_most_urgent_is_the_first(database: Database) -> None:
    _raise(database, subject="later", due=True)
    _raise(database, subject="now")
    assert _live(database) == [("kind", "now"), ("kind", "later")]


def test_an_alarm_about_an_order_goes_with_it(database: Database, town: Town) -> None:
    _, _, customer_id, contract_id = town.household()
    order_id = town.request(contract_id, customer_id)
    _raise(database, alarms.ORDER_LATE, order_id)
    _raise(database, "kind", order_id)
    with database.writing("system") as work:
        assert alarms.clear_settled(work) == 0
        work.connection.execute(update(order).values(state="cancelled"))
        assert alarms.clear_settled(work) == 1
    assert _live(database) == [("kind", order_id)]


class _Hook(BaseHTTPRequestHandler):
    said: list[dict[str, str]]
    status: int

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.status == 204:
            self.said.append(body)
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def hook() -> Iterator[tuple[str, type[_Hook]]]:
    """A webhook on a real socket: its address, and what it was told."""
    handler = type("Hook", (_Hook,), {"said": [], "status": 204})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/alarms", handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_alarms_are_told_once_and_again_when_nobody_took_them(
    database: Database, clock: ManualClock, hook: tuple[str, type[_Hook]]
) -> None:
    url, handler = hook
    config = GridConfig(alarm=AlarmTable(webhook=url))
    worker = Worker(Grid(config, database), Field(clock.now), clock)
    _raise(database, due=True)
    async with httpx.AsyncClient() as client:
        handler.status = 500
        await worker.tell(client)
        assert handler.said == []
        handler.status = 204
        await worker.tell(client)
        await worker.tell(client)
    (said,) = handler.said
    assert (said["kind"], said["subject"], said["says"]) == ("kind", "M1", "kind of M1")
    assert said["due_at"] == (START + timedelta(hours=1)).isoformat()


async def test_a_webhook_that_is_not_there_is_survived(database: Database) -> None:
    _raise(database)
    untold = telling.untold(database)
    async with httpx.AsyncClient() as client:
        assert await telling.tell(client, "http://127.0.0.1:9/", untold) == []
        assert await asyncio.wait_for(telling.tell(client, "no address", untold), 10) == []
    telling.mark_told(database, [])
    assert telling.untold(database) == untold
