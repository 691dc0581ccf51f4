"""`hanport grid check-config`: whether grid.toml can be used."""

from pathlib import Path

import click

from hanport.clock import SystemClock
from hanport.grid.opening import opened


@click.command()
@click.pass_obj
def command(config: Path) -> int:
    """Say whether the configuration, the keys and the database can be used. Exit 2: they cannot, and why."""
    with opened(config, SystemClock()) as grid:
        kinds = ", ".join(f"{each.name} ({each.kind})" for each in grid.config.head_end)
        database = grid.database.engine.dialect.name
        click.echo(f"{config} can be used: {grid.config.environment.value}, {database}, head-ends: {kinds}.")
    return 0
