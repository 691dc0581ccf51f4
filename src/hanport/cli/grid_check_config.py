"""`hanport grid check-config`: whether grid.toml can be used."""

import asyncio
from pathlib import Path

import click

from hanport.clock import SystemClock
from hanport.grid.config import GridConfig
from hanport.grid.headend import registry
from hanport.grid.opening import opened


@click.command()
@click.pass_obj
def command(config: Path) -> int:
    """Say whether the configuration, the keys and the database can be used. Exit 2: they cannot, and why."""
    with opened(config, SystemClock()) as grid:
        asyncio.run(_try_head_ends(grid.config, config.parent))
        kinds = ", ".join(f"{each.name} ({each.kind})" for each in grid.config.head_end)
        database = grid.database.engine.dialect.name
        click.echo(f"{config} can be used: {grid.config.environment.value}, {database}, head-ends: {kinds}.")
    return 0


async def _try_head_ends(config: GridConfig, folder: Path) -> None:
    """Make them, with their addresses, files and codes, and let them go. Raises ConfigError."""
    await registry.build(config, folder, SystemClock()).close()
