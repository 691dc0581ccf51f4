"""What the tests of the test identity service share."""

from collections.abc import AsyncIterator

import pytest

from hanport.clock import SystemClock
from hanport.testid.pki import Pki, open_pki
from home.web.browser import chromium
from testid.scene import Scene, scene

__all__ = ["chromium"]


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """What a service has in its folder: keys are made once for all tests."""
    return open_pki(tmp_path_factory.mktemp("testid") / "folder", SystemClock().now())


@pytest.fixture
async def testid(pki: Pki) -> AsyncIterator[Scene]:
    """A service without faults."""
    async with scene(pki) as made:
        yield made
