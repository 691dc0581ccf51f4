"""The OpenAPI document against the API as it runs on a socket, by schemathesis; and thousands of malformed bodies."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.checks import CHECKS, load_all_checks
from sqlalchemy import create_engine, update

from grid.api.conftest import HEAD_ENDS
from grid.town import Town
from hanport import serving
from hanport.clock import SystemClock
from hanport.grid import tokens
from hanport.grid.api.app import application
from hanport.grid.config import GridConfig
from hanport.grid.context import Grid
from hanport.grid.database.engine import connect
from hanport.grid.database.schema import Environment, migrate
from hanport.grid.database.tables import token
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring, new_key
from hanport.grid.tokens import Scope

SECRET = "hpg_secret-of-the-fuzzer"  # schemathesis wants it before there is a database
# Rules that no schema says: check digits, keys that must be known, days in their order.
load_all_checks()
EXCLUDED: list[Any] = CHECKS.get_by_names(["positive_data_acceptance"])


def _grid(folder: Path) -> Grid:
    """A service on SQLite with one household."""
    engine, keyring = connect(f"sqlite:///{folder}/grid.db"), Keyring((new_key(date(2026, 11, 25)),))
    migrate(engine, keyring, Environment.TEST)
    database = Database(engine, keyring, SystemClock())
    Town(database).household()
    return Grid(GridConfig(environment=Environment.TEST, head_end=HEAD_ENDS), database)


def _serve(listener: socket.socket, grid: Grid, stop: threading.Event) -> None:
    async def run() -> None:
        task = asyncio.create_task(serving.serve(application(grid, SystemClock()), listener))
        while not stop.is_set():
            await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service that knows the secret."""
    grid = _grid(tmp_path_factory.mktemp("grid"))
    with grid.database.writing("system") as work:
        tokens.create(work, "all", tuple(Scope))
        work.connection.execute(update(token).values(secret_hash=sha256(SECRET.encode()).digest()))
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()
    thread = threading.Thread(target=_serve, args=(listener, grid, stop))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        thread.join()
        grid.database.engine.dispose()


def _document() -> dict[str, Any]:
    """The document is made without a database: it only stands in the shapes of the endpoints."""
    keyring = Keyring((new_key(date(2026, 11, 25)),))
    grid = Grid(GridConfig(), Database(create_engine("sqlite://"), keyring, SystemClock()))
    return application(grid, SystemClock()).openapi()


schema = schemathesis.openapi.from_dict(_document())
# Every boundary of every field, in the long form: all who collect tests wait while these cases are made.
schema.config.phases.coverage.enabled = bool(os.environ.get("HANPORT_LONG"))


@schema.auth()
class Token:
    """Its token is put in by schemathesis itself, so that it can ask without one, too."""

    def get(self, case: schemathesis.Case[Any], context: schemathesis.AuthContext) -> str:
        return f"Bearer {SECRET}"

    def set(self, case: schemathesis.Case[Any], data: str, context: schemathesis.AuthContext) -> None:
        case.headers["Authorization"] = data


@schemathesis.serializer("text/csv")
def _csv(ctx: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schema.parametrize()
@settings(max_examples=20, deadline=None)
def test_the_api_does_what_its_document_says(case: schemathesis.Case[Any], address: str) -> None:
    case.call_and_validate(base_url=address, excluded_checks=EXCLUDED, timeout=20)
