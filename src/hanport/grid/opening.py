"""Opens a service: its configuration, its keys and its database, checked."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hanport.clock import Clock
from hanport.grid import keys
from hanport.grid.config import GridConfig, database_address, load
from hanport.grid.context import Grid
from hanport.grid.database import schema
from hanport.grid.database.engine import connect
from hanport.grid.database.work import Database
from hanport.grid.notices.ways import ways_of


@contextmanager
def opened(path: Path, clock: Clock, *, with_any_keys: bool = False) -> Iterator[Grid]:
    """The service of a configuration file, its database checked. Raises ConfigError.

    Raises LogDamaged too where the keys are not those of the database, unless `with_any_keys` for what looks into just
    that.
    """
    config = load(path)
    keyring = keyring_of(config, path)
    engine = connect(database_address(config, path))
    try:
        schema.check(engine, config.environment, None if with_any_keys else keyring)
        yield Grid(config, Database(engine, keyring, clock, tells=bool(ways_of(config))))
    finally:
        engine.dispose()


def keyring_of(config: GridConfig, path: Path) -> keys.Keyring:
    """The keys that the configuration names. Raises ConfigError."""
    return keys.load(path.parent / config.keys.file, os.environ)
