"""`hanport record`: keep what a source sends, byte for byte, with the receive times."""

import asyncio
import sys
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import click

from hanport.clock import Clock, SystemClock
from hanport.port.telegram import Telegram
from hanport.sources.address import Address, parse_address
from hanport.sources.recording import RecordingWriter, open_recording, times_path
from hanport.sources.stream import Bytes, Connected, Event, Lost, Received, events


@dataclass(slots=True)
class Progress:
    """What has been kept so far."""

    begun_s: float
    bytes_kept: int = 0
    telegrams: int = 0
    rejected: int = 0

    def line(self, now_s: float) -> str:
        """One line for people."""
        minutes, seconds = divmod(int(now_s - self.begun_s), 60)
        return (
            f"{minutes // 60}:{minutes % 60:02}:{seconds:02}  {self.bytes_kept} bytes, "
            f"{self.telegrams} telegrams, {self.rejected} rejected"
        )


@click.command()
@click.argument("source")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to make.")
@click.option("--for", "seconds", type=click.FloatRange(min=0, min_open=True), help="End after so many seconds.")
@click.option("--append", is_flag=True, help="Go on with a recording that is there.")
def command(source: str, out: Path, seconds: float | None, append: bool) -> int:
    """Keep what SOURCE sends in a file, exactly as it came; FILE.times beside it says when. Ctrl-C ends it.

    The file can be read by `hanport decode` and served again by `hanport replay`. Ends with 1 when not one byte came.
    """
    clock = SystemClock()
    address = parse_address(source)
    writer = open_recording(out, append=append)
    progress = Progress(clock.monotonic())
    try:
        asyncio.run(_record_for(address, writer, progress, clock, seconds))
    except KeyboardInterrupt:
        _say("")
    finally:
        writer.close()
        if progress.bytes_kept or append:
            _say(f"Kept in {out}: {progress.line(clock.monotonic())}")
        else:  # an empty file would only be in the way of the next try
            out.unlink()
            times_path(out).unlink()
            _say("Nothing came, and no file is left.")
    return 0 if progress.bytes_kept else 1


async def _record_for(
    address: Address, writer: RecordingWriter, progress: Progress, clock: Clock, seconds: float | None
) -> None:
    ticking = asyncio.ensure_future(_show(progress, clock)) if sys.stderr.isatty() else None
    try:
        async with asyncio.timeout(seconds):
            await _record(address, writer, progress, clock)
    except TimeoutError:  # the time that was asked for is over
        _say("")
    finally:
        if ticking is not None:
            ticking.cancel()


async def _record(address: Address, writer: RecordingWriter, progress: Progress, clock: Clock) -> None:
    async with aclosing(events(address, clock=clock)) as stream:
        async for received in stream:
            _keep(received, writer, progress)


def _keep(received: Received, writer: RecordingWriter, progress: Progress) -> None:
    match received:
        case Bytes(data, at):
            writer.write(data, at)
            progress.bytes_kept += len(data)
        case Event(event):
            progress.telegrams += isinstance(event, Telegram)
            progress.rejected += not isinstance(event, Telegram)
        case Lost(error, retry_in_s):
            _say(f"{error.problem} {error.remedy} Next try in {retry_in_s:g} s.")
        case Connected():
            _say("Connected.")


async def _show(progress: Progress, clock: Clock) -> None:
    while True:
        click.echo(f"\r{progress.line(clock.monotonic())}\x1b[K", err=True, nl=False)
        await clock.sleep(1)


def _say(sentence: str) -> None:
    click.echo(f"\r\x1b[K{sentence}" if sys.stderr.isatty() else sentence, err=True)
