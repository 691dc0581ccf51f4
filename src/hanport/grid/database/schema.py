"""Brings a database to this version's tables, and holds it to the environment that it was made for."""

from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, insert, inspect, select
from sqlalchemy.exc import DatabaseError

from hanport.errors import ConfigError
from hanport.grid.audit.chain import begin, end_of_chain
from hanport.grid.database.tables import stamp
from hanport.grid.keys import Keyring

_STEPS = Path(__file__).parent / "migrations"
_ENVIRONMENT = "environment"
_TURN = 0x68616E70  # PostgreSQL's lock for those who change the tables


class Environment(StrEnum):
    """What a service is for. Real customers are in production alone."""

    PRODUCTION = "production"
    TEST = "test"


def migrate(engine: Engine, keyring: Keyring, environment: Environment) -> None:
    """Make or upgrade the tables, all steps or none; a new database is stamped with its environment.

    Several programs may do it at the same time. Raises ConfigError, and nothing has changed.
    """
    try:
        with engine.begin() as connection:
            _migrate(connection, keyring, environment)
    except DatabaseError as error:
        raise _unreachable(error) from error
    check(engine, environment, keyring)


def check(engine: Engine, environment: Environment, keyring: Keyring | None = None) -> None:
    """Raise ConfigError unless the database has this version's tables and was made for that environment.

    With keys it raises LogDamaged too, unless they are those of the database.
    """
    try:
        with engine.connect().execution_options(writes=False) as connection:
            if not is_current(connection):
                _refuse_later(connection)
                raise ConfigError(
                    "The database is not of this version.", "Back it up, then run `hanport grid migrate`."
                )
            _refuse_other(connection, environment)
            if keyring is not None:
                end_of_chain(connection, keyring)
    except DatabaseError as error:
        raise _unreachable(error) from error


def is_current(connection: Connection) -> bool:
    """Whether all steps have been taken, and no later version's."""
    return _revision(connection) == newest()


def newest() -> str | None:
    """The last step that this version knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _migrate(connection: Connection, keyring: Keyring, environment: Environment) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
    is_new = _revision(connection) is None
    if is_new and inspect(connection).get_table_names():
        raise ConfigError("The database has tables of something else.", "Give the service a database of its own.")
    if not is_new:
        _refuse_later(connection)
        _refuse_other(connection, environment)
        end_of_chain(connection, keyring)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if is_new:
        connection.execute(insert(stamp).values(name=_ENVIRONMENT, value=environment.value))
        begin(connection, keyring)


def _refuse_later(connection: Connection) -> None:
    known = {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}
    revision = _revision(connection)
    if revision is not None and revision not in known:
        raise ConfigError("The database is of a later version.", "Install that version, or restore the backup.")


def _refuse_other(connection: Connection, environment: Environment) -> None:
    made_for = connection.execute(select(stamp.c.value).where(stamp.c.name == _ENVIRONMENT)).scalar_one_or_none()
    if made_for != environment.value:
        raise ConfigError(
            f"The database was made for {made_for}, and the configuration says {environment.value}.",
            "Use another database: test and production are never mixed.",
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _unreachable(error: DatabaseError) -> ConfigError:
    """What the driver says of it, which never holds the password or what was asked."""
    said = str(error.orig).strip().splitlines()
    return ConfigError(f"The database cannot be used: {said[0] if said else 'no reason given'}.", "See that it runs.")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_STEPS))
    return config
