"""`hanport home check-config`: whether home.toml can be used."""

from pathlib import Path

import click

from hanport.cli.home import config_option
from hanport.home.checking import problems
from hanport.home.config import load


@click.command()
@config_option
def command(config: Path) -> int:
    """Say whether the configuration can be used; every problem on a line of its own. Exit 0: it can, 1: it cannot."""
    found = problems(load(config), config)
    for problem in found:
        click.echo(f"{config}: {problem}", err=True)
    if not found:
        click.echo(f"{config} can be used.")
    return 1 if found else 0
