"""The virtual meter is read by dsmr-parser's own TCP reader, from its package in an environment of its own."""

import json
import re
import socket
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram

PEER = Path(__file__).parents[2] / ".peers/decoders/bin/python"
READER = Path(__file__).parent / "dsmr_reader.py"


@pytest.mark.skipif(not PEER.exists(), reason="`make test` installs the peer")
@pytest.mark.parametrize("model", ["kamstrup-omnia", "aidon-6534", "landisgyr-e360", "sagemcom-s211", "kaifa-ma304"])
def test_both_read_the_same(model: str) -> None:
    meter = [sys.executable, "-m", "hanport", "meter", "--listen", "tcp://127.0.0.1:0", "--interval", "1"]
    with subprocess.Popen([*meter, "--model", model], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            match = re.search(r":(\d+)$", process.stdout.readline().strip())
            assert match is not None
            with socket.create_connection(("127.0.0.1", int(match[1])), timeout=30) as ours:
                done = subprocess.run(
                    [PEER, READER, match[1], "2"], capture_output=True, text=True, timeout=60, check=True
                )
                theirs = [json.loads(line) for line in done.stdout.splitlines()]
                readings = {telegram.at: telegram.reading for telegram in read(ours, theirs[-1]["at"])}
        finally:
            process.terminate()
    assert len(theirs) == 2
    for row in theirs:
        reading = next(reading for at, reading in readings.items() if at and at.isoformat() == row["at"])
        assert reading.energy_import_wh == int(Decimal(row["energy_import_kwh"]) * 1000)
        assert reading.power_import_w == int(Decimal(row["power_import_kw"]) * 1000)
        assert reading.power_export_w == int(Decimal(row["power_export_kw"]) * 1000)
        assert reading.voltage_l1_mv == int(Decimal(row["voltage_l1_v"]) * 1000)
        assert reading.current_l3_ma == int(Decimal(row["current_l3_a"]) * 1000)


def read(connection: socket.socket, until: str) -> list[Telegram]:
    """Our reading of the same port, up to the telegram that the peer read last."""
    decoder = Decoder()
    telegrams: list[Telegram] = []
    while not any(telegram.at and telegram.at.isoformat() == until for telegram in telegrams):
        data = connection.recv(65536)
        assert data
        telegrams += [event for event in decoder.feed(data) if isinstance(event, Telegram)]
    return telegrams
