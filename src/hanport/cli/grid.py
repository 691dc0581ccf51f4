"""`hanport grid`: the network company's activation service, and the commands around it."""

import asyncio
import os
import signal
from pathlib import Path

import click

from hanport.cli.lazy import LazyGroup
from hanport.cli.loop import loop_factory

COMMANDS: dict[str, tuple[str, str]] = {
    "new": ("grid_new", "Make a configuration, keys and an empty database."),
    "check-config": ("grid_check_config", "Say whether grid.toml can be used."),
    "migrate": ("grid_migrate", "Make the database's tables, or bring them to this version."),
    "keys": ("grid_keys", "Make keys, see what they seal, and seal all anew."),
    "audit": ("grid_audit", "Prove the log, sign its end, and read it."),
    "erase": ("grid_erase", "Erase a person, or tell all that is known of the person."),
    "token": ("grid_token", "Make, list and revoke tokens of programs that use the API."),
    "staff": ("grid_staff", "Make, reset and disable accounts of members of staff."),
    "import": ("grid_import", "Bring files of the customer system in, and decide on those that wait."),
    "event": ("grid_event", "Take what the market or the customer system says has happened."),
    "order": ("grid_order", "Take orders at the desk and on the phone, and see how orders stand."),
    "port": ("grid_port", "See how ports stand, and what staff must know."),
    "notice": ("grid_notice", "See what customers were told, and announce changes to them."),
    "letter": ("grid_letter", "Print the letters that wait: notices, and one-time codes."),
    "work-list": ("grid_work_list", "Write what people are to do at meters, or take in what they did."),
    "verify-bankid": ("grid_verify_bankid", "Say whether a BankID signature is genuine, and what was signed by whom."),
    "verify-receipt": ("grid_verify_receipt", "Say whether a receipt is as the company signed it."),
}


@click.group(cls=LazyGroup, table=COMMANDS, invoke_without_command=True)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("grid.toml"),
    show_default=True,
    help="The service's configuration.",
)
@click.option("--only", type=click.Choice(["web", "worker"]), help="Do only this; others do the rest (PostgreSQL).")
@click.option("--or-any-port", is_flag=True, help="Take another port where the configured one is taken.")
@click.pass_context
def command(context: click.Context, config: Path, only: str | None, or_any_port: bool) -> int:
    """Run the activation service: the API and the work of opening and closing ports. Ctrl-C or SIGTERM ends it cleanly.

    The log is JSON on standard error; the address of the API is printed.
    """
    context.obj = config
    os.umask(0o077)
    if context.invoked_subcommand is not None:
        return 0
    from hanport import logs
    from hanport.clock import SystemClock
    from hanport.grid.opening import opened
    from hanport.grid.service import Role, Start, run

    clock = SystemClock()
    start = Start(config, Role(only or "all"), or_any_port, lambda address: click.echo(f"grid on {address}"))

    async def main() -> None:
        until = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, until.set)
        with opened(config, clock) as grid:
            logs.set_up(grid.config.log_level)
            await run(grid, start, clock, until)

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main())
    return 0
