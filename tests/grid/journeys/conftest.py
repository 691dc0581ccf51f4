"""What the journeys share: a stage and a browser for a whole module, since each journey has customers of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from grid.conftest import START
from grid.journeys.stage import Stage, staged
from grid.web.scene import Scene
from hanport.clock import ManualClock
from hanport.grid.database.engine import connect
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring
from home.web.browser import installed, started


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the identity service's keys, which take a while to make."""
    return tmp_path_factory.mktemp("authority")


@pytest.fixture(scope="module")
def stage(
    authority: Path, keyring: Keyring, filled: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The service at work, with nobody in its register yet."""
    folder = tmp_path_factory.mktemp("stage")
    address = f"sqlite:///{folder}/grid.db"
    filled(address)
    engine, clock = connect(address), ManualClock(START)
    with staged(Scene(Database(engine, keyring, clock), clock, folder), authority) as made:
        yield made
    engine.dispose()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of a module, whose tests are none of them coroutines."""
    program = installed()
    if program is None:
        pytest.skip("chromium is not installed (Debian: apt install chromium)")
    with started(program) as browser:
        yield browser


@pytest.fixture(autouse=True)
def later(stage: Stage) -> None:
    """A quarter of an hour after the journey before: all of them come from one address, and its tries are counted."""
    stage.skip(minutes=15)
