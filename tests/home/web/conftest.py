"""What the tests of the pages share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hanport.home.store.thread import StoreThread
from home.web.browser import chromium
from home.web.scene import Scene, scene

__all__ = ["chromium"]


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Scene]:
    """A hub's web with a real store."""
    async with scene(tmp_path) as made:
        yield made


@pytest.fixture
async def home(hub: Scene) -> Scene:
    """The same, with the user Eva."""
    await hub.user()
    return hub


@pytest.fixture
async def closed(tmp_path: Path) -> StoreThread:
    """A store that cannot be read."""
    store = await StoreThread.open(tmp_path / "closed.db")
    await store.close()
    return store
