"""Home Assistant itself, from its package in an environment of its own, shows what a virtual meter says.

The hub hears the virtual meter over TCP; Home Assistant gets it by MQTT from a real Mosquitto, and by the compatible
API. Only `make peers` installs it.
"""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hanport.clock import SystemClock
from hanport.home.config import HomeWizardTable, HubTable, MqttTable
from hanport.home.live import Live
from hanport.home.sampling import Sampler
from hanport.home.share.figures import numbers
from hanport.home.share.homewizard import HomeWizard
from hanport.home.share.identity import serial
from hanport.home.share.mqtt import Mqtt
from hanport.home.store.thread import StoreThread
from hanport.home.values import PortState, PortStatus
from hanport.port.telegram import Telegram
from hanport.sources import stream
from hanport.sources.address import parse_address
from share_discovery import FIGURES
from share_samples import NOW, live, running, until

PEER = Path(__file__).parents[2] / ".peers/home-assistant/bin/python"
READER = Path(__file__).parent / "home_assistant_reader.py"
START_S = 180.0
METER = [sys.executable, "-m", "hanport", "meter", "--listen", "tcp://127.0.0.1:0", "--interval", "1"]

pytestmark = [
    pytest.mark.skipif(not PEER.exists(), reason="`make peers` installs Home Assistant"),
    pytest.mark.timeout(400),
]


