"""The people of these tests: `both` runs a test on each kind of database in turn, where the statements are what is
tested; `people` on SQLite alone.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grid.customer.people import People
from hanport.clock import ManualClock
from hanport.grid.database.engine import connect
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring


@pytest.fixture
def both(database: Database) -> People:
    """A town with its desk, on each kind of database in turn."""
    return People(database)


@pytest.fixture
def people(tmp_path: Path, keyring: Keyring, clock: ManualClock, filled: Callable[[str], None]) -> Iterator[People]:
    """A town with its desk, on SQLite."""
    address = f"sqlite:///{tmp_path}/people.db"
    filled(address)
    engine = connect(address)
    yield People(Database(engine, keyring, clock))
    engine.dispose()
