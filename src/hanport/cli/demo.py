"""`hanport demo`: the whole story on one machine, from a closed port to a hub that shows the house."""

import asyncio
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hanport.clock import SystemClock
from hanport.locale import LANGUAGES, language_of_environment
from hanport.sources.address import TcpAddress, parse_listen

if TYPE_CHECKING:
    from hanport.demo.places import Claims, Places

_PORT = click.IntRange(0, 65535)


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for, one field an option."""

    folder: Path
    days: int
    listen: str
    start_port: int
    port: int
    grid_port: int
    phone_port: int
    interval: int
    seed: int
    lang: str | None
    auto: bool
    prepare: bool


@click.command(short_help="Play the whole story on one machine, with a page to start from.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("hanport-demo"), show_default=True)
@click.option("--days", type=click.IntRange(0, 3650), default=90, show_default=True, help="Days of history.")
@click.option("--listen", default="tcp://127.0.0.1:5500", show_default=True, help="Where the meter's telegrams are.")
@click.option("--start-port", type=_PORT, default=8470, show_default=True, help="Where the start page is.")
@click.option("--port", type=_PORT, default=8480, show_default=True, help="Where the hub's pages are.")
@click.option("--grid-port", type=_PORT, default=8490, show_default=True, help="The company's portal and API.")
@click.option("--phone-port", type=_PORT, default=8475, show_default=True, help="Where the phone is.")
@click.option(
    "--interval", type=click.IntRange(1, 3600), default=10, show_default=True, help="Seconds between telegrams."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same house.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="The language; else that of the environment.")
@click.option("--auto", is_flag=True, help="Play the customer's part as well: have the port opened.")
@click.option("--prepare", is_flag=True, help="Only make the history, so that the next start is fast.")
def command(**given: Any) -> int:
    """Play the whole story on one machine: a network company with its portal, a phone that signs, a virtual meter whose
    port is closed, and a hub that waits for it. The start page explains it in five steps and shows each party live.

    What the hub has seen is kept in --folder; the company begins anew each time. Ctrl-C ends all.
    """
    options = Options(**given)
    asyncio.run(_prepare(options) if options.prepare else _play(options))
    return 0


async def _prepare(options: Options) -> None:
    from hanport.demo.household import Household

    household = Household(options.folder, options.seed, _language(options), options.port)
    household.write(str(parse_listen(options.listen)))
    await household.move_in(options.days)


async def _play(options: Options) -> None:
    """Play until Ctrl-C or SIGTERM."""
    from hanport.demo.places import Claims
    from hanport.demo.show import Show, run
    from hanport.demo.stage import Wishes

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with Claims() as claims:
        wishes = Wishes(
            folder=options.folder,
            days=options.days,
            interval=options.interval,
            seed=options.seed,
            language=_language(options),
            hub_port=options.port,
            places=_places(options, claims),
        )
        show = Show(wishes=wishes, start_port=options.start_port, is_auto=options.auto, say=click.echo)
        await run(show, SystemClock(), stop)


def _places(options: Options, claims: "Claims") -> "Places":
    from hanport.demo.places import Places
    from hanport.demo.register import HOUSE_METERS

    telegrams = parse_listen(options.listen)
    return Places(
        portal=claims.take(options.grid_port),
        identity=claims.take(0),
        phone=claims.take(options.phone_port),
        head_end=claims.take(0),
        head_end_control=claims.take(0),
        controls=tuple(claims.take(0) for _ in HOUSE_METERS),
        bakehouse=claims.take(0),
        telegrams=str(TcpAddress(telegrams.host, claims.take(telegrams.port, host=telegrams.host))),
    )


def _language(options: Options) -> str:
    return options.lang or language_of_environment(os.environ)
