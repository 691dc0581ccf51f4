"""`hanport grid new`: a configuration, keys and an empty database, to begin with."""

from pathlib import Path

import click

from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.grid import keys
from hanport.grid.config import database_address, parse
from hanport.grid.database import schema
from hanport.grid.database.engine import connect
from hanport.grid.opening import keyring_of

_TEMPLATE = """\
# The activation service. Every setting with its default stands in docs/grid-configuration.md; `hanport grid
# check-config` says whether this file can be used.
environment = "{environment}"

[company]
name = "{name}"

[database]
# With PostgreSQL: "postgresql://hanport@db.example/hanport" (the password in PGPASSWORD or in ~/.pgpass).
address = "sqlite:///grid.db"

[web]
host = "127.0.0.1"
port = 8490

# How the meters are reached. A work list needs nothing: people do what it says, and say what they did.
[[head_end]]
name = "work-list"
kind = "work_list"
"""


@click.command()
@click.option("--name", default="Nätbolaget", show_default=True, help="The company's name.")
@click.option("--test", is_flag=True, help="For tests and demonstrations: never for real customers.")
@click.pass_obj
def command(config: Path, name: str, test: bool) -> int:
    """Make grid.toml, the file of keys and an empty SQLite database. Nothing that is there is overwritten."""
    if config.exists():
        raise ConfigError(f"{config} is there already.", "Edit it, or give another --config.")
    environment = schema.Environment.TEST if test else schema.Environment.PRODUCTION
    text = _TEMPLATE.format(environment=environment.value, name=name.replace("\\", "").replace('"', ""))
    made = parse(text)
    config.parent.mkdir(parents=True, exist_ok=True)
    key_file = config.parent / made.keys.file
    if not key_file.exists():
        keys.write(key_file, (keys.new_key(SystemClock().now().date()),))
    engine = connect(database_address(made, config))
    try:
        schema.migrate(engine, keyring_of(made, config), environment)
    finally:
        engine.dispose()
    config.write_text(text, "utf-8")
    click.echo(f"Made {config}, {key_file} and the database, for {environment.value}.")
    click.echo(f"Keep a copy of {key_file} apart from the database: without it personal numbers cannot be read.")
    click.echo(f"Run it: hanport grid --config {config}")
    return 0
