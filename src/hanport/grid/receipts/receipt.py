"""What a receipt says of an order: all of it for the signer, or what the signer shows to others.

A receipt tells how the order stood at an instant. It never names a person; a shared one says nothing of a person at
all, and an address only where it was asked for and nobody there is protected.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from hanport.errors import HanportError
from hanport.grid.database.tables import command, customer, installation, meter, order
from hanport.grid.database.work import Work
from hanport.grid.keys import Purpose
from hanport.grid.orders import Kind, State
from hanport.grid.receipts.evidence import Evidence, read_evidence
from hanport.grid.receipts.format import FORMAT, Content, instant
from hanport.grid.register.addresses import NOWHERE, Place, places_of


class ReceiptError(HanportError):
    """There is no receipt of this for whoever asks."""


class Part(StrEnum):
    """What of a shared receipt is shown only if the customer wants it."""

    ADDRESS = "address"
    METERS = "meters"


ALL = frozenset(Part)


@dataclass(frozen=True, slots=True)
class Issuer:
    """The company, as receipts name it, and where the pages of its service are. `terms_of` gives the version of the
    terms that an order was signed under, by its id ("" where none is known).
    """

    name: str
    url: str = ""
    terms_of: Callable[[Connection, str], str] = lambda connection, order_id: ""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order as a receipt has it. `by_power`: the person signed for somebody else."""

    id: str
    kind: Kind
    state: State
    why: str
    terms: str
    identity: str
    by_power: bool
    asked_at: datetime
    identity_at: datetime | None
    signed_at: datetime | None
    deadline_at: datetime | None
    ended_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def read_back_at(self) -> datetime | None:
        """When the meter was read and was as ordered, or somebody had been there."""
        return self.ended_at if self.state is State.READ_BACK else None


@dataclass(frozen=True, slots=True)
class Receipt:
    """How an order stood at `issued_at`. `place.address` is "" where it is not shown, `meters` is None then.
    `evidence` is only in the full one.
    """

    company: Issuer
    issued_at: datetime
    order: Ordered
    place: Place
    meters: tuple[str, ...] | None
    evidence: Evidence | None = None

    def content(self) -> Content:
        """What is signed."""
        said: Content = {
            "format": FORMAT,
            "scope": "shared" if self.evidence is None else "full",
            "issued_at": instant(self.issued_at),
            "company": {"name": self.company.name, "url": self.company.url},
            "order": self._order(),
            "facility": {"gsrn": self.place.gsrn, "address": self.place.address or None},
            "meters": None if self.meters is None else list(self.meters),
        }
        return said if self.evidence is None else said | {"identity": self._identity(self.evidence)}

    def _order(self) -> Content:
        ordered = self.order
        return {
            "id": ordered.id,
            "kind": ordered.kind.value,
            "state": ordered.state.value,
            "terms": ordered.terms,
            "asked_at": instant(ordered.asked_at),
            "signed_at": instant(ordered.signed_at),
            "deadline_at": instant(ordered.deadline_at),
            "read_back_at": instant(ordered.read_back_at),
            "ended_at": instant(ordered.ended_at),
            "withdrawn_at": instant(ordered.withdrawn_at),
        }

    def _identity(self, evidence: Evidence) -> Content:
        return {
            "how": self.order.identity,
            "checked_at": instant(self.order.identity_at),
            "by_power": self.order.by_power,
            "why": self.order.why,
            "signed_text": evidence.visible_text,
            "signature": evidence.signature,
            "ocsp_response": evidence.ocsp_response,
            "note": evidence.note,
        }


def full(work: Work, issuer: Issuer, order_id: str, person_id: int) -> Receipt:
    """The whole receipt, with the signature, for who signed; the person's log says that it was given. Raises
    ReceiptError, SealError.
    """
    row = _order(work.connection, order_id)
    if row is None or row.person_id != person_id:
        raise ReceiptError("There is no such order of yours.", "Your own orders are listed on your page.")
    work.note("receipt.given", person_id=person_id, order=order_id)
    sealed = row.evidence_sealed
    evidence = Evidence() if sealed is None else read_evidence(work.keyring.open(sealed, Purpose.EVIDENCE))
    return _receipt(work.connection, issuer, row, evidence=evidence, at=work.at)


def shareable(
    connection: Connection, issuer: Issuer, order_id: str, *, at: datetime, shows: Collection[Part] = ALL
) -> Receipt:
    """The receipt without anything of a person. Raises ReceiptError where nobody has signed the order."""
    row = _order(connection, order_id)
    if row is None or row.signed_at is None:
        raise ReceiptError("There is no such order.", "Ask whoever gave the link.")
    whole = _receipt(connection, issuer, row, evidence=None, at=at)
    return replace(
        whole,
        place=whole.place if Part.ADDRESS in shows else Place(whole.place.gsrn, ""),
        meters=whole.meters if Part.METERS in shows else None,
    )


def may_share(connection: Connection, order_id: str, person_id: int) -> bool:
    """Whether it is the person's order: the person signed it, or it was signed for the person."""
    chosen = (
        select(order.c.id)
        .outerjoin(customer, customer.c.id == order.c.customer_id)
        .where(order.c.id == order_id, or_(order.c.person_id == person_id, customer.c.person_id == person_id))
    )
    return connection.execute(chosen).first() is not None


def _receipt(
    connection: Connection, issuer: Issuer, row: Row[Any], *, evidence: Evidence | None, at: datetime
) -> Receipt:
    place = places_of(connection, [row.facility_id]).get(row.facility_id, NOWHERE)
    return Receipt(
        company=issuer,
        issued_at=at,
        order=_ordered(row, issuer.terms_of(connection, row.id)),
        place=place,
        meters=_meters(connection, row, at),
        evidence=evidence,
    )


def _ordered(row: Row[Any], terms: str) -> Ordered:
    return Ordered(
        id=row.id,
        kind=Kind(row.kind),
        state=State(row.state),
        why=row.why,
        terms=terms,
        identity=row.identity or "",
        by_power=row.power_id is not None,
        asked_at=row.created_at,
        identity_at=row.identity_at,
        signed_at=row.signed_at,
        deadline_at=row.deadline_at,
        ended_at=row.ended_at,
        withdrawn_at=row.withdrawn_at,
    )


def _order(connection: Connection, order_id: str) -> Row[Any] | None:
    return connection.execute(select(order).where(order.c.id == order_id)).one_or_none()


def _meters(connection: Connection, row: Row[Any], at: datetime) -> tuple[str, ...]:
    """The meters that the order was about: the one it names, those that were sent commands by it, or those installed
    when it ended.
    """
    then = row.ended_at or at
    choices: Sequence[Select[Any]] = (
        select(meter.c.serial).where(meter.c.id == row.meter_id),
        select(meter.c.serial).join(command, command.c.meter_id == meter.c.id).where(command.c.order_id == row.id),
        select(meter.c.serial)
        .join(installation, installation.c.meter_id == meter.c.id)
        .where(installation.c.facility_id == row.facility_id, installation.c.begins_at <= then)
        .where(or_(installation.c.ends_at.is_(None), installation.c.ends_at > then)),
    )
    for chosen in choices:
        found = tuple(sorted(set(connection.execute(chosen).scalars())))
        if found:
            return found
    return ()
