"""The service's pages under fifty customers: a real process, real sockets, a real browser's pace."""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import select, update

from bench.figure import Figure
from bench.grid_orders import fill
from bench.grid_people import gsrn
from hanport.clock import SystemClock
from hanport.grid.config import SessionsTable
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.keys import Purpose
from hanport.grid.opening import opened
from hanport.grid.right import IdentityCheck
from hanport.grid.web import sessions
from hanport.grid.web.sessions import Identified
from hanport.grid.web.visiting import SESSION_COOKIE

_CUSTOMERS = 50
_PAUSE_S = 1.0  # between a page and the next click
_WARM_S, _WATCH_S = 5.0, 30.0
_TARGET_MS = 200


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer who is identified: the cookie, and the facility."""

    secret: str
    gsrn: str


def figures() -> Iterator[Figure]:
    """Fifty customers at once among 20 000 households on SQLite, each a page a second.

    First on a day when all ports have been read, then on the first day, while the same process has every port read.
    """
    settled_ms = _watched(settled=True)
    p99, median = _p99(settled_ms), settled_ms[len(settled_ms) // 2]
    yield Figure("grid.page", p99, "ms p99", f"<= {_TARGET_MS} ms at 50 customers", p99 <= _TARGET_MS)
    yield Figure("grid.page_median", median, f"ms; {len(settled_ms) / _WATCH_S:.0f} pages/s")
    yield Figure("grid.page_first_day", _p99(_watched(settled=False)), "ms p99, while 20 000 ports are being read")


def _p99(sorted_ms: list[float]) -> float:
    return sorted_ms[int(len(sorted_ms) * 0.99)]


def _watched(*, settled: bool) -> list[float]:
    """How long each page took in ms, sorted."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "grid.toml"
        _grid(config, "new", "--test")
        text = config.read_text("utf-8").replace("port = 8490", "port = 0\n\n[limits]\nrequests = 1000000")
        config.write_text(text, "utf-8")
        with opened(config, SystemClock()) as grid:
            customers = _fill(grid.database)
            if settled:
                _have_all_read(grid.database)
        command = [sys.executable, "-m", "hanport", "grid", "--config", str(config)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            try:
                assert process.stdout is not None
                found = re.search(r"grid on (\S+)", process.stdout.readline())
                assert found is not None, "the service did not start"
                if settled:
                    _wait_until_quiet(process.pid)
                return sorted(asyncio.run(_visited(found[1], customers)))
            finally:
                process.terminate()


def _wait_until_quiet(pid: int) -> None:
    """Until the process has looked at every meter once, as it does at its first start."""
    used_s = -1.0
    while _cpu_s(pid) - used_s >= 0.1:
        used_s = _cpu_s(pid)
        time.sleep(2)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _have_all_read(database: Database) -> None:
    with database.writing("system") as work:
        work.connection.execute(update(tables.port).values(reported_at=work.at, changed_at=work.at))


def _fill(database: Database) -> list[Customer]:
    numbers = fill(database)
    lookups = [database.keyring.lookup(each) for each in numbers[:_CUSTOMERS]]
    settings, customers = SessionsTable(), []
    with database.writing("customer") as work:
        for n, lookup in enumerate(lookups):
            chosen = select(tables.person.c.id).where(tables.person.c.number_lookup == lookup)
            person_id: int = work.connection.execute(chosen).scalar_one()
            before = sessions.find(work.connection, settings, sessions.begin(work), work.at)
            assert before is not None
            evidence = work.keyring.seal(b"{}", Purpose.EVIDENCE)
            identified = Identified(person_id, f"Kund {n}", IdentityCheck.BANKID, work.at, evidence)
            customers.append(Customer(sessions.identify(work, settings, before, identified), gsrn(n)))
    return customers


async def _visited(address: str, customers: list[Customer]) -> list[float]:
    """How long each answer took, in ms, after the first seconds. Nobody begins before all browsers are there: to make
    one takes so long that all would ask at the same instants.
    """
    taken: list[float] = []
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(_browser(address, each)) for each in customers]
        begun_s = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for place, (browser, customer) in enumerate(zip(browsers, customers, strict=True)):
                group.create_task(_visit(browser, customer, begun_s + place * _PAUSE_S / len(customers), taken))
    return taken


def _browser(address: str, customer: Customer) -> httpx.AsyncClient:
    cookies, headers = {SESSION_COOKIE: customer.secret}, {"accept": "text/html"}
    return httpx.AsyncClient(base_url=address, cookies=cookies, timeout=30, headers=headers)


async def _visit(browser: httpx.AsyncClient, customer: Customer, begin_s: float, taken: list[float]) -> None:
    pages = ["/", "/facilities", f"/facilities/{customer.gsrn}", "/meters", "/facilities"]
    await asyncio.sleep(max(0.0, begin_s - time.perf_counter()))
    place = 0
    while (asked_s := time.perf_counter()) < begin_s + _WARM_S + _WATCH_S:
        answer = await browser.get(pages[place % len(pages)])
        answered_s = time.perf_counter()
        assert answer.status_code == 200, answer.text[:500]
        if asked_s >= begin_s + _WARM_S:
            taken.append((answered_s - asked_s) * 1000)
        place += 1
        await asyncio.sleep(max(0.0, _PAUSE_S - (answered_s - asked_s)))


def _grid(config: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "hanport", "grid", "--config", str(config), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
