"""The port: one telegram, a recording, a stream."""

import json
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.figure import Figure
from hanport.meter.house import House
from hanport.meter.register import Energies, Registers
from hanport.meter.setup import HouseSetup
from hanport.port import bulk
from hanport.port.decoder import Decoder
from hanport.port.profiles import PROFILES
from hanport.port.telegram import Telegram
from hanport.port.write import fit, write

ROOT = Path(__file__).parents[1]
PEER_PYTHON = ROOT / ".peers/decoders/bin/python"
_ROUNDS = 7
_SINGLE = 500
_PEER_TELEGRAMS = 60
_BULK = 200_000
_STREAM_BYTES = 1 << 30
_FLAT = 1 << 20


def telegrams(count: int) -> list[bytes]:
    """Telegrams of a Kamstrup OMNIA in a simulated house, ten seconds apart: all values change as a house's do."""
    house = House(HouseSetup())
    registers = Registers(Energies(import_wh=60_995_424))
    profile = PROFILES["kamstrup-omnia"]
    flow = house.flow(datetime(2026, 1, 15, 6, tzinfo=UTC), count * 10)
    return [write(fit(reading, profile), profile) for reading in registers.readings(flow, 10)]


def figures() -> Iterator[Figure]:
    """All figures of the port."""
    sent = telegrams(_SINGLE)
    yield from _decode_telegram(sent)
    yield _in_pieces(sent)
    yield from _bulk(sent)
    yield from _stream(sent)


def _us_per_telegram(sent: list[bytes], piece: int | None = None) -> float:
    """The best of five passes after a warm-up, as the peers are timed."""
    return min(_pass(sent, piece) for _ in range(6))


def _pass(sent: list[bytes], piece: int | None) -> float:
    decoder = Decoder()
    for event in decoder.feed(sent[0]):
        assert isinstance(event, Telegram)
    pieces = sent if piece is None else [t[at : at + piece] for t in sent for at in range(0, len(t), piece)]
    started = time.perf_counter()
    count = 0
    for data in pieces:
        for event in decoder.feed(data):
            count += event.reading.power_import_w is not None  # type: ignore[union-attr]
    seconds = time.perf_counter() - started
    assert count == len(sent)
    return seconds / len(sent) * 1e6


def _peer(name: str, file: Path) -> float:
    done = subprocess.run(
        [PEER_PYTHON, ROOT / "bench/peer_decoders.py", name, file], capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout)["us"])


def _decode_telegram(sent: list[bytes]) -> Iterator[Figure]:
    """In turn with the peers, so that a slow spell of the machine hits all of them; the median of each."""
    ours: list[float] = []
    peers: dict[str, list[float]] = {"dsmr-parser": [], "amshan": []}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "telegrams"
        file.write_bytes(b"".join(sent[:_PEER_TELEGRAMS]))
        for _ in range(_ROUNDS):
            ours.append(_us_per_telegram(sent))
            for name, times in peers.items():
                times.append(_peer(name, file))
    value = median(ours)
    for name, times in peers.items():
        ratio = median(peer / our for peer, our in zip(times, ours, strict=True))
        target = ">= 30 times dsmr-parser" if name == "dsmr-parser" else None
        met = target is None or ratio >= 30
        figure = "port.decode_telegram" if name == "dsmr-parser" else f"port.decode_telegram_beside_{name}"
        yield Figure(figure, value, "us", target, met, name, median(times), ratio)


def _in_pieces(sent: list[bytes]) -> Figure:
    """The same telegrams as a serial port brings them, 64 bytes at a time."""
    return Figure("port.decode_telegram_64_byte_pieces", median(_us_per_telegram(sent, 64) for _ in range(3)), "us")


def _bulk(sent: list[bytes]) -> Iterator[Figure]:
    recording = b"".join(sent * (_BULK // len(sent)))
    rates, singles = [], []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        count = sum(len(batch) for batch in bulk.decode(recording))
        rates.append(count / (time.perf_counter() - started))
        singles.append(1e6 / _us_per_telegram(sent))
    rate, single = median(rates), median(singles)
    met = rate >= 400_000 or rate >= 25 * single
    target = ">= 400 000/s or 25 times our single path"
    yield Figure("port.bulk", rate, "telegrams/s", target, met, "our single path", single, rate / single)


def _stream(sent: list[bytes]) -> Iterator[Figure]:
    """A gigabyte in pieces of 64 kB, and how the process's resident memory grows behind the first tenth of it."""
    block = b"".join(sent)
    pieces = [block[at : at + 65536] for at in range(0, len(block), 65536)]
    decoder = Decoder()
    done, resident = 0, []
    started = time.perf_counter()
    while done < _STREAM_BYTES:
        for piece in pieces:
            decoder.feed(piece)
            done += len(piece)
        resident.append(_resident_bytes())
    yield Figure("port.stream", done / (time.perf_counter() - started) / 1e6, "MB/s")
    growth = float(max(0, max(resident) - resident[len(resident) // 10]))
    yield Figure("port.stream_memory_growth", growth, "B", f"<= {_FLAT} over 1 GB", growth <= _FLAT)


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
