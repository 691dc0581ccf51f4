"""Assembly of the service: the one place where its concrete parts are chosen and joined."""

import asyncio
import logging
import socket
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hanport import serving, systemd
from hanport.clock import Clock
from hanport.errors import ConfigError
from hanport.grid import wordings, worker
from hanport.grid.api.app import application
from hanport.grid.config import WebTable
from hanport.grid.context import Grid
from hanport.grid.eid.offer import offered
from hanport.grid.headend import registry
from hanport.grid.notices import channels
from hanport.grid.web.limits import Limits
from hanport.grid.web.parts import WebParts
from hanport.grid.web.site import make_site, with_api
from hanport.grid.web.upkeep import EVERY_S, upkeep
from hanport.grid.worker import Ways, again_and_again

log = logging.getLogger("hanport.grid")

# How long a thread may go on before another has its turn. With Python's 5 ms, a page that asks the database some times
# waits for the background work as often.
_SWITCH_S = 0.001
_COLLECT_S = 0.5  # how often it is looked whose turn has come at BankID


class Role(StrEnum):
    """What a process does: everything, only the web side, or only the work towards the meters."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Start:
    """The configuration's file, what the process does, whether another port is taken where its own is not free, and
    who is told where the API is.
    """

    path: Path
    role: Role = Role.ALL
    or_any_port: bool = False
    tell: Callable[[str], None] = lambda address: None


async def run(grid: Grid, start: Start, clock: Clock, until: asyncio.Event) -> None:
    """Do what the role asks for until the event. Raises ConfigError where it cannot begin."""
    if start.role is not Role.ALL and grid.database.engine.dialect.name == "sqlite":
        raise ConfigError("With SQLite one process does everything.", "Use PostgreSQL, or leave --only out.")
    sys.setswitchinterval(_SWITCH_S)
    head_ends = registry.build(grid.config, start.path.parent, clock)
    notices = channels.build(grid.config, start.path.parent)
    try:
        async with offered(grid, start.path.parent, clock) as flow, asyncio.TaskGroup() as group:
            tasks = [group.create_task(systemd.keep_watchdog(clock))]
            if start.role is not Role.WORKER:
                limits = Limits(grid.config.limits, clock)
                parts = WebParts(grid=grid, clock=clock, folder=start.path.parent, limits=limits, flow=flow)
                await parts.write("system", lambda work: wordings.settle(work, grid.config))
                tasks.append(group.create_task(_served(parts, start)))
                tasks.append(group.create_task(again_and_again(lambda: upkeep(parts), EVERY_S, clock, until)))
                if flow is not None:
                    tasks.append(group.create_task(again_and_again(flow.turn, _COLLECT_S, clock, until)))
            if start.role is not Role.WEB:
                tasks.append(group.create_task(worker.run(grid, Ways(head_ends, notices), clock, until)))
            systemd.notify("READY=1")
            log.info("started", extra={"role": start.role.value, "environment": grid.config.environment.value})
            await until.wait()
            systemd.notify("STOPPING=1")
            for task in tasks:
                task.cancel()
    finally:
        await head_ends.close()
        await notices.close()
        log.info("stopped")


def _served(parts: WebParts, start: Start) -> Coroutine[None, None, None]:
    """Pages and API on one socket, which is listened on already. Raises ConfigError."""
    web = parts.config.web
    both = with_api(make_site(parts), application(parts.grid, parts.clock))
    listener = serving.listen(web.host, web.port, or_any=start.or_any_port)
    start.tell(_address_of(web, listener))
    certificate = _certificate_of(web, parts.folder)
    return serving.serve(both, listener, certificate=certificate, connections=web.connections)


def _certificate_of(web: WebTable, folder: Path) -> serving.Certificate | None:
    if not web.certificate:
        return None
    return serving.Certificate(str(folder / web.certificate), str(folder / web.private_key))


def _address_of(web: WebTable, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if web.certificate else 'http'}://{shown}:{port}"
