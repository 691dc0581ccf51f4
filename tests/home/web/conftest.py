"""What the tests of the pages share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from home.web.browser import chromium
from home.web.scene import Scene, scene

__all__ = ["chromium"]


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Scene]:
    """A hub's web with a real store."""
    async with scene(tmp_path) as made:
        yield made
