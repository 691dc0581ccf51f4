"""Reads a person's number for a command: asked for at the terminal, or from a file, and never an argument."""

import sys
from pathlib import Path

import click

from hanport.clock import SystemClock
from hanport.grid.identifiers import Number, parse_number
from hanport.grid.workdays import STOCKHOLM

number_option = click.option(
    "--number-file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Take the person's number from the first line of a file (- is the standard input) instead of asking.",
)


def read_number(number_file: Path | None) -> Number:
    """The number, checked. Raises IdentifierError, click.ClickException."""
    if number_file is None and sys.stdin.isatty():
        text = click.prompt("Personal number", hide_input=True)
    elif number_file is None or str(number_file) == "-":
        text = sys.stdin.readline()
    else:
        try:
            text = number_file.read_text("utf-8").partition("\n")[0]
        except (OSError, UnicodeDecodeError):
            raise click.ClickException(f"{number_file} cannot be read.") from None
    return parse_number(text, SystemClock().now().astimezone(STOCKHOLM).date())
