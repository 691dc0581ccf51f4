"""Who is told: the holders of the contract, of then, with their addresses on file."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from hanport.grid.database.among import among
from hanport.grid.database.notice_tables import told_in
from hanport.grid.database.tables import contract, contract_holder, customer
from hanport.grid.notices.happenings import Happening
from hanport.grid.notices.ways import Way, mail_address, mobile_number


@dataclass(frozen=True, slots=True)
class Recipient:
    """A customer who is told. `language` is None where none was chosen."""

    customer_id: int
    person_id: int
    contract_id: int
    name: str
    address: str
    email: str
    phone: str
    is_protected: bool
    language: str | None

    def ways(self, offered: Collection[Way], *, may_write: bool) -> list[Way]:
        """By which of the ways: by e-mail and SMS, or else by letter. A protected identity by letter alone."""
        found = [Way.MAIL] if Way.MAIL in offered and mail_address(self.email) else []
        found += [Way.SMS] if Way.SMS in offered and mobile_number(self.phone) else []
        if found and not self.is_protected:
            return found
        return [Way.LETTER] if may_write and self.can_get_letters(offered) else []

    def can_get_letters(self, offered: Collection[Way]) -> bool:
        """Whether there is an address; that of a protected identity is looked up by staff, elsewhere."""
        return Way.LETTER in offered and (self.is_protected or bool(self.address.strip()))


def recipients_of(connection: Connection, told: Sequence[Happening]) -> dict[int, list[Recipient]]:
    """Who is told, by the notice."""
    contracts = {each.contract_id for each in told if each.contract_id is not None}
    facilities = {each.facility_id for each in told if each.contract_id is None}
    rows = connection.execute(
        _HOLDERS.where(
            or_(
                among(connection, contract.c.id, sorted(contracts)),
                among(connection, contract.c.facility_id, sorted(facilities)),
            )
        ).order_by(contract_holder.c.id)
    ).all()
    by_contract, by_facility = defaultdict(list), defaultdict(list)
    for row in rows:
        by_contract[row.contract_id].append(row)
        by_facility[row.facility_id].append(row)
    found = {}
    for each in told:
        mine = by_contract[each.contract_id] if each.contract_id is not None else by_facility[each.facility_id]
        found[each.notice_id] = _told(each, mine)
    return found


def holders_now(connection: Connection, facility_id: int, at: datetime) -> list[Recipient]:
    """Who holds the contracts that run at a facility at that instant."""
    rows = connection.execute(_HOLDERS.where(contract.c.facility_id == facility_id).order_by(contract_holder.c.id))
    return _once(row for row in rows if _runs(row, at) and _holds(row, at))


_HOLDERS: Select[Any] = (
    select(
        contract.c.facility_id,
        contract.c.begins_at.label("runs_from"),
        contract.c.ends_at.label("runs_to"),
        contract_holder.c.contract_id,
        contract_holder.c.begins_at,
        contract_holder.c.ends_at,
        customer,
        told_in.c.language,
    )
    .join(contract_holder, contract_holder.c.contract_id == contract.c.id)
    .join(customer, customer.c.id == contract_holder.c.customer_id)
    .outerjoin(told_in, told_in.c.person_id == customer.c.person_id)
)


def _told(about: Happening, rows: Iterable[Row[Any]]) -> list[Recipient]:
    """The holders of then. Where the contract had no holder any more, those who left it last."""
    at = about.happened_at
    known = [row for row in rows if row.begins_at <= at and (row.died_at is None or row.died_at > at)]
    if about.contract_id is None:
        known = [row for row in known if _runs(row, at)]
    now = [row for row in known if _holds(row, at)]
    if not now and about.contract_id is not None:
        left_at = max((row.ends_at for row in known if row.ends_at is not None), default=None)
        now = [row for row in known if row.ends_at == left_at]
    return [each for each in _once(now) if about.customer_id in (None, each.customer_id)]


def _runs(row: Row[Any], at: datetime) -> bool:
    return bool(row.runs_from <= at and (row.runs_to is None or at < row.runs_to))


def _holds(row: Row[Any], at: datetime) -> bool:
    ends = [each for each in (row.ends_at, row.died_at) if each is not None]
    return bool(row.begins_at <= at and all(at < each for each in ends))


def _once(rows: Iterable[Row[Any]]) -> list[Recipient]:
    """Each customer once, whatever contracts it holds."""
    found = {
        row.id: Recipient(
            customer_id=row.id,
            person_id=row.person_id,
            contract_id=row.contract_id,
            name=row.name,
            address=row.address,
            email=row.email,
            phone=row.phone,
            is_protected=row.is_protected,
            language=row.language,
        )
        for row in rows
    }
    return list(found.values())
