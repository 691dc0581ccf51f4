"""Readings to an MQTT broker, with the discovery of Home Assistant.

While the broker is away nothing is queued: the newest telegram alone waits for it. A lost broker ends `run` with a
ShareError; the hub starts the share again after a pause, and everything retained is published anew.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt
import msgspec

from hanport.clock import Clock
from hanport.home.config import HubTable, MqttTable
from hanport.home.live import Live
from hanport.home.share.discovery import OFFLINE, ONLINE, Hub, messages, models_of, port_message, topics
from hanport.home.share.errors import ShareError
from hanport.home.share.figures import FIGURES, is_fresh, numbers, utc_text
from hanport.home.share.identity import serial
from hanport.home.store.thread import StoreThread
from hanport.home.values import Sample
from hanport.tasks import end_if_cancelled

TIMEOUT_S = 10.0
KEEPALIVE_S = 30
GOODBYE_S = 2.0
# A figure that has not come for so long is unknown. Some HDLC meters send their registers once an hour.
FORGOTTEN_AFTER_S = 2 * 3600 + 300
_NULL = msgspec.Raw(b"null")


class States:
    """Makes the message of each telegram: what it says, and null for what has not been said for long."""

    def __init__(self) -> None:
        self.known: dict[str, float] = {}  # figure -> when it came last, by the clock's monotonic time

    def message(self, sample: Sample, now_s: float) -> bytes:
        """The JSON object for the topic of states. Numbers are exact decimals."""
        told: dict[str, Any] = {"at": utc_text(sample.at)}
        for name, number in numbers(sample.reading):
            told[name] = msgspec.Raw(number.encode())
            self.known[name] = now_s
        for name in FIGURES:
            if name not in told and now_s - self.known.get(name, now_s) > FORGOTTEN_AFTER_S:
                told[name] = _NULL
        return msgspec.json.encode(told)


class Mqtt:
    """The share `[share.mqtt]`."""

    def __init__(self, live: Live, config: tuple[MqttTable, HubTable], store: StoreThread, clock: Clock) -> None:
        self._live = live
        self._table, self._names = config
        self._topics = topics(self._table)
        self._store = store
        self._clock = clock
        self._states = States()
        self._announced: object = None

    async def run(self) -> None:
        """Publish until cancelled. Raises ShareError when the broker cannot be reached, refuses, or is lost."""
        number = await serial(self._store)
        try:
            async with self._connected() as client, asyncio.TaskGroup() as group:
                group.create_task(self._hear_of_births(client, number))
                group.create_task(self._tell_port(client))
                group.create_task(self._tell_telegrams(client, number))
        except* aiomqtt.MqttError as failed:
            raise self._in_words(failed.exceptions[0]) from failed

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiomqtt.Client]:
        """The broker, told that we are here; and, when we go by ourselves, that we are not."""
        gone = aiomqtt.Will(self._topics.availability, OFFLINE, qos=1, retain=True)
        client = aiomqtt.Client(
            self._table.host,
            self._table.port,
            username=self._table.user or None,
            password=self._table.password or None,
            will=gone,
            keepalive=KEEPALIVE_S,
            timeout=TIMEOUT_S,
            max_queued_incoming_messages=16,
            tls_context=ssl.create_default_context() if self._table.tls else None,
        )
        async with client:
            try:
                await self._keep(client, self._topics.availability, ONLINE.encode())
                yield client
            finally:
                await self._goodbye(client)

    async def _goodbye(self, client: aiomqtt.Client) -> None:
        try:
            await client.publish(self._topics.availability, OFFLINE, qos=1, retain=True, timeout=GOODBYE_S)
        except aiomqtt.MqttError:
            return  # then the last will says it

    async def _hear_of_births(self, client: aiomqtt.Client, number: str) -> None:
        """Home Assistant has started: tell it all again. Ends, with MqttError, when the connection does."""
        if self._table.discovery:
            await client.subscribe(self._topics.birth, qos=1)
            end_if_cancelled()
        async for message in client.messages:
            if message.payload == ONLINE.encode():
                self._announced = None
                await self._keep(client, self._topics.availability, ONLINE.encode())
                await self._tell(client, number, self._fresh())

    async def _tell_port(self, client: aiomqtt.Client) -> None:
        with self._live.statuses.listen(1) as statuses:
            status = self._live.status
            while True:
                await self._keep(client, self._topics.port, msgspec.json.encode(port_message(status)))
                status = await statuses.get()

    async def _tell_telegrams(self, client: aiomqtt.Client, number: str) -> None:
        self._announced = None
        with self._live.samples.listen(1) as samples:  # the newest only
            sample = self._fresh()
            while True:
                await self._tell(client, number, sample)
                sample = await samples.get()

    async def _tell(self, client: aiomqtt.Client, number: str, sample: Sample | None) -> None:
        """Publish a telegram, and before it the entities that it brings."""
        payload = None if sample is None else self._states.message(sample, self._clock.monotonic())
        await self._announce(client, number)
        if payload is not None:
            await client.publish(self._topics.state, payload)
            end_if_cancelled()

    def _fresh(self) -> Sample | None:
        """The last telegram, while it is still the present."""
        sample = self._live.sample
        return sample if sample is not None and is_fresh(sample, self._clock.now()) else None

    async def _announce(self, client: aiomqtt.Client, number: str) -> None:
        """Publish the discovery where it is another than the one that was published last."""
        sample = self._live.sample
        models = () if sample is None else models_of(sample)
        wanted = (models, tuple(self._states.known))
        if not self._table.discovery or wanted == self._announced:
            return
        self._announced = wanted
        hub = Hub(number, self._names.name, self._names.language, models)
        for topic, payload in messages(hub, self._table, self._states.known):
            await self._keep(client, topic, msgspec.json.encode(payload))

    async def _keep(self, client: aiomqtt.Client, topic: str, payload: bytes) -> None:
        await client.publish(topic, payload, qos=1, retain=True)
        end_if_cancelled()

    def _in_words(self, failed: BaseException) -> ShareError:
        """What is wrong with the broker, without the password."""
        reason = str(failed).lower()
        problem = f"The MQTT broker {self._table.host}:{self._table.port} cannot be used ({failed})."
        if "not authori" in reason or "bad user name" in reason:
            return ShareError(problem, "Check user and password in [share.mqtt].")
        return ShareError(problem, "Check that it runs, and its address in [share.mqtt].")
