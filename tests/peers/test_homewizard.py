"""The compatible API is read by python-homewizard-energy, the maker's own client, in an environment of its own."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from hanport import __version__
from hanport.clock import SystemClock
from hanport.home.config import HomeWizardTable
from hanport.home.share.homewizard import HomeWizard
from hanport.home.share.identity import serial
from hanport.home.store.thread import StoreThread
from hanport.home.values import Sample
from hanport.port.decoder import decode_message
from hanport.port.telegram import Telegram
from share_samples import READING, live, running, sample_of, telegram_bytes, until

PEER = Path(__file__).parents[2] / ".peers/homewizard/bin/python"
READER = Path(__file__).parent / "homewizard_reader.py"

pytestmark = pytest.mark.skipif(not PEER.exists(), reason="`make test` installs the peer")


async def asked(heard: Sample, folder: Path) -> tuple[str, Any]:
    """The hub's number, and what the client says of it."""
    store = await StoreThread.open(folder / "hub.db")
    share = HomeWizard(live(heard), HomeWizardTable(host="127.0.0.1", port=0), store, SystemClock())
    async with running(share.run):
        await until(lambda: share.address)
        assert share.address is not None
        host = "{}:{}".format(*share.address)
        peer = await asyncio.create_subprocess_exec(PEER, READER, host, stdout=asyncio.subprocess.PIPE)
        told, _ = await asyncio.wait_for(peer.communicate(), 60)
        assert peer.returncode == 0
    number = await serial(store)
    await store.close()
    return number, json.loads(told)


@pytest.mark.parametrize("profile", ["kamstrup-omnia", "landisgyr-e360", "aidon-hdlc"])
async def test_the_client_reads_what_we_read(profile: str, tmp_path: Path) -> None:
    number, told = await asked(sample_of(telegram_bytes(READING, profile), SystemClock().now()), tmp_path)
    device, data = told["device"], told["data"]
    assert device["product"]["name"] == "Wi-Fi P1 Meter"
    assert (device["product_name"], device["product_type"], device["serial"]) == ("hanport", "HWE-P1", number)
    assert (device["api_version"], device["firmware_version"]) == ("v1", __version__)
    assert data["total_energy_import_kwh"] == 60995.424
    assert data["total_energy_export_kwh"] == 12.007
    assert data["active_power_w"] == 1727
    assert [data[f"active_power_l{n}_w"] for n in (1, 2, 3)] == [1500, 227, 0]
    assert [data[f"active_voltage_l{n}_v"] for n in (1, 2, 3)] == [230.1, 229.0, 231.7]
    assert [data[f"active_current_l{n}_a"] for n in (1, 2, 3)] == [6.5, 1.0, 0.0]
    assert data["wifi_ssid"] is None and data["total_gas_m3"] is None and data["active_tariff"] is None
    assert told["system"] == {"cloud_enabled": False}
    assert told["refused"] == ["state", "identify"]
    (telegram,) = decode_message(told["telegram"].encode())
    assert isinstance(telegram, Telegram)
    assert telegram.reading == READING
