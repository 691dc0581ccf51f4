"""A database where its kind does not matter."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hanport.clock import ManualClock
from hanport.grid.database.engine import connect
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring


@pytest.fixture
def quick_database(
    tmp_path: Path, keyring: Keyring, clock: ManualClock, filled: Callable[[str], None]
) -> Iterator[Database]:
    """On SQLite alone."""
    address = f"sqlite:///{tmp_path}/quick.db"
    filled(address)
    engine = connect(address)
    yield Database(engine, keyring, clock)
    engine.dispose()
