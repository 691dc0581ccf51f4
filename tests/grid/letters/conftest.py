"""The office and the desk of these tests."""

import pytest

from grid.notices.office import ONLY_LETTERS, Office
from grid.ordering.desk import Desk
from grid.reconcile.hands import Hands
from hanport.grid.database.work import Database


@pytest.fixture
def office(database: Database) -> Office:
    """A company that writes letters alone."""
    return Office(database, ONLY_LETTERS)


@pytest.fixture
def desk(database: Database) -> Desk:
    """A desk at which orders are taken."""
    return Desk(database)


@pytest.fixture
def hands(database: Database) -> Hands:
    """Hands that do what the worker does."""
    return Hands(database)
