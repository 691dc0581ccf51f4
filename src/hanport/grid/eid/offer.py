"""Offers BankID where it is set up: checked, connected, and closed again."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hanport.clock import Clock
from hanport.grid.alarms import clear_alarm, raise_alarm
from hanport.grid.context import Grid
from hanport.grid.eid import readiness, relying_party, trust
from hanport.grid.eid.client import connect
from hanport.grid.eid.flow import Flow
from hanport.grid.eid.judging import Trust
from hanport.grid.eid.readiness import Readiness

log = logging.getLogger(__name__)

CERTIFICATE_ENDS = "bankid_certificate_ends"  # alarm


@asynccontextmanager
async def offered(grid: Grid, folder: Path, clock: Clock) -> AsyncIterator[Flow | None]:
    """The flow of identifications; None where BankID is not set up. Raises ConfigError where it is, and wrongly."""
    table, environment = grid.config.bankid, grid.config.environment
    if not look(grid, folder, clock).is_offered:
        yield None
        return
    taken = trust.policies(table, environment)
    trusted = Trust(
        roots=trust.signature_roots(table, folder) if table.signature_root_file else (),
        policies=frozenset(taken),
        mobile=frozenset(trust.policies_by_qr(taken)),
        relying_party=relying_party.name_of(trust.company_certificate(table, folder).certificate),
    )
    async with connect(table, folder, environment) as bankid:
        yield Flow(grid, bankid, trusted, clock)


def look(grid: Grid, folder: Path, clock: Clock) -> Readiness:
    """Whether BankID can be offered as it is set up; what will be wrong soon is an alarm, until it is mended. Raises
    ConfigError.
    """
    ready = readiness.hold(grid.config, folder, clock.now())
    if ready.is_offered:
        _tell(grid, ready)
    return ready


def _tell(grid: Grid, ready: Readiness) -> None:
    for concern in ready.concerns:
        log.warning(concern.problem, extra={"remedy": concern.remedy})
    with grid.database.writing("system") as work:
        if ready.concerns:
            says = " ".join(f"{each.problem} {each.remedy}" for each in ready.concerns)
            raise_alarm(work, CERTIFICATE_ENDS, "bankid", says, ready.ends_at)
        else:
            clear_alarm(work, CERTIFICATE_ENDS, "bankid")
