"""`hanport replay`: serve a recording again at any speed."""

import asyncio
import math
from dataclasses import dataclass
from pathlib import Path

import click

from hanport.clock import SystemClock
from hanport.sources.address import TcpAddress, parse_listen
from hanport.sources.recording import read_recording
from hanport.sources.replay import DEFAULT_INTERVAL_S, ReplayServer, paced, timed_chunks


@dataclass(frozen=True, slots=True)
class Plan:
    """What to serve and how. `speed` None is as fast as the readers take it."""

    path: Path
    address: TcpAddress
    speed: float | None
    wait: bool
    loop: bool


class _Speed(click.ParamType[float]):
    name = "N|max"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if value == "max":
            return math.inf
        try:
            speed = float(str(value))
        except ValueError:
            speed = 0.0
        if not 0 < speed < math.inf:
            self.fail(
                f"{value} is no speed. Write 1 for its own timing, 60 for sixty times as fast, or max.", param, ctx
            )
        return speed


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--listen", default="tcp://127.0.0.1:2001", show_default=True, help="tcp://HOST:PORT, port 0 for any.")
@click.option("--speed", type=_Speed(), default=1.0, show_default=True, help="N times as fast, or max.")
@click.option("--no-wait", is_flag=True, help="Begin without waiting for a reader.")
@click.option("--loop", is_flag=True, help="Begin again at the end, for ever.")
def command(file: Path, listen: str, speed: float, no_wait: bool, loop: bool) -> None:
    """Serve the recording FILE by TCP, to any number of readers, with the timing that it had.

    A file without FILE.times is paced by the meter's own clock, or a telegram every 10 s. The address is on standard
    output: when the port is busy, another is taken.
    """
    next(read_recording(file), None)  # says at once when there is no such file
    address = parse_listen(listen)
    asyncio.run(_serve(Plan(file, address, None if speed == math.inf else speed, not no_wait, loop)))


async def _serve(plan: Plan) -> None:
    server = ReplayServer(lambda sentence: click.echo(sentence, err=True))
    address = await server.listen(plan.address)
    if plan.address.port not in (0, address.port):
        click.echo(f"Port {plan.address.port} is busy; port {address.port} is taken instead.", err=True)
    click.echo(f"Listening on {address}")
    try:
        await _send(plan, server)
    finally:
        await server.close()


async def _send(plan: Plan, server: ReplayServer) -> None:
    clock = SystemClock()
    if plan.wait:
        await server.wait_for_reader()
    while True:
        async for data in paced(timed_chunks(plan.path), plan.speed, clock):
            if plan.speed is None and plan.wait:
                await server.wait_for_reader()  # without a pace, all the rest would go to nobody
            await server.send(data)
        if not plan.loop:
            break
        await clock.sleep(0 if plan.speed is None else DEFAULT_INTERVAL_S / plan.speed)
    click.echo("All is sent.", err=True)
