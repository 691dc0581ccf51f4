"""What the pages are given by the service."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from hanport.clock import Clock
from hanport.grid.config import GridConfig
from hanport.grid.context import Grid
from hanport.grid.database.schema import Environment
from hanport.grid.database.work import Work
from hanport.grid.web.limits import Limits
from hanport.grid.wordings.shelf import Shelf, Wordings

if TYPE_CHECKING:
    from hanport.grid.eid.flow import Flow

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """All that pages read and change. `folder` is the configuration's. `flow` is None where BankID is not set up."""

    grid: Grid
    clock: Clock
    folder: Path
    limits: Limits
    flow: "Flow | None" = None
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def config(self) -> GridConfig:
        """The service's configuration."""
        return self.grid.config

    @property
    def is_test(self) -> bool:
        """Whether this is a service for tests and demonstrations: every page says so."""
        return self.config.environment is Environment.TEST

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the public address over TLS, whoever speaks it for us."""
        return self.config.web.public_url.startswith("https://")

    async def read(self, ask: Callable[[Connection], T]) -> T:
        """Ask the database, in a thread of its own."""

        def read() -> T:
            with self.grid.database.reading() as connection:
                return ask(connection)

        return await asyncio.to_thread(read)

    async def wordings(self) -> Wordings:
        """The company's texts, as they hold now."""
        return await self.read(lambda connection: self.shelf.now(connection, self.config))

    async def write(self, actor: str, change: Callable[[Work], T]) -> T:
        """Change something in one transaction, in a thread of its own. `actor`: see `Work`."""

        def write() -> T:
            with self.grid.database.writing(actor) as work:
                return change(work)

        return await asyncio.to_thread(write)
