"""How the service is, as those ask who run it: whether it can answer, and whether its work goes on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from hanport.grid import alarms
from hanport.grid.context import Grid
from hanport.grid.database.schema import is_current
from hanport.grid.reconcile import duties

_BEATS = 6
_BEATS_S = 60.0
_SIGNED_WITHIN = timedelta(days=2)


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
            found = _database(connection)
            if not found.is_well:
                return Health((found,))
            at = grid.database.clock.now()
            return Health((found, _worker(connection, grid, at), _log(connection, at), _head_ends(connection)))
    except SQLAlchemyError:
        return Health((Check("database", False, "It does not answer.", is_vital=True),))


def _worker(connection: Connection, grid: Grid, at: datetime) -> Check:
    """Whether any worker was at work a moment ago."""
    seen_at = duties.done_at(connection, duties.BEAT)
    lately = max(_BEATS_S, _BEATS * grid.config.work.period_s)
    if seen_at is not None and at - seen_at <= timedelta(seconds=lately):
        return Check("worker", True)
    return Check("worker", False, "No worker is at work: nothing is opened or closed.")


def _log(connection: Connection, at: datetime) -> Check:
    """Whether the end of the log was signed lately."""
    signed_at = duties.done_at(connection, "checkpoint")
    if signed_at is None or at - signed_at <= _SIGNED_WITHIN:
        return Check("log", True)
    return Check("log", False, "The log has not been signed for days: `hanport grid audit checkpoint` does it.")


def _head_ends(connection: Connection) -> Check:
    """Whether all head-ends take commands."""
    away = [each.subject for each in alarms.live(connection) if each.kind == alarms.HEAD_END_UNREACHABLE]
    says = f"Not taking commands: {', '.join(sorted(away))}." if away else ""
    return Check("head-ends", not away, says)


def _database(connection: Connection) -> Check:
    if is_current(connection):
        return Check("database", True, is_vital=True)
    return Check("database", False, "It is not of this version: `hanport grid migrate`.", is_vital=True)
