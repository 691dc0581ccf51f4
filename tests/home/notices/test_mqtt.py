"""A notice over a real MQTT broker: once, to those who listen, and never retained."""

import json
from datetime import UTC, datetime

import aiomqtt
import pytest

from hanport.home.config import HomeConfig, MqttTable, ShareTable
from hanport.home.notices import Kind, Notice
from hanport.home.notices.errors import NotSent
from hanport.home.notices.mqtt import send

NOTICE = Notice("test-1", Kind.TEST, datetime(2026, 11, 25, tzinfo=UTC), "Hemma", "sv")


def config(host: str, port: int, *, enabled: bool = True, tls: bool = False) -> HomeConfig:
    return HomeConfig(
        share=ShareTable(mqtt=MqttTable(enabled=enabled, host=host, port=port, topic="house/han", tls=tls))
    )


async def test_whoever_listens_gets_it_and_whoever_comes_later_does_not(broker: tuple[str, int]) -> None:
    async with aiomqtt.Client(*broker) as listener:
        await listener.subscribe("house/han/#", qos=1)
        await send(NOTICE, config(*broker))
        message = await anext(listener.messages)
    assert message.topic.value == "house/han/notice"
    assert isinstance(message.payload, bytes)
    assert json.loads(message.payload) == NOTICE.values()
    assert (message.qos, message.retain) == (1, False)
    async with aiomqtt.Client(*broker) as late:
        await late.subscribe("house/han/#", qos=1)
        await late.publish("house/han/end", b"")
        assert (await anext(late.messages)).topic.value == "house/han/end"


async def test_no_broker() -> None:
    with pytest.raises(NotSent) as caught:
        await send(NOTICE, config("127.0.0.1", 1))
    assert caught.value.key == "problem.mqtt-broker"


async def test_switched_off() -> None:
    with pytest.raises(NotSent) as caught:
        await send(NOTICE, config("127.0.0.1", 1, enabled=False))
    assert caught.value.key == "problem.mqtt-off"
