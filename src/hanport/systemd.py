"""Tells systemd that the program is ready, alive and stopping (sd_notify(3)); nothing where systemd is not there."""

import os
import socket
from collections.abc import Mapping

from hanport.clock import Clock


def notify(message: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Send a message as `READY=1`; says whether somebody was there to take it."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.sendto(message.encode(), "\0" + address[1:] if address.startswith("@") else address)
    except OSError:  # it restarts, or the socket is gone: the next message comes
        return False
    return True


def watchdog_s(environ: Mapping[str, str] = os.environ) -> float | None:
    """How often systemd wants to hear of us: half of what it waits. None where it does not."""
    waits_us = environ.get("WATCHDOG_USEC", "")
    mine = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(waits_us) / 2e6 if waits_us.isdigit() and int(waits_us) and mine else None


async def keep_watchdog(clock: Clock, environ: Mapping[str, str] = os.environ) -> None:
    """Say that the loop is alive, as often as asked, until cancelled. Returns at once where nobody asks."""
    every_s = watchdog_s(environ)
    while every_s is not None:
        notify("WATCHDOG=1", environ)
        await clock.sleep(every_s)
