"""Closing many ports at once: what a list of facilities says, and the closing itself, all or none."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from hanport.grid.config import GridConfig
from hanport.grid.database.tables import facility, installation, port
from hanport.grid.database.work import Work
from hanport.grid.identifiers import IdentifierError, parse_gsrn
from hanport.grid.ordering.taking import close_by_staff
from hanport.grid.register import rows
from hanport.grid.staff.proposals import ProposalError
from hanport.grid.staff.values import Member

MOST = 500


def read_list(connection: Connection, text: str) -> Sequence[str]:
    """The facilities in a text, one a line, each once. Raises ProposalError, which names the line."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.setdefault(parse_gsrn(line.strip().rstrip(",;")), number)
        except IdentifierError:
            raise ProposalError(f"Line {number} is no facility's ID.", "Write one of 18 digits a line.") from None
    if not found or len(found) > MOST:
        raise ProposalError(f"A list has 1 to {MOST} facilities.", "Make several of it.")
    known = rows.ids_of(connection, facility.c.gsrn, found)
    for gsrn, number in found.items():
        if gsrn not in known:
            raise ProposalError(f"Line {number}: no facility has this ID.", "Compare it with the bill.")
    return list(found)


def open_among(connection: Connection, gsrns: Sequence[str]) -> int:
    """How many ports at those facilities may be open."""
    ids = rows.ids_of(connection, facility.c.gsrn, gsrns).values()
    chosen = (
        select(func.count(func.distinct(port.c.meter_id)))
        .join(installation, installation.c.meter_id == port.c.meter_id)
        .where(port.c.may_be_open, installation.c.facility_id.in_(list(ids)))
    )
    return connection.execute(chosen).scalar_one()


def close_all(
    work: Work, config: GridConfig, gsrns: Sequence[str], *, by: tuple[str, Member], reason: str
) -> Mapping[str, object]:
    """Close the ports, in one transaction. `by` is who has proposed it and who has agreed. Raises OrderError."""
    _hold(work, gsrns)
    staff = f"{by[0]}, {by[1].name}"
    taken = [close_by_staff(work, config, gsrn, staff=staff, reason=reason) for gsrn in gsrns]
    return {"orders": len(taken), "repeats": sum(each.is_repeat for each in taken)}


def _hold(work: Work, gsrns: Sequence[str]) -> None:
    """All that is held for so many orders is held first, in its order: nobody waits for us while we wait for them."""
    here = list(rows.ids_of(work.connection, facility.c.gsrn, gsrns).values())
    meters = select(installation.c.meter_id).where(installation.c.facility_id.in_(here))
    found = list(work.connection.execute(meters).scalars())
    elsewhere = select(installation.c.facility_id).where(installation.c.meter_id.in_(found))
    work.lock_facilities([*here, *work.connection.execute(elsewhere).scalars()])
    work.lock_ports(found)
