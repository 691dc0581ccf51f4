"""`hanport grid`: the network company's activation service, and the commands around it."""

import os
from pathlib import Path

import click

from hanport.cli.lazy import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "new": ("grid_new", "Make a configuration, keys and an empty database."),
    "check-config": ("grid_check_config", "Say whether grid.toml can be used."),
    "migrate": ("grid_migrate", "Make the database's tables, or bring them to this version."),
    "keys": ("grid_keys", "Make keys, see what they seal, and seal all anew."),
    "audit": ("grid_audit", "Prove the log, sign its end, and read it."),
    "erase": ("grid_erase", "Erase a person, or tell all that is known of the person."),
    "token": ("grid_token", "Make, list and revoke tokens of programs that use the API."),
    "import": ("grid_import", "Bring files of the customer system in, and decide on those that wait."),
    "event": ("grid_event", "Take what the market or the customer system says has happened."),
    "order": ("grid_order", "Take orders at the desk and on the phone, and see how orders stand."),
    "work-list": ("grid_work_list", "Write what people are to do at meters, or take in what they did."),
}


@click.group(cls=LazyGroup, table=COMMANDS, invoke_without_command=True)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("grid.toml"),
    show_default=True,
    help="The service's configuration.",
)
@click.pass_context
def command(context: click.Context, config: Path) -> int:
    """Run the activation service: the API and the work of opening and closing ports."""
    context.obj = config
    os.umask(0o077)
    return 0
