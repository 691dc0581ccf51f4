"""`hanport home setup`: the first start, in a browser."""

import asyncio
import os
import signal
from pathlib import Path
from typing import TextIO

import click

from hanport import logs
from hanport.cli.home import config_option
from hanport.cli.loop import loop_factory
from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.home import from_company
from hanport.home.first_start import Teller, draft_of, set_up
from hanport.home.hub import Start
from hanport.locale import LANGUAGES, language_of_environment, text


@click.command()
@config_option
@click.option("--or-any-port", is_flag=True, help="Take another port where the configured one is taken.")
@click.option(
    "--hand-over",
    "handed",
    type=click.File("r", encoding="utf-8"),
    help="What the network company's page gives of the meter: a file, or - to paste the text of its QR code.",
)
@click.option("--lang", type=click.Choice(LANGUAGES), help="The language; else that of the environment.")
def command(config: Path, or_any_port: bool, handed: TextIO | None, lang: str | None) -> int:
    """Set the hub up in a browser, and run it then.

    Prints a one-time address and its QR code. It is good for one browser, and for 15 minutes; it finds the source,
    shows the first telegram, asks for main fuse and language and makes the first user. Exit 1: nobody finished it.
    """
    language = lang or language_of_environment(os.environ)
    os.umask(0o077)
    handed_over = None if handed is None else from_company.read(_text(handed))
    if handed_over is not None:
        click.echo("\n".join(from_company.lines(handed_over, language)))

    def invite(url: str, qr: str) -> None:
        click.echo(qr)
        click.echo(text("terminal", "setup", language, url=url))

    def too_late() -> None:
        click.echo(text("terminal", "too-late", language), err=True)

    start = Start(config, or_any_port, lambda address: click.echo(f"hub on {address}"))
    logs.set_up(draft_of(start).hub.log_level)

    async def main() -> bool:
        until = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, until.set)
        return await set_up(start, SystemClock(), Teller(invite, too_late), until, handed_over=handed_over)

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return 0 if runner.run(main()) else 1


def _text(file: TextIO) -> str:
    try:
        return file.read(from_company.LONGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file.name} cannot be read.", "Give the file as the page gave it.") from error
