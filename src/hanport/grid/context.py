"""What every part of the service is given: its configuration and its database."""

from dataclasses import dataclass

from hanport.grid.config import GridConfig
from hanport.grid.database.work import Database


@dataclass(frozen=True, slots=True)
class Grid:
    """A service that is open."""

    config: GridConfig
    database: Database
