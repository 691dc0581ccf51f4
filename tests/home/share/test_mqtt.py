"""MQTT, with a real Mosquitto."""

import asyncio
import getpass
import json
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec
import pytest

from hanport.clock import Clock, ManualClock, SystemClock
from hanport.home.config import HubTable, MqttTable
from hanport.home.live import Live
from hanport.home.share.errors import ShareError
from hanport.home.share.mqtt import FORGOTTEN_AFTER_S, Mqtt, States
from hanport.home.store.thread import StoreThread
from hanport.home.values import PortState, PortStatus
from hanport.port.values import Reading
from share_discovery import expected
from share_samples import NOW, READING, live, running, sample

Broker = tuple[str, int]
HUB = HubTable(name="Villa Ek")


def share(hub: Live, broker: Broker, store: StoreThread, clock: Clock | None = None, **table: Any) -> Mqtt:
    host, port = broker
    settings = MqttTable(enabled=True, host=host, port=port, **table)
    return Mqtt(hub, (settings, HUB), store, clock or ManualClock(NOW))


class Listener:
    """Somebody else on the broker: all that came, by topic, the newest last."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.heard: dict[str, list[Any]] = {}

    async def run(self) -> None:
        async for message in self.client.messages:
            assert isinstance(message.payload, bytes)
            text = message.payload.decode()
            said = json.loads(text, parse_float=Decimal) if text[:1] == "{" else text
            self.heard.setdefault(str(message.topic), []).append(said)

    async def last(self, topic: str, count: int = 1) -> Any:
        async with asyncio.timeout(10):
            while len(self.heard.get(topic, [])) < count:
                await asyncio.sleep(0.005)
        return self.heard[topic][-1]


@asynccontextmanager
async def listener(broker: Broker) -> AsyncIterator[Listener]:
    async with aiomqtt.Client(*broker) as client:
        await client.subscribe("#", qos=1)
        made = Listener(client)
        async with running(made.run):
            yield made


def configs(heard: dict[str, list[Any]]) -> dict[str, Any]:
    return {topic: said[-1] for topic, said in heard.items() if topic.endswith("/config")}


async def test_a_telegram_is_one_message_of_exact_numbers(broker: Broker, store: StoreThread) -> None:
    hub = live()
    async with listener(broker) as other, running(share(hub, broker, store).run):
        assert await other.last("hanport/availability") == "online"
        await other.last("homeassistant/sensor/" + await _node(other) + "/port_state/config")
        hub.heard(sample())
        told = await other.last("hanport/state")
    assert told == {
        "at": "2026-01-31T12:00:00Z",
        "energy_import_kwh": Decimal("60995.424"),
        "energy_export_kwh": Decimal("12.007"),
        "reactive_energy_import_kvarh": Decimal("1234.500"),
        "reactive_energy_export_kvarh": Decimal("0.060"),
        "power_import_w": 1727,
        "power_export_w": 0,
        "reactive_power_import_var": 0,
        "reactive_power_export_var": 314,
        "power_import_l1_w": 1500,
        "power_import_l2_w": 227,
        "power_import_l3_w": 0,
        "power_export_l1_w": 0,
        "power_export_l2_w": 0,
        "power_export_l3_w": 0,
        "voltage_l1_v": Decimal("230.1"),
        "voltage_l2_v": Decimal("229.0"),
        "voltage_l3_v": Decimal("231.7"),
        "current_l1_a": Decimal("6.5"),
        "current_l2_a": Decimal("1.0"),
        "current_l3_a": Decimal("0.0"),
    }


async def _node(other: Listener) -> str:
    async with asyncio.timeout(10):
        while not configs(other.heard):
            await asyncio.sleep(0.005)
    return next(iter(configs(other.heard))).split("/")[2]


async def test_every_discovery_payload_on_the_broker_key_by_key(broker: Broker, store: StoreThread) -> None:
    hub = live(sample())
    number = ""
    async with listener(broker) as other:
        async with running(share(hub, broker, store).run):
            number = (await _node(other)).removeprefix("hanport_")
            await other.last("hanport/state")
        assert await other.last("hanport/availability", 2) == "offline"
    async with listener(broker) as late:  # retained: who comes later is told as well
        await late.last("hanport/availability")
        wanted = {key: value for key, value in expected(number).items() if _is_sent(key)}
        async with asyncio.timeout(10):
            while len(configs(late.heard)) < len(wanted):
                await asyncio.sleep(0.005)
        assert "hanport/state" not in late.heard, "an old telegram is nobody's present"
    assert configs(late.heard) == wanted


def _is_sent(topic: str) -> bool:
    """READING has no reactive power by phase."""
    return not any(f"reactive_power_{way}_l" in topic for way in ("import", "export"))


async def test_entities_are_told_of_when_the_meter_sends_them(broker: Broker, store: StoreThread) -> None:
    hub = live(sample(Reading(at=NOW, power_import_w=5), "aidon-hdlc"))
    async with listener(broker) as other, running(share(hub, broker, store).run):
        await other.last("hanport/state")
        assert len(configs(other.heard)) == 3 + 1
        hub.heard(sample(READING, "aidon-hdlc"))
        await other.last("hanport/state", 2)
        assert len(configs(other.heard)) > 15


async def test_the_ports_state_is_kept_on_the_broker(broker: Broker, store: StoreThread) -> None:
    hub = live()
    async with listener(broker) as other, running(share(hub, broker, store).run):
        assert (await other.last("hanport/port"))["problem"] == "OFF"
        hub.becomes(PortStatus(PortState.SILENT, NOW, "silent", NOW))
        told = await other.last("hanport/port", 2)
    assert told == {
        "state": "silent",
        "problem": "ON",
        "since": "2026-01-31T12:00:00Z",
        "finding": "silent",
        "last_telegram_at": "2026-01-31T12:00:00Z",
    }


async def test_home_assistant_is_told_all_again_when_it_starts(broker: Broker, store: StoreThread) -> None:
    hub = live(sample())
    async with listener(broker) as other, running(share(hub, broker, store).run):
        await other.last("hanport/state")
        before = len(configs(other.heard))
        other.heard.clear()
        await other.client.publish("homeassistant/status", "online")
        await other.last("hanport/state")
        assert len(configs(other.heard)) == before
        other.heard.clear()
        await other.client.publish("homeassistant/status", "offline")
        await asyncio.sleep(0.1)
        assert not configs(other.heard)


async def test_without_discovery_nothing_is_discovered(broker: Broker, store: StoreThread) -> None:
    hub = live(sample())
    async with (
        listener(broker) as other,
        running(share(hub, broker, store, discovery=False, topic="hus/el").run),
    ):
        await other.last("hus/el/state")
        assert not configs(other.heard)


async def test_a_stale_telegram_is_not_told_as_news(broker: Broker, store: StoreThread) -> None:
    clock = ManualClock(NOW)
    await clock.advance(3600)
    hub = live(sample())
    async with listener(broker) as other, running(share(hub, broker, store, clock).run):
        await other.last("hanport/port")
        await asyncio.sleep(0.1)
        assert "hanport/state" not in other.heard
        hub.heard(sample())
        await other.last("hanport/state")


async def test_the_last_will_says_that_we_are_gone(broker: Broker, store: StoreThread) -> None:
    gate = Gate(broker)
    async with listener(broker) as other, gate.open() as place:
        telling = asyncio.create_task(share(live(), place, store).run())
        assert await other.last("hanport/availability") == "online"
        gate.cut()
        with pytest.raises(ShareError, match="cannot be used"):
            await asyncio.wait_for(telling, 10)
        assert await other.last("hanport/availability", 2) == "offline"


class Gate:
    """A way to the broker that can be cut."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._writers: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Broker]:
        server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        async with server:
            yield "127.0.0.1", server.sockets[0].getsockname()[1]
            self.cut()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._broker)
        self._writers += [writer, back]
        await asyncio.gather(self._pipe(reader, back), self._pipe(there, writer), return_exceptions=True)

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            writer.write(data)
        writer.close()


