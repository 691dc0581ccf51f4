"""A notice on the topic `<share.mqtt.topic>/notice`, as a JSON object, at least once (QoS 1).

It is not retained: a notice is something that happens. How the port does is retained by the share itself; a notice
that stood there would be told again at every restart of whoever listens.
"""

import ssl

import aiomqtt
import msgspec

from hanport.home.config import HomeConfig
from hanport.home.notices.errors import NotSent
from hanport.home.notices.notice import Notice

TIMEOUT_S = 10.0


async def send(notice: Notice, config: HomeConfig) -> None:
    """Publish it; the broker has it on return. Raises NotSent."""
    mqtt = config.share.mqtt
    if not mqtt.enabled:
        raise NotSent("mqtt-off")
    try:
        async with aiomqtt.Client(
            mqtt.host,
            mqtt.port,
            username=mqtt.user or None,
            password=mqtt.password or None,
            tls_context=ssl.create_default_context() if mqtt.tls else None,
            timeout=TIMEOUT_S,
        ) as client:
            await client.publish(f"{mqtt.topic}/notice", msgspec.json.encode(notice.values()), qos=1)
    except (aiomqtt.MqttError, OSError, ValueError):
        raise NotSent("mqtt-broker", host=mqtt.host, port=mqtt.port) from None
