"""`hanport demo`: a virtual meter, and what it says, in one terminal."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from hanport.cli import watch
from hanport.errors import HanportError
from hanport.locale import LANGUAGES

_SAYS_WHERE = "telegrams on "
_STOP_S = 5


@click.command(short_help="Start a virtual meter and watch it.")
@click.option("--listen", default="tcp://127.0.0.1:5500", show_default=True, help="Where the meter's telegrams are.")
@click.option("--interval", type=click.IntRange(min=1), default=2, show_default=True, help="Seconds between telegrams.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same house.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="The language; else that of the environment.")
def command(listen: str, interval: int, seed: int, lang: str | None) -> int:
    """Start a virtual meter with its port open, and watch it. Other programs can read it too. Ctrl-C ends both."""
    options = ["--listen", listen, "--interval", str(interval), "--seed", str(seed)]
    try:
        with _meter(options) as address:
            click.echo(f"A virtual meter sends on {address}; Ctrl-C ends it.")
            arguments = [address, *(["--lang", lang] if lang else [])]
            code = watch.command.main(arguments, prog_name="hanport watch", standalone_mode=False)
            return code if isinstance(code, int) else 0
    except (KeyboardInterrupt, click.Abort):
        return 0


@contextmanager
def _meter(options: list[str]) -> Iterator[str]:
    """A virtual meter in a process of its own, from its first word to the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "hanport", "meter", *options], stdout=subprocess.PIPE, text=True
    ) as meter:
        try:
            assert meter.stdout is not None
            said = meter.stdout.readline().strip()
            if not said.startswith(_SAYS_WHERE):
                raise HanportError("The virtual meter did not start.", "What it said stands above.")
            yield said.removeprefix(_SAYS_WHERE)
        finally:
            meter.terminate()
            try:
                meter.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                meter.kill()
