"""`hanport home`: the hub of a household, and the commands around it."""

import asyncio
import os
import signal
from pathlib import Path

import click

from hanport.cli.lazy import LazyGroup
from hanport.cli.loop import loop_factory

COMMANDS = {
    "setup": ("home_setup", "Set the hub up in a browser, by a one-time address."),
    "check-config": ("home_check_config", "Say whether home.toml can be used."),
    "user": ("home_user", "Make a user, or give a user a new password."),
    "backup": ("home_backup", "Copy the store while the hub runs."),
    "restore": ("home_restore", "Put a backup in the place of the store."),
    "check": ("home_check", "Check the store, its ledger included."),
    "import": ("home_import", "Bring in recordings and files of other programs."),
    "export": ("home_export", "Write out any span as CSV or Parquet."),
    "hand-over": ("home_hand_over", "Export everything, then erase it: the house is sold."),
    "rehearse": ("home_rehearse", "Fill a hub with the past of the virtual house."),
    "is-alive": ("home_is_alive", "Say whether the hub answers: for containers."),
}

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("home.toml"),
    show_default=True,
    help="The hub's configuration.",
)


@click.group(cls=LazyGroup, table=COMMANDS, invoke_without_command=True)
@config_option
@click.option("--or-any-port", is_flag=True, help="Take another port where the configured one is taken.")
@click.pass_context
def command(context: click.Context, config: Path, or_any_port: bool) -> int:
    """Run the hub: read the port, store it, show it, say what is wrong, share it. Ctrl-C or SIGTERM ends it cleanly.

    The log is JSON on standard error; the address of the pages is printed.
    """
    if context.invoked_subcommand is not None:
        return 0
    from hanport import logs
    from hanport.clock import SystemClock
    from hanport.home.config import load
    from hanport.home.hub import Start, opened

    loaded = load(config)
    logs.set_up(loaded.hub.log_level)
    os.umask(0o077)

    async def main() -> None:
        until = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, until.set)
        start = Start(config, or_any_port, lambda address: click.echo(f"hub on {address}"))
        async with opened(start, SystemClock()) as hub:
            await hub.run(until)

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main())
    return 0
