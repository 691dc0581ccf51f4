"""The API of a service in a test: through its ASGI application, with tokens of every scope."""

from collections.abc import AsyncIterator

import httpx
import pytest

from grid.reconcile.hands import Hands
from hanport.clock import ManualClock
from hanport.grid import tokens
from hanport.grid.api.app import application
from hanport.grid.config import GridConfig, HeadEndTable
from hanport.grid.context import Grid
from hanport.grid.database.schema import Environment
from hanport.grid.database.work import Database
from hanport.grid.tokens import Scope

HEAD_ENDS = (
    HeadEndTable(name="vendor", kind="rest", makers=("Kamstrup",), url="https://vendor.example"),
    HeadEndTable(name="cim", kind="cim", makers=("Aidon",), url="https://cim.example"),
    HeadEndTable(name="people", kind="work_list"),
)


@pytest.fixture
def grid(database: Database) -> Grid:
    return Grid(GridConfig(environment=Environment.TEST, head_end=HEAD_ENDS), database)


@pytest.fixture
def hands(grid: Grid) -> Hands:
    """The work, done by hand."""
    return Hands(grid.database, grid.config)


@pytest.fixture
def secret(database: Database) -> str:
    """Of a token that may do all."""
    with database.writing("system") as work:
        return tokens.create(work, "all", tuple(Scope))


@pytest.fixture
async def api(grid: Grid, clock: ManualClock, secret: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(grid, clock))
    headers = {"authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(transport=transport, base_url="https://grid", headers=headers) as client:
        yield client
