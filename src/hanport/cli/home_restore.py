"""`hanport home restore`: put a backup in the place of the store."""

from pathlib import Path

import click

from hanport.cli.home import config_option
from hanport.cli.home_data import ProgressLine, home_data, span
from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.home.store.backup import check_copy, restore
from hanport.home.store.lock import data_lock


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
def command(file: Path, config: Path) -> int:
    """Check the backup FILE and put it in the place of the store, which is kept beside it. The hub must be stopped."""
    clock = SystemClock()
    data = home_data(config)
    if not file.exists():
        raise ConfigError(f"There is no {file}.", "`hanport home backup` makes one.")
    with data_lock(data.folder):
        progress = ProgressLine(clock)
        kept = restore(file, data.database, clock.now(), progress.share("Copied"))
        progress.end()
        times = check_copy(data.database)
    click.echo(f"{data.database} is now {file}: {span(times)}.")
    if kept is not None:
        click.echo(f"What was there is kept as {kept}; delete it when all is well.")
    return 0
