"""How the service is, as those ask who run it: whether it can answer, and whether its work goes on."""

from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from hanport.grid.context import Grid
from hanport.grid.database.schema import is_current


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `is_vital`: without it no request can be answered."""

    name: str
    is_well: bool
    says: str = ""
    is_vital: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """All that was looked at."""

    checks: tuple[Check, ...]

    @property
    def can_answer(self) -> bool:
        """Whether requests can be answered."""
        return all(check.is_well for check in self.checks if check.is_vital)

    @property
    def is_well(self) -> bool:
        """Whether nothing needs a person."""
        return all(check.is_well for check in self.checks)


def health(grid: Grid) -> Health:
    """How the service is now. Reads the database."""
    try:
        with grid.database.reading() as connection:
            return Health((_database(connection),))
    except SQLAlchemyError:
        return Health((Check("database", False, "It does not answer.", is_vital=True),))


def _database(connection: Connection) -> Check:
    if is_current(connection):
        return Check("database", True, is_vital=True)
    return Check("database", False, "It is not of this version: `hanport grid migrate`.", is_vital=True)
