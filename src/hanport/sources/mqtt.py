"""A topic of an MQTT broker where a reader publishes what the meter sends. We subscribe, and never publish."""

import asyncio

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from hanport.errors import SourceError, SourceForbidden, SourceUnreachable
from hanport.sources.address import MqttAddress
from hanport.sources.messages import bytes_of_message

# What waits to be read. On overflow the oldest goes: a live view wants the newest. A telegram is below 3 kB.
QUEUE_MESSAGES = 256
MESSAGE_BYTES = 65536  # a longer message is cut here: it is no telegram, and is rejected as what is left of it
KEEPALIVE_S = 30  # a dead link is noticed after one and a half of these
_BAD_LOGIN = {4, 5, 134, 135}  # MQTT 3.1.1 3.2.2.3; 5.0 3.2.2.2
_REFUSED_FILTER = 0x80


class _NewestMessages(asyncio.Queue[aiomqtt.Message]):
    """A bounded queue that drops the oldest."""

    def put_nowait(self, item: aiomqtt.Message) -> None:
        if self.full():
            self.get_nowait()
        if len(item.payload) > MESSAGE_BYTES:
            item.payload = item.payload[:MESSAGE_BYTES]
        super().put_nowait(item)


class MqttConnection:
    """A subscription. Each read is one message."""

    def __init__(self, address: MqttAddress, client: aiomqtt.Client) -> None:
        self._address = address
        self._client = client
        self._messages = client.messages

    async def read(self) -> bytes:
        try:
            async for message in self._messages:
                # A retained message is as old as may be, and comes again with each connection: it would count twice.
                if not message.retain:
                    return bytes_of_message(message.payload)
        except aiomqtt.MqttError as error:
            raise SourceUnreachable(f"{self._address}: the broker is gone.", "It is tried again.") from error
        raise SourceUnreachable(f"{self._address}: the broker ended the connection.", "It is tried again.")

    async def close(self) -> None:
        try:
            await self._client.__aexit__(None, None, None)
        except aiomqtt.MqttError:  # it was lost already: there is nothing more to close
            return


async def open_mqtt(address: MqttAddress) -> MqttConnection:
    """Connect and subscribe. Raises SourceUnreachable or SourceForbidden."""
    client = aiomqtt.Client(
        address.host,
        address.port,
        username=address.user,
        password=address.password,
        keepalive=KEEPALIVE_S,
        queue_type=_NewestMessages,
        max_queued_incoming_messages=QUEUE_MESSAGES,
    )
    try:
        await client.__aenter__()
    except aiomqtt.MqttError as error:
        raise _refusal(address, error) from error
    connection = MqttConnection(address, client)
    try:
        # At most once: a message that is sent again after a loss would count twice.
        granted = await client.subscribe(address.topic, qos=0)
    except aiomqtt.MqttError as error:
        await connection.close()
        raise SourceUnreachable(f"{address}: the broker does not answer.", "It is tried again.") from error
    if any(_number(code) >= _REFUSED_FILTER for code in granted):
        await connection.close()
        raise SourceForbidden(f"{address}: the broker refuses the topic.", "Ask who runs it for the right to read it.")
    return connection


def _refusal(address: MqttAddress, error: aiomqtt.MqttError) -> SourceError:
    code = error.rc if isinstance(error, aiomqtt.MqttCodeError) else None
    if code is not None and _number(code) in _BAD_LOGIN:
        return SourceForbidden(
            f"{address}: the broker refuses the user or the password.", "Write mqtt://USER:PASSWORD@HOST:PORT/TOPIC."
        )
    return SourceUnreachable(f"{address} cannot be reached ({error}).", "Is the broker running, and on this network?")


def _number(code: int | ReasonCode) -> int:
    return code.value if isinstance(code, ReasonCode) else code
