"""The desk of these tests, at which orders are taken."""

import pytest

from grid.ordering.desk import Desk
from hanport.grid.database.work import Database


@pytest.fixture
def desk(database: Database) -> Desk:
    """Takes orders."""
    return Desk(database)
