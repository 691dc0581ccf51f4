"""What the tests of the pages share: `scene` runs a test on both kinds of database in turn, `quick` on SQLite alone,
where the kind means nothing to the page.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from grid.web.every_page import EveryPage, every_page
from grid.web.scene import Scene
from hanport.clock import ManualClock
from hanport.grid.database.engine import connect
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring
from home.web.browser import chromium

__all__ = ["chromium"]


@pytest.fixture
def scene(database: Database, clock: ManualClock, tmp_path: Path) -> Scene:
    """A site with a database of its own, of each kind in turn."""
    return Scene(database, clock, tmp_path)


@pytest.fixture
def quick(tmp_path: Path, keyring: Keyring, clock: ManualClock, filled: Callable[[str], None]) -> Iterator[Scene]:
    """A site with an SQLite database of its own."""
    address = f"sqlite:///{tmp_path}/quick.db"
    filled(address)
    engine = connect(address)
    yield Scene(Database(engine, keyring, clock), clock, tmp_path)
    engine.dispose()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the test identity has its keys: made once."""
    return tmp_path_factory.mktemp("testid")


@pytest.fixture
async def every(quick: Scene, authority: Path) -> AsyncIterator[EveryPage]:
    """The whole site, furnished, behind a proxy that speaks TLS."""
    async with every_page(quick, authority) as made:
        yield made
