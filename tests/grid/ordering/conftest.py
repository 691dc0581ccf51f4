"""The desk of these tests."""

import pytest

from grid.ordering.desk import Desk
from hanport.grid.database.work import Database


@pytest.fixture
def desk(database: Database) -> Desk:
    """A desk at which orders are taken."""
    return Desk(database)
