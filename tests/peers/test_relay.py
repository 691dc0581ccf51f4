"""The relay is read by dsmr-parser's own TCP reader, from its package in an environment of its own."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest

from hanport.clock import SystemClock
from hanport.home.config import RelayTable
from hanport.home.share.relay import Relay
from share_samples import NOW, READING, live, running, sample_of, telegram_bytes, until

PEER = Path(__file__).parents[2] / ".peers/decoders/bin/python"
READER = Path(__file__).parent / "dsmr_reader.py"

pytestmark = pytest.mark.skipif(not PEER.exists(), reason="`make test` installs the peer")


@pytest.mark.parametrize(
    ("profile", "view"), [("kamstrup-omnia", "raw"), ("landisgyr-e360", "p1"), ("aidon-hdlc", "p1")]
)
async def test_two_of_them_read_the_port_at_once(profile: str, view: Literal["raw", "p1"]) -> None:
    hub, raw = live(), telegram_bytes(READING, profile)
    relay = Relay(hub, RelayTable(host="127.0.0.1", port=0, view=view), SystemClock())

    async def send() -> None:
        while True:
            for start in range(0, len(raw), 100):
                hub.raw.send(raw[start : start + 100])
                await asyncio.sleep(0.01)
            hub.heard(sample_of(raw))

    async with running(relay.run):
        await until(lambda: relay.address)
        async with running(send):
            rows = await asyncio.gather(_read(relay), _read(relay))
    for row in (*rows[0], *rows[1]):
        assert row["at"] == NOW.isoformat()
        assert Decimal(row["energy_import_kwh"]) * 1000 == READING.energy_import_wh
        assert Decimal(row["power_import_kw"]) * 1000 == READING.power_import_w
        assert Decimal(row["power_export_kw"]) * 1000 == READING.power_export_w
        assert Decimal(row["voltage_l1_v"]) * 1000 == READING.voltage_l1_mv
        assert Decimal(row["current_l3_a"]) * 1000 == READING.current_l3_ma


async def _read(relay: Relay) -> list[Any]:
    assert relay.address is not None
    peer = await asyncio.create_subprocess_exec(
        PEER, READER, str(relay.address[1]), "2", stdout=asyncio.subprocess.PIPE
    )
    told, _ = await asyncio.wait_for(peer.communicate(), 60)
    assert peer.returncode == 0
    return [json.loads(line) for line in told.splitlines()]
