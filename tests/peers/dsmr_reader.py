"""Reads telegrams with dsmr-parser's own TCP reader and prints what it says, one JSON object a telegram."""

import asyncio
import json
import sys
from typing import Any

from dsmr_parser import obis_references as obis
from dsmr_parser.clients.protocol import create_tcp_dsmr_reader

WANTED = {
    "energy_import_kwh": obis.ELECTRICITY_IMPORTED_TOTAL,
    "power_import_kw": obis.CURRENT_ELECTRICITY_USAGE,
    "power_export_kw": obis.CURRENT_ELECTRICITY_DELIVERY,
    "voltage_l1_v": obis.INSTANTANEOUS_VOLTAGE_L1,
    "current_l3_a": obis.INSTANTANEOUS_CURRENT_L3,
}


async def main(port: str, count: int) -> None:
    """Print `count` telegrams."""
    telegrams: asyncio.Queue[Any] = asyncio.Queue()
    transport, _ = await create_tcp_dsmr_reader("127.0.0.1", port, "5S", telegrams.put_nowait)
    for _ in range(count):
        telegram = await asyncio.wait_for(telegrams.get(), 30)
        row = {name: str(telegram[reference].value) for name, reference in WANTED.items()}
        row["at"] = telegram[obis.P1_MESSAGE_TIMESTAMP].value.isoformat()
        print(json.dumps(row), flush=True)
    transport.close()


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
