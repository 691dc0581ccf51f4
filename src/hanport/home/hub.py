"""The hub's assembly: the one place where its parts are chosen and joined."""

import logging
import socket
from asyncio import Event
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from hanport import serving, systemd
from hanport.clock import Clock
from hanport.home import settings
from hanport.home.accounts import Accounts
from hanport.home.config import HomeConfig, WebTable, data_folder, load
from hanport.home.health import HealthWatch
from hanport.home.intake import Intake
from hanport.home.listening import Ears, hear
from hanport.home.live import Live
from hanport.home.notices import Notifier
from hanport.home.share.shares import route_parts, share_parts
from hanport.home.store.errors import StoreError
from hanport.home.store.lock import data_lock
from hanport.home.store.thread import StoreThread
from hanport.home.storing import store_all
from hanport.home.supervisor import Part, Supervisor
from hanport.home.values import PortState, PortStatus
from hanport.home.web.app import make_app
from hanport.home.web.parts import WebParts
from hanport.sources.address import parse_address

DATABASE = "hub.db"

log = logging.getLogger("hanport.home")


@dataclass(frozen=True, slots=True)
class Start:
    """A hub's file, whether another port is taken where its own is not free, and who is told where its pages are.

    With a `listener` the pages are on that socket.
    """

    path: Path
    or_any_port: bool = False
    tell: Callable[[str], None] = lambda address: None
    listener: socket.socket | None = None


@asynccontextmanager
async def opened(start: Start, clock: Clock) -> AsyncIterator["Hub"]:
    """A hub with its data in its hands, to be run. Raises ConfigError and StoreError where it cannot begin."""
    config = load(start.path)
    folder = data_folder(config, start.path)
    with data_lock(folder):
        store = await StoreThread.open(folder / DATABASE, config.store)
        try:
            yield Hub(start, config, clock, store)
        finally:
            await store.close()


class Hub:
    """A hub from its start to its end."""

    def __init__(self, start: Start, config: HomeConfig, clock: Clock, store: StoreThread) -> None:
        self._start = start
        self._config = config
        self._clock = clock
        self.store = store
        self.intake = Intake()
        self.live = Live(PortStatus(PortState.STARTING, clock.now()), backlog=lambda: len(self.intake))
        self.accounts = Accounts(store, clock, lambda: timedelta(minutes=self._config.web.session_idle_minutes))
        self.watch = self._new_watch()
        self.notifier = Notifier(self.live, store, clock, self.config, lambda: self.watch.report())
        self._supervisor = Supervisor(clock, self.live.parts)
        self._listener: socket.socket | None = None

    def config(self) -> HomeConfig:
        """The configuration as it is now."""
        return self._config

    def _new_watch(self) -> HealthWatch:
        """A watch over the source of now; what an earlier one knew it reads from the store."""
        source = self._config.source
        shown = str(parse_address(source.address)) if source.address else ""
        return HealthWatch(self.live, self.store, shown, clock=self._clock, keys_given=bool(source.key))

    async def run(self, until: Event) -> None:
        """Run all parts until the event, and store what waits."""
        web, any_port = self._config.web, self._start.or_any_port
        self._listener = self._start.listener or serving.listen(web.host, web.port, or_any=any_port)
        self._start.tell(address_of(web, self._listener))
        systemd.notify("READY=1")
        log.info("started")
        try:
            await self._supervisor.run(self._parts(), until)
        finally:
            systemd.notify("STOPPING=1")
            await self._store_the_rest()
            log.info("stopped")

    async def save_config(self, config: HomeConfig) -> None:
        """Write a changed configuration into its file and let the parts follow. Raises ConfigError."""
        settings.save(self._start.path, config)
        before, self._config = self._config, config
        await self.store.configure(config.store)
        if config.source != before.source:
            self.watch = self._new_watch()
        await self._supervisor.change(self._parts())

    def _parts(self) -> dict[str, Part]:
        """The parts that the configuration asks for, in the order in which they start."""
        config = self._config
        ears = Ears(self.live, self.intake, lambda: self.watch)
        parts = {
            "watchdog": Part(partial(systemd.keep_watchdog, self._clock), once=True),
            "store": Part(partial(store_all, self.intake, self.store), config.store),
            "health": Part(self.watch.run, config.source),
            "source": Part(partial(hear, config.source, ears, self._clock), config.source, once=True),
            "notices": Part(self.notifier.run, (config.notice, config.share.mqtt)),
        }
        parts |= share_parts(self._config, self.live, self.store, self._clock)
        parts["web"] = Part(self._serve)
        return parts

    async def _serve(self) -> None:
        web = self._config.web
        listener = self._listener or serving.listen(web.host, web.port)
        self._listener = None
        certificate = certificate_of(web, self._start.path.parent)
        app = make_app(self._web_parts())
        await serving.serve(app, listener, certificate=certificate, connections=256, behind_proxy=True)

    def _web_parts(self) -> WebParts:
        return WebParts(
            clock=self._clock,
            config=self.config,
            save_config=self.save_config,
            live=self.live,
            store=self.store,
            accounts=self.accounts,
            health=lambda: self.watch.report(),
            act=lambda act: self.watch.act(act),
            try_notice=self.notifier.send_test,
            extra_routes=route_parts(self.config, self.live, self.store, self.accounts, self._clock),
        )

    async def _store_the_rest(self) -> None:
        """What still waits when the hub stops. Raises StoreError; what was not stored is lost then, and said."""
        try:
            while len(self.intake):
                sample = await self.intake.oldest()
                await self.store.append(sample)
                self.intake.done(sample)
        except StoreError:
            log.error("telegrams are lost", extra={"telegrams": len(self.intake)})
            raise


def certificate_of(web: WebTable, folder: Path) -> serving.Certificate | None:
    """The files of the certificate, from the folder of home.toml; None where there is none."""
    if not web.certificate:
        return None
    return serving.Certificate(str(folder / web.certificate), str(folder / web.private_key))


def address_of(web: WebTable, listener: socket.socket) -> str:
    """What is opened in a browser."""
    host, port = listener.getsockname()[:2]
    scheme = "https" if web.certificate else "http"
    shown = socket.gethostname() if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}/"
