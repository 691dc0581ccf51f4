"""`hanport`: the group of all commands."""

import sys

import click

from hanport import __version__
from hanport.cli.lazy import LazyGroup
from hanport.errors import HanportError

# Command -> the module below hanport.cli that has it as `command`, and its line in the help.
COMMANDS = {
    "decode": ("decode", "Decode raw bytes or hex text: one JSON object a line."),
    "watch": ("watch", "Show a meter live in the terminal."),
    "doctor": ("doctor", "Watch a source and say what is wrong with it and what to do."),
    "record": ("record", "Keep what a source sends, byte for byte, with the receive times."),
    "replay": ("replay", "Serve a recording again at any speed."),
    "home": ("home", "Run the hub of a household: store, show, tell, share."),
    "grid": ("grid", "Run the activation service of a network company."),
    "demo": ("demo", "Play the whole story on one machine, with a page to start from."),
    "meter": ("meter", "Run a virtual meter with a house behind it."),
    "testid": ("testid", "Run an identity service for demonstrations and tests."),
}


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hanport")
def cli() -> None:
    """Open a smart meter's customer port and put it to use."""


def main() -> None:
    """Run a command and leave with the code that it returned.

    An error that the user can mend is one line; Ctrl-C ends without a traceback (exit 130).
    """
    try:
        code = cli(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except HanportError as wrong:
        click.echo(f"hanport: {wrong}", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
