"""The port as common readers publish it: each telegram, byte for byte, as one message on an MQTT topic."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import aiomqtt

from hanport.clock import Clock
from hanport.errors import ConfigError
from hanport.meter.line import P1_SETTING, Chunk
from hanport.port.uart import Setting
from hanport.tasks import end_if_cancelled

_MOST_WAITING = 64  # telegrams; beyond that the oldest is dropped: a late value is worth less than a new one
_BACK_OFF_S = (1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True, repr=False)
class MqttTarget:
    """A broker and a topic. `str()` leaves the password out. Raises `ConfigError` for a topic with wildcards."""

    host: str
    port: int
    topic: str
    user: str | None = None
    password: str | None = None

    def __post_init__(self) -> None:
        if set(self.topic) & set("+#\0") or not self.topic:
            remedy = "Name one topic, without + and #, as han/telegram."
            raise ConfigError(f"Nothing can be published to the topic {self.topic!r}.", remedy)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"mqtt://{host}:{self.port}/{self.topic}"


class MqttOutput:
    """Publishes to one topic; `run` keeps the connection, and makes it anew when it is lost.

    `say` gets one sentence when the broker is lost, and one when it is back.
    """

    def __init__(
        self, target: MqttTarget, *, clock: Clock, say: Callable[[str], None], adapter: Setting = P1_SETTING
    ) -> None:
        self.skipped = 0
        self._target = target
        self._clock = clock
        self._say = say
        self._adapter = adapter
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(_MOST_WAITING)
        self._held: bytes | None = None

    def send(self, chunk: Chunk) -> None:
        """Queue the chunk as the adapter read it; while the broker is away only the newest are kept."""
        data = chunk.read_by(self._adapter)
        if not data:
            return
        if self._waiting.full():
            self._waiting.get_nowait()
            self.skipped += 1
        self._waiting.put_nowait(data)

    async def run(self) -> None:
        """Publish until cancelled."""
        tries = 0
        while True:
            problem = ""
            try:
                async with self._client() as client, asyncio.TaskGroup() as connection:
                    if tries:
                        self._say(f"The broker {self._target} is back.")
                    tries = 0
                    connection.create_task(_watch(client))
                    connection.create_task(self._publish(client))
            except* aiomqtt.MqttError as lost:
                problem = str(lost.exceptions[0])
            if not tries:
                self._say(f"The broker {self._target} cannot be reached: {problem}. Trying again.")
            await self._clock.sleep(_BACK_OFF_S[min(tries, len(_BACK_OFF_S) - 1)])
            tries += 1

    def _client(self) -> aiomqtt.Client:
        target = self._target
        return aiomqtt.Client(target.host, target.port, username=target.user, password=target.password, timeout=10.0)

    async def _publish(self, client: aiomqtt.Client) -> None:
        """Pass on what waits. A telegram that could not be published is the first on the next connection."""
        while True:
            if self._held is None:
                self._held = await self._waiting.get()
            await client.publish(self._target.topic, self._held)
            self._held = None
            end_if_cancelled()


async def _watch(client: aiomqtt.Client) -> None:
    """Nothing is subscribed to; the wait for messages is what ends, with `MqttError`, when the connection is lost."""
    async for _ in client.messages:
        pass
