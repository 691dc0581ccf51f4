"""The first start: set-up in a browser on the local network, and then the hub on the same socket."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from hanport import serving
from hanport.clock import Clock
from hanport.home import settings
from hanport.home.accounts import Accounts
from hanport.home.config import HomeConfig, data_folder, load
from hanport.home.from_company import HandOver
from hanport.home.hub import DATABASE, Start, certificate_of, opened
from hanport.home.store.lock import data_lock
from hanport.home.store.thread import StoreThread
from hanport.home.web.probing import SourceProbe
from hanport.home.web.setup import Setup, SetupParts, address_on_network
from hanport.home.web.setup_app import make_setup_app

EVERYWHERE = "0.0.0.0"


@dataclass(frozen=True, slots=True)
class Teller:
    """Who is told the one-time address with its QR code, and who that the time is over."""

    invite: Callable[[str, str], None]
    too_late: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Begin:
    """What the set-up begins with: the configuration, its socket, and what the network company told."""

    draft: HomeConfig
    listener: socket.socket
    handed_over: HandOver | None


def draft_of(start: Start) -> HomeConfig:
    """What the set-up begins with: the file where there is one, else a hub for all on the local network."""
    if start.path.exists():
        return load(start.path)
    config = HomeConfig()
    return msgspec.structs.replace(config, web=msgspec.structs.replace(config.web, host=EVERYWHERE))


async def set_up(
    start: Start, clock: Clock, teller: Teller, until: asyncio.Event, *, handed_over: HandOver | None = None
) -> bool:
    """Lead one browser through the set-up, then run the hub until the event. False where nobody finished it.

    Raises ConfigError and StoreError where it cannot begin.
    """
    draft = draft_of(start)
    listener = serving.listen(draft.web.host, draft.web.port, or_any=start.or_any_port)
    with contextlib.closing(listener):
        if not await _lead(start, clock, teller, Begin(draft, listener, handed_over), until):
            return False
        async with opened(replace(start, listener=listener.dup()), clock) as hub:
            await hub.run(until)
    return True


async def _lead(start: Start, clock: Clock, teller: Teller, begin: Begin, until: asyncio.Event) -> bool:
    draft = begin.draft
    folder = data_folder(draft, start.path)
    with data_lock(folder):
        store = await StoreThread.open(folder / DATABASE, draft.store)
        try:
            accounts = Accounts(store, clock, lambda: timedelta(minutes=draft.web.session_idle_minutes))

            async def save(config: HomeConfig) -> None:
                settings.save(start.path, config)

            parts = SetupParts(
                clock=clock,
                config=draft,
                save=save,
                accounts=accounts,
                probe=SourceProbe(clock),
                handed_over=begin.handed_over,
            )
            return await _serve(Setup(parts), start, teller, begin.listener, until)
        finally:
            await store.close()


async def _serve(setup: Setup, start: Start, teller: Teller, listener: socket.socket, until: asyncio.Event) -> bool:
    web = setup.parts.config.web
    certificate = certificate_of(web, start.path.parent)
    scheme = "https" if certificate else "http"
    invitation = setup.invitation(_base(listener, scheme))
    serve = serving.serve(make_setup_app(setup), listener.dup(), certificate=certificate, behind_proxy=True)
    serving_it = asyncio.create_task(serve)
    ended, stopped = asyncio.create_task(setup.ended()), asyncio.create_task(until.wait())
    teller.invite(invitation.url, invitation.qr)
    try:
        await asyncio.wait({serving_it, ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if serving_it.done():
            await serving_it  # a certificate that cannot be used
        if ended.done() and not ended.result():
            teller.too_late()
        return ended.done() and ended.result()
    finally:
        for task in (serving_it, ended, stopped):
            task.cancel()
        await asyncio.wait({serving_it, ended, stopped})


def _base(listener: socket.socket, scheme: str) -> str:
    host, port = listener.getsockname()[:2]
    if host in (EVERYWHERE, "::"):
        return address_on_network(port, scheme)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
