"""A real store for the shares."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hanport.home.config import StoreTable
from hanport.home.store.thread import StoreThread


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[StoreThread]:
    opened = await StoreThread.open(tmp_path / "hub.db", StoreTable(commit_every_s=3600))
    yield opened
    await opened.close()
