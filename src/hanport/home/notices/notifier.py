"""Tells by e-mail, webhook and MQTT that the port is silent and that it is back. Restarts neither repeat nor forget.

Each way has a task of its own: a mail server that does not answer holds up nobody else.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Protocol

from hanport.clock import Clock
from hanport.errors import HanportError
from hanport.home.config import HomeConfig
from hanport.home.live import Live
from hanport.home.notices import mail, mqtt, webhook
from hanport.home.notices.episode import Episode, Seen, from_note, see, tell, to_note
from hanport.home.notices.errors import NotSent
from hanport.home.notices.notice import Kind, Notice
from hanport.home.store.events import put_note
from hanport.home.store.thread import StoreThread
from hanport.home.values import PartState, PartStatus, PortState
from hanport.tasks import end_if_cancelled

NOTE = "notices"
LOOK_S = 5.0
FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 900.0
MUTE_S = 120.0

Send = Callable[[Notice, HomeConfig], Awaitable[None]]

WAYS: Mapping[str, Send] = MappingProxyType({"mail": mail.send, "webhook": webhook.send, "mqtt": mqtt.send})

log = logging.getLogger("hanport.home")


class Health(Protocol):
    """What a notice needs of the port's health (`hanport.home.health.Health`)."""

    @property
    def restart_guide(self) -> str | None: ...

    @property
    def age_s(self) -> float | None: ...


def ways_of(config: HomeConfig) -> frozenset[str]:
    """The ways that are switched on."""
    notice = config.notice
    on = {"mail": notice.mail.enabled, "webhook": notice.webhook.enabled, "mqtt": config.share.mqtt.enabled}
    return frozenset(way for way, enabled in on.items() if enabled)


class Notifier:
    """Looks at `live` and tells. What could not be told stands in `live.parts` as `notices.<way>`, and is tried again
    after 30 s, doubling to 15 min.
    """

    def __init__(
        self,
        live: Live,
        store: StoreThread,
        clock: Clock,
        config: Callable[[], HomeConfig],
        health: Callable[[], Health],
    ) -> None:
        self._live = live
        self._store = store
        self._clock = clock
        self._config = config
        self._health = health
        self._episode = Episode()
        self._stored: Episode | None = None

    async def run(self) -> None:
        """Look and tell, until cancelled. Raises StoreError; what was told meanwhile is remembered for the next `run`.

        What is not told while the pages show the port as away is told later, however often the hub restarts.
        """
        if self._stored is None:
            self._episode = self._stored = from_note(await self._store.read(lambda reader: reader.note(NOTE)))
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._look_on())
                for way in WAYS:
                    tasks.create_task(self._tell_on(way))
        except* HanportError as errors:
            raise errors.exceptions[0] from None

    async def _look_on(self) -> None:
        while True:
            config = self._config()
            after = timedelta(minutes=config.notice.after_minutes)
            self._episode = see(self._episode, self._seen(), ways_of(config), after)
            await self._store_episode()
            await self._clock.sleep(LOOK_S)

    def _seen(self) -> Seen:
        status, now = self._live.status, self._clock.now()
        since = status.since
        match status.state:
            case PortState.STARTING:
                away = None
            case PortState.SILENT | PortState.LOST:
                away = True
            case PortState.ILL:  # bytes without telegrams are as bad as silence
                age_s = self._health().age_s
                away = age_s is None or age_s > MUTE_S
                since = since if age_s is None else now - timedelta(seconds=age_s)
            case _:
                away = False
        return Seen(now, away, since, status.state, status.finding)

    async def _store_episode(self) -> None:
        episode = self._episode
        if episode != self._stored:
            await self._store.write(lambda connection: put_note(connection, NOTE, to_note(episode)))
            self._stored = episode

    async def _tell_on(self, way: str) -> None:
        """Tell one way what it is owed, for ever."""
        pause_s = FIRST_PAUSE_S
        try:
            while True:
                kind = self._episode.owed.get(way)
                if kind is None:
                    self._live.parts.pop(f"notices.{way}", None)
                    pause_s = FIRST_PAUSE_S
                elif not await self._tell(way, kind, pause_s):
                    await self._clock.sleep(pause_s)
                    pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                    continue
                await self._clock.sleep(LOOK_S)
        finally:
            self._live.parts.pop(f"notices.{way}", None)

    async def _tell(self, way: str, kind: Kind, pause_s: float) -> bool:
        config = self._config()
        try:
            await WAYS[way](self._notice(way, kind, config), config)
            end_if_cancelled()
        except NotSent as error:
            log.warning("notice not sent", extra={"way": way, "kind": kind, "problem": error.key})
            name, problem = f"notices.{way}", error.said(config.hub.language)
            self._live.parts[name] = PartStatus(name, PartState.FAILED, self._clock.now(), problem, pause_s)
            return False
        log.info("notice sent", extra={"way": way, "kind": kind})
        self._episode = tell(self._episode, way, kind)
        await self._store_episode()
        return True

    def _notice(self, way: str, kind: Kind, config: HomeConfig) -> Notice:
        episode, now = self._episode, self._clock.now()
        first, away = episode.since or now, kind is Kind.SILENT
        return Notice(
            id=f"{kind}-{first:%Y%m%dT%H%M%S}",
            kind=kind,
            at=now,
            hub=config.hub.name,
            language=config.hub.language,
            state=episode.state if away else PortState.WELL,
            since=episode.since,
            until=episode.back_at,
            finding=episode.finding if away else "",
            guide=self._health().restart_guide if away else None,
        )

    async def send_test(self, way: str, config: HomeConfig, language: str) -> None:
        """Send a notice for trial by `mail`, `webhook` or `mqtt`, as `config` says it. Raises HanportError, in that
        language, which says why it did not go.
        """
        now = self._clock.now()
        notice = Notice(f"test-{now:%Y%m%dT%H%M%S}", Kind.TEST, now, config.hub.name, language)
        try:
            if way not in WAYS:
                raise NotSent("unknown-way", way=way)
            await WAYS[way](notice, config)
        except NotSent as error:
            raise error.in_language(language) from None
