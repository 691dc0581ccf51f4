"""Puts a head-end together, and runs it with its servers."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

import httpx

from hanport.clock import Clock
from hanport.meter.headend import rest_form
from hanport.meter.headend.cim_text import CONTENT_TYPES, CimText
from hanport.meter.headend.codes import Codes
from hanport.meter.headend.control import application as control
from hanport.meter.headend.faults import Faults
from hanport.meter.headend.head_end import HeadEnd, Parts
from hanport.meter.headend.meters import VirtualMeters
from hanport.meter.headend.server import Manners, Server
from hanport.meter.headend.telling import Pace, Teller
from hanport.meter.headend.values import Form
from hanport.serving import Certificate, serve

_TIMEOUT_S = 20.0
CONNECTIONS = 1000


@dataclass(frozen=True, slots=True)
class Setup:
    """All that makes one head-end: the meters by serial number, how it behaves, and how it answers.

    `reply_token` is what the service knows it by, `trusted` whom it trusts (None: the system's list).
    """

    meters: Mapping[str, str]
    manners: Manners = field(default_factory=Manners)
    codes: Codes = field(default_factory=Codes)
    delay_s: float = 0.0
    reply_token: str = ""
    trusted: ssl.SSLContext | None = None
    pace: Pace = field(default_factory=Pace)
    say: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """A head-end at work."""

    head_end: HeadEnd
    teller: Teller


@contextlib.asynccontextmanager
async def running(
    setup: Setup,
    faults: Faults,
    clock: Clock,
    *,
    listeners: tuple[socket.socket, socket.socket | None],
    certificate: Certificate | None = None,
) -> AsyncIterator[Running]:
    """A head-end that serves on the first listener, and its control interface on the second, until the block ends."""
    text = CimText(setup.codes, clock)
    writers = {Form.REST: rest_form.WRITER} | {form: text.writer(form) for form in CONTENT_TYPES}
    headers = {"Authorization": f"Bearer {setup.reply_token}"} if setup.reply_token else {}
    meters = VirtualMeters(setup.meters)
    client = httpx.AsyncClient(
        timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False, headers=headers, verify=setup.trusted or True
    )
    teller = Teller(client, writers, faults, clock=clock, pace=setup.pace)
    head_end = HeadEnd(Parts(meters, teller, faults, clock), delay_s=setup.delay_s, say=setup.say)
    server = Server(head_end, text, setup.manners).application()
    work = [head_end.run(), serve(server, listeners[0], certificate=certificate, connections=CONNECTIONS)]
    if listeners[1] is not None:
        work.append(serve(control(head_end, teller), listeners[1]))
    async with client, contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(meters.close)
        for each in filter(None, listeners):
            stack.callback(each.close)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in work]
            try:
                yield Running(head_end, teller)
            finally:
                for task in tasks:
                    task.cancel()
