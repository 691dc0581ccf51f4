"""Brings a database to this version's tables, and holds it to the environment that it was made for."""

from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, insert, select

from hanport.errors import ConfigError
from hanport.grid.audit.chain import begin
from hanport.grid.database.tables import stamp
from hanport.grid.keys import Keyring

_STEPS = Path(__file__).parent / "migrations"


class Environment(StrEnum):
    """What a service is for. Real customers are in production alone."""

    PRODUCTION = "production"
    TEST = "test"


def migrate(engine: Engine, keyring: Keyring, environment: Environment) -> None:
    """Make or upgrade the tables; a new database is stamped with its environment. Raises ConfigError."""
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.execute(select(stamp.c.value).where(stamp.c.name == "environment")).scalar() is None:
            connection.execute(insert(stamp).values(name="environment", value=environment.value))
            begin(connection, keyring)
    check(engine, environment)


def check(engine: Engine, environment: Environment) -> None:
    """Raise ConfigError unless the database has this version's tables and was made for that environment."""
    with engine.connect().execution_options(writes=False) as connection:
        if not is_current(connection):
            raise ConfigError("The database is not of this version.", "Back it up, then run `hanport grid migrate`.")
        made_for = connection.execute(select(stamp.c.value).where(stamp.c.name == "environment")).scalar_one()
    if made_for != environment.value:
        raise ConfigError(
            f"The database was made for {made_for}, and the configuration says {environment.value}.",
            "Use another database: test and production are never mixed.",
        )


def is_current(connection: Connection) -> bool:
    """Whether all steps have been taken, and no later version's."""
    return MigrationContext.configure(connection).get_current_revision() == newest()


def newest() -> str | None:
    """The last step that this version knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_STEPS))
    return config
