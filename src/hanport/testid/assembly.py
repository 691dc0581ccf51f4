"""Puts the test identity service together, and runs it on its two sockets."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from hanport.clock import Clock
from hanport.serving import serve
from hanport.testid import control
from hanport.testid.api import Api
from hanport.testid.book import Book
from hanport.testid.completion import Completions
from hanport.testid.control import Control
from hanport.testid.faults import Faults
from hanport.testid.page import make_page
from hanport.testid.phone import Phone
from hanport.testid.pki import Pki

CONNECTIONS = 1000


@dataclass(frozen=True, slots=True)
class Service:
    """The service's parts, and what each socket answers with: relying parties by mutual TLS, phones by plain HTTP."""

    pki: Pki
    book: Book
    phone: Phone
    faults: Faults
    api: ASGIApp
    page: ASGIApp


def make_service(pki: Pki, faults: Faults, clock: Clock) -> Service:
    """A service that has no orders yet."""
    book = Book(clock)
    phone = Phone(book, Completions(pki, faults, clock), faults, clock)
    pages = make_page(phone, pki.company_shown, clock)
    controlled = Control(phone, book, faults).application()

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        """The control is for programs, so the guard of the pages does not stand before it: it has its own."""
        is_control = scope["type"] == "http" and scope["path"].startswith(f"{control.ROOT}/")
        await (controlled if is_control else pages)(scope, receive, send)

    return Service(pki, book, phone, faults, Api(book, faults, clock).application(), page)


@contextlib.asynccontextmanager
async def running(service: Service, api: socket.socket, page: socket.socket) -> AsyncIterator[None]:
    """The service on two listening sockets, until the block ends."""
    work = [
        serve(service.api, api, certificate=service.pki.tls, connections=CONNECTIONS),
        serve(service.page, page, connections=CONNECTIONS),
    ]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in work]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
