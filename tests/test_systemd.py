"""What systemd hears, on a real datagram socket."""

import asyncio
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

from hanport.clock import ManualClock
from hanport.systemd import keep_watchdog, notify, watchdog_s


def test_a_message_arrives(tmp_path: Path) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        assert notify("READY=1", {"NOTIFY_SOCKET": path})
        assert systemd.recv(100) == b"READY=1"


def test_an_abstract_address_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0hanport-test-{os.getpid()}")
        assert notify("READY=1", {"NOTIFY_SOCKET": f"@hanport-test-{os.getpid()}"})
        assert systemd.recv(100) == b"READY=1"


def test_without_systemd_nothing_happens(tmp_path: Path) -> None:
    assert not notify("READY=1", {})
    assert not notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")})


def test_half_of_what_systemd_waits() -> None:
    assert watchdog_s({"WATCHDOG_USEC": "30000000"}) == 15
    assert watchdog_s({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}) == 15
    assert watchdog_s({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}) is None
    assert watchdog_s({"WATCHDOG_USEC": "0"}) is None
    assert watchdog_s({}) is None


async def test_it_hears_that_the_loop_is_alive(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 1, 31, tzinfo=UTC))
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as systemd:
        systemd.bind(path)
        keeping = asyncio.create_task(keep_watchdog(clock, {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "20000000"}))
        await clock.advance(25)
        keeping.cancel()
        assert [systemd.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3


async def test_it_returns_where_nobody_asks() -> None:
    await keep_watchdog(ManualClock(datetime(2026, 1, 31, tzinfo=UTC)), {})
