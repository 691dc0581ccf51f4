"""`hanport watch`: a meter live in the terminal."""

import asyncio
import os
from contextlib import aclosing
from dataclasses import dataclass, replace

import click
from rich.console import Console
from rich.live import Live

from hanport.cli.keys import key_options, keys_from
from hanport.cli.watch_view import Look, Seen, one_line, plain, rejections, state, view
from hanport.clock import Clock, SystemClock
from hanport.locale import LANGUAGES, language_of_environment
from hanport.port.cipher import Keys
from hanport.sources.address import Address, parse_address
from hanport.sources.stream import Lost, events

_TICK_S = 0.5  # the age of the telegram counts seconds: at half a second none is skipped
_REDRAW_S = 0.05


@dataclass(frozen=True, slots=True)
class Task:
    """What to watch, and until when."""

    address: Address
    keys: Keys | None
    once: bool


@click.command()
@click.argument("source")
@click.option("--fuse", "fuse_a", type=click.IntRange(1, 6300), default=20, show_default=True, help="Main fuse in A.")
@click.option("--once", is_flag=True, help="Show the first telegram and end.")
@click.option("--plain", "as_lines", is_flag=True, help="One line a telegram; so it is when the output is no terminal.")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), help="The language; else that of the environment.")
@key_options
def command(  # the parameters are the options that the help lists
    source: str, fuse_a: int, language: str | None, key: str | None, auth: str | None, **flags: bool
) -> int:
    """Show what the meter at SOURCE says, live: phases against the main fuse, power, registers. Ctrl-C ends it.

    SOURCE is serial:DEVICE, tcp://HOST:PORT, mqtt://HOST:PORT/TOPIC, file:PATH or - for standard input. Ends with 1
    when the source ended without a telegram.
    """
    task = Task(parse_address(source), keys_from(key, auth), flags["once"])
    console = Console(highlight=False)
    look = Look(fuse_a, language or language_of_environment(os.environ), console.width, console.encoding)
    seen = Seen(str(task.address))
    if flags["as_lines"] or not console.is_terminal:
        seen = asyncio.run(_print_lines(task, seen, look, SystemClock()))
    else:
        seen = asyncio.run(_show_live(task, seen, look, console))
    return 0 if seen.telegrams else 1


async def _print_lines(task: Task, seen: Seen, look: Look, clock: Clock) -> Seen:
    async with aclosing(events(task.address, clock=clock, keys=task.keys)) as stream:
        async for received in stream:
            before, seen = seen, seen.and_then(received)
            if seen.telegrams > before.telegrams:
                click.echo(one_line(seen, look))
                if task.once:
                    break
            elif isinstance(received, Lost):
                click.echo(plain(state(seen, clock.now(), look), look.encoding), err=True)
            elif _has_new_trouble(before, seen):
                click.echo(plain(rejections(seen, look), look.encoding), err=True)
    return seen


def _has_new_trouble(before: Seen, seen: Seen) -> bool:
    """Whether bytes were rejected for another reason than those before: noise by the minute is said once."""
    if seen.last_rejected is None or seen.rejected == before.rejected:
        return False
    return before.last_rejected is None or before.last_rejected.reason is not seen.last_rejected.reason


async def _show_live(task: Task, seen: Seen, look: Look, console: Console) -> Seen:
    clock = SystemClock()
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        drawn_s = -_REDRAW_S

        def draw() -> None:
            nonlocal drawn_s
            drawn_s = clock.monotonic()
            fitting = replace(look, width=console.width)
            live.update(view(seen, clock.now(), fitting), refresh=True)

        async def tick() -> None:
            while True:
                draw()
                await clock.sleep(_TICK_S)

        ticking = asyncio.ensure_future(tick())
        try:
            async with aclosing(events(task.address, clock=clock, keys=task.keys)) as stream:
                async for received in stream:
                    seen = seen.and_then(received)
                    if clock.monotonic() >= drawn_s + _REDRAW_S:  # a file comes faster than anybody can look
                        draw()
                    if task.once and seen.telegrams:
                        return seen
            seen = replace(seen, ended=True, connected=False)
        finally:
            ticking.cancel()
            draw()
    return seen