class HomeAssistant:
    """The program, and what it knows."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.entities: dict[str, Any] = {}

    async def looks(self, condition: Callable[[], object]) -> None:
        """Ask until it is so."""
        assert self._process.stdin is not None and self._process.stdout is not None
        async with asyncio.timeout(START_S):
            while True:
                self._process.stdin.write(b"\n")
                line = await self._process.stdout.readline()
                assert line, "Home Assistant has ended"
                self.entities = {entity["unique_id"]: entity | {"id": id} for id, entity in json.loads(line).items()}
                if condition():
                    return
                await asyncio.sleep(0.5)

    def state(self, unique_id: str) -> Any:
        return self.entities.get(unique_id, {}).get("state")

    def knows(self, unique_id: str) -> bool:
        return self.state(unique_id) not in (None, "unknown", "unavailable")


@asynccontextmanager
async def home_assistant(folder: Path, *integrations: str) -> AsyncIterator[HomeAssistant]:
    folder.mkdir()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        PEER, READER, str(folder), *integrations, stdin=pipe, stdout=pipe, limit=1 << 24
    )
    try:
        yield HomeAssistant(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            await process.wait()


Said = dict[str, set[float]]


@asynccontextmanager
async def meter(hub: Live, model: str) -> AsyncIterator[Said]:
    """A virtual meter that the hub hears; every figure that it has said."""
    said: Said = defaultdict(set)
    process = await asyncio.create_subprocess_exec(*METER, "--model", model, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    address = (await process.stdout.readline()).decode().split()[-1]

    async def hear() -> None:
        sampler = Sampler()
        async with aclosing(stream.events(parse_address(address), clock=SystemClock())) as received:
            async for each in received:
                if isinstance(each, stream.Event) and isinstance(each.event, Telegram):
                    sample = sampler.sample(each.event, each.at)
                    for name, number in numbers(sample.reading):
                        said[name].add(float(number))
                    hub.heard(sample)

    try:
        async with running(hear):
            await until(lambda: hub.sample, 30)
            yield said
    finally:
        process.terminate()
        await process.wait()


async def test_every_entity_has_its_class_unit_state_class_and_value(broker: tuple[str, int], tmp_path: Path) -> None:
    hub, clock = live(), SystemClock()
    store = await StoreThread.open(tmp_path / "hub.db")
    number = await serial(store)
    settings = MqttTable(enabled=True, host=broker[0], port=broker[1])
    share = Mqtt(hub, (settings, HubTable(name="Villa Ek")), store, clock)
    typed = json.dumps({"broker": broker[0], "port": broker[1]})

    def own(key: str) -> str:
        return f"hanport_{number}_{key}"

    async with meter(hub, "kamstrup-omnia") as said, home_assistant(tmp_path / "ha", "mqtt", typed) as seen:
        async with running(share.run):
            shown = [key for key, (_, payload) in FIGURES.items() if payload.get("enabled_by_default", True)]
            await seen.looks(lambda: all(seen.knows(own(key)) for key in (*shown, "port_problem", "port_state")))
            assert set(said) == set(FIGURES), "the meter sends them all"
            _check_figures(seen, number, said)
            assert seen.state(own("port_problem")) == "off"
            assert seen.state(own("port_state")) == "well"
            port = seen.entities[own("port_problem")]
            assert port["attributes"]["device_class"] == "problem"
            assert (port["id"], port["category"]) == ("binary_sensor.hanport_port_problem", "diagnostic")
            assert seen.entities[own("port_state")]["attributes"]["device_class"] == "enum"
            hub.becomes(PortStatus(PortState.SILENT, NOW, "silent"))
            await seen.looks(lambda: seen.state(own("port_problem")) == "on")
            assert seen.state(own("port_state")) == "silent"
        await seen.looks(lambda: seen.state(own("port_problem")) == "unavailable")
        assert {seen.state(own(key)) for key in shown} == {"unavailable"}
    await store.close()


def _check_figures(seen: HomeAssistant, number: str, said: Said) -> None:
    for key, (name, payload) in FIGURES.items():
        entity = seen.entities[f"hanport_{number}_{key}"]
        assert entity["id"] == f"sensor.hanport_{key}"
        assert entity["device"] == {
            "name": "Villa Ek",
            "maker": "Kamstrup",
            "model": "Kamstrup OMNIA / Kamstrup OMNIPOWER (P1)",
        }
        assert entity["disabled"] is (payload.get("enabled_by_default") is False)
        if entity["disabled"]:
            assert entity["state"] is None
            continue
        attributes = entity["attributes"]
        assert attributes["friendly_name"] == f"Villa Ek {name}"
        for told in ("device_class", "unit_of_measurement", "state_class"):
            assert attributes.get(told) == payload.get(told), key
        assert float(entity["state"]) in said[key], key


# key of its integration -> (our figure, device class, unit)
HOMEWIZARD = {
    "total_power_import_kwh": ("energy_import_kwh", "energy", "kWh"),
    "total_power_export_kwh": ("energy_export_kwh", "energy", "kWh"),
    "active_power_l1_w": ("power_import_l1_w", "power", "W"),
    "active_power_l2_w": ("power_import_l2_w", "power", "W"),
    "active_power_l3_w": ("power_import_l3_w", "power", "W"),
    "active_power_w": ("power_import_w", "power", "W"),
}


async def test_its_homewizard_integration_reads_the_compatible_api(tmp_path: Path) -> None:
    hub = live()
    store = await StoreThread.open(tmp_path / "hub.db")
    share = HomeWizard(hub, HomeWizardTable(host="127.0.0.1", port=0), store, SystemClock())
    prefix = f"HWE-P1_{await serial(store)}_"
    async with meter(hub, "aidon-hdlc") as said, running(share.run):
        await until(lambda: share.address)
        assert share.address is not None
        typed = json.dumps({"ip_address": "{}:{}".format(*share.address)})
        async with home_assistant(tmp_path / "ha", "homewizard", typed) as seen:
            await seen.looks(lambda: seen.knows(prefix + "active_power_w"))
            for key, (figure, device_class, unit) in HOMEWIZARD.items():
                entity = seen.entities[prefix + key]
                assert entity["platform"] == "homewizard"
                assert entity["attributes"]["device_class"] == device_class
                assert entity["attributes"]["unit_of_measurement"] == unit
                assert float(entity["state"]) in said[figure], key
    await store.close()