async def test_no_broker(store: StoreThread) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(ShareError, match=r"127\.0\.0\.1:\d+ cannot be used .* \[share\.mqtt\]"):
            await share(live(), nobody.getsockname(), store).run()


@pytest.mark.parametrize("code", [4, 5])
async def test_a_broker_that_refuses_the_password(code: int, store: StoreThread) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(bytes((0x20, 2, 0, code)))  # CONNACK (MQTT 3.1.1, 3.2)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        place = ("127.0.0.1", server.sockets[0].getsockname()[1])
        with pytest.raises(ShareError, match="Check user and password") as wrong:
            await share(live(), place, store, user="ann", password="hunter2").run()
    assert "hunter2" not in str(wrong.value)


class Mosquitto:
    """A broker that can be stopped and started on the same port; it remembers nothing."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
        if program is None:
            pytest.skip("mosquitto is not installed (Debian: apt install mosquitto)")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.place: Broker = probe.getsockname()
        settings = folder / "mosquitto.conf"
        settings.write_text(
            f"listener {self.place[1]} 127.0.0.1\nallow_anonymous true\npersistence false\nuser {getpass.getuser()}\n"
        )
        self._command = [program, "-c", str(settings)]
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, stdin=quiet, stdout=quiet, stderr=quiet)
        async with asyncio.timeout(10):
            while True:
                with socket.socket() as probe:
                    if probe.connect_ex(self.place) == 0:
                        return
                await asyncio.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path)
    yield made
    made.stop()


async def test_a_broker_that_restarts_gets_all_again_and_only_the_newest_telegram(
    mosquitto: Mosquitto, store: StoreThread
) -> None:
    await mosquitto.start()
    hub = live(sample())
    made = share(hub, mosquitto.place, store)
    async with listener(mosquitto.place) as other:
        first = asyncio.create_task(made.run())
        await other.last("hanport/state")
        before = configs(other.heard)
        mosquitto.stop()
        with pytest.raises(ShareError):
            await asyncio.wait_for(first, 10)
    with pytest.raises(ShareError):
        await made.run()
    for power_w in range(5000):
        hub.heard(sample_with(power_w))
    assert len(hub.samples) == 0, "nothing is queued while the broker is away"
    await mosquitto.start()
    async with listener(mosquitto.place) as other, running(made.run):
        assert (await other.last("hanport/state"))["power_import_w"] == 4999
        await other.last("hanport/port")
        assert configs(other.heard) == before
        assert len(other.heard["hanport/state"]) == 1


_ONE = sample()


def sample_with(power_w: int) -> Any:
    reading = msgspec.structs.replace(READING, power_import_w=power_w)
    return type(_ONE)(_ONE.at, _ONE.received_at, _ONE.telegram, reading, _ONE.meter, _ONE.extras)


async def test_with_the_machines_clock_a_telegram_of_now_is_told(broker: Broker, store: StoreThread) -> None:
    clock = SystemClock()
    hub = live()
    async with listener(broker) as other, running(share(hub, broker, store, clock).run):
        await other.last("hanport/port")
        hub.heard(sample())
        await other.last("hanport/state")


async def test_of_many_telegrams_at_once_the_newest_is_told(broker: Broker, store: StoreThread) -> None:
    hub = live(sample())
    async with listener(broker) as other, running(share(hub, broker, store).run):
        await other.last("hanport/state")
        for power_w in range(100):
            hub.heard(sample_with(power_w))
        told = await other.last("hanport/state", 2)
        await asyncio.sleep(0.1)
        assert told["power_import_w"] == 99
        assert len(other.heard["hanport/state"]) == 2


def test_what_has_not_come_for_long_is_unknown() -> None:
    states = States()
    short = sample(Reading(at=NOW, power_import_w=5), "aidon-hdlc")
    assert "energy_import_kwh" not in json.loads(states.message(short, 0))
    states.message(sample(), 100.0)
    told = json.loads(states.message(short, 100.0 + FORGOTTEN_AFTER_S))
    assert "energy_import_kwh" not in told, "once an hour is often enough"
    told = json.loads(states.message(short, 101.0 + FORGOTTEN_AFTER_S))
    assert told["energy_import_kwh"] is None
    assert told["power_import_w"] == 5
    assert "reactive_power_import_l1_var" not in told, "it has never come"


class QuickBroker:
    """As much of a broker as acknowledges everything, in this event loop; `acknowledged` counts what was published."""

    def __init__(self) -> None:
        self.acknowledged = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Broker]:
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as server:
            yield "127.0.0.1", server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                (first,) = await reader.readexactly(1)
                length, shift, digit = 0, 0, 0x80
                while digit & 0x80:
                    (digit,) = await reader.readexactly(1)
                    length, shift = length | (digit & 0x7F) << shift, shift + 7
                self._answer(first, await reader.readexactly(length), writer)
        except asyncio.IncompleteReadError:
            writer.close()

    def _answer(self, first: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        if first >> 4 == 1:
            writer.write(b"\x20\x02\x00\x00")  # CONNACK
        elif first >> 4 == 3 and first & 0x06:
            at = 2 + int.from_bytes(body[:2])
            writer.write(b"\x40\x02" + body[at : at + 2])  # PUBACK
            self.acknowledged += 1


async def test_it_stops_also_when_it_is_told_to_in_the_moment_of_an_acknowledgement(store: StoreThread) -> None:
    """asyncio.wait_for of Python 3.11 loses a cancellation that comes together with its result."""
    quick = QuickBroker()
    async with quick.open() as place:
        for turns in range(40):
            before = quick.acknowledged
            task = asyncio.create_task(share(live(), place, store, discovery=False).run())
            while quick.acknowledged < before + 2:
                await asyncio.sleep(0)
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task}, timeout=3)
            assert task.done(), f"{turns} turns after the acknowledgement"
