"""`hanport grid check-config`: whether grid.toml can be used."""

import asyncio
from pathlib import Path

import click

from hanport.clock import SystemClock
from hanport.grid.config import GridConfig
from hanport.grid.eid import readiness
from hanport.grid.eid.readiness import Readiness
from hanport.grid.headend import registry
from hanport.grid.notices import channels
from hanport.grid.notices.ways import ways_of
from hanport.grid.opening import opened


@click.command()
@click.pass_obj
def command(config: Path) -> int:
    """Say whether the configuration, the keys and the database can be used. Exit 2: they cannot, and why."""
    with opened(config, SystemClock()) as grid:
        asyncio.run(_try_ways(grid.config, config.parent))
        ready = readiness.hold(grid.config, config.parent, SystemClock().now())
        kinds = ", ".join(f"{each.name} ({each.kind})" for each in grid.config.head_end)
        database = grid.database.engine.dialect.name
        click.echo(f"{config} can be used: {grid.config.environment.value}, {database}, head-ends: {kinds}.")
        click.echo(_said_of_bankid(ready))
        if not ways_of(grid.config):
            click.echo("Customers are told of nothing: set [mail], [sms], or the company's address for letters.")
        for concern in ready.concerns:
            click.echo(f"{concern.problem} {concern.remedy}")
    return 0


def _said_of_bankid(ready: Readiness) -> str:
    if ready.ends_at is None:
        return "BankID is not offered: [bankid] has no certificate_file."
    return f"BankID is offered; the company's certificate ends on {ready.ends_at:%Y-%m-%d}."


async def _try_ways(config: GridConfig, folder: Path) -> None:
    """Make the ways to meters and customers, with their addresses, files and codes, and let them go. Raises
    ConfigError.
    """
    await registry.build(config, folder, SystemClock()).close()
    await channels.build(config, folder).close()
