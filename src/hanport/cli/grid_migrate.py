"""`hanport grid migrate`: makes the tables of a database, or brings them to this version."""

from pathlib import Path

import click

from hanport.grid.config import database_address, load
from hanport.grid.database import schema
from hanport.grid.database.engine import connect
from hanport.grid.opening import keyring_of


@click.command()
@click.pass_obj
def command(config: Path) -> int:
    """Make the database's tables, or bring them to this version: all steps, or none.

    A new database is stamped with the configuration's environment for ever. Back up an old one first: there is no way
    back but the backup. Stop the service meanwhile.
    """
    loaded = load(config)
    engine = connect(database_address(loaded, config))
    try:
        schema.migrate(engine, keyring_of(loaded, config), loaded.environment)
    finally:
        engine.dispose()
    click.echo(f"The database is of this version (step {schema.newest()}), for {loaded.environment.value}.")
    return 0
