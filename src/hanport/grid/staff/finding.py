"""Finds a facility, a meter, an order or a customer by what stands on a bill, a meter or a receipt.

A person is found by the number, which is read here and goes no further.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from hanport.grid import people
from hanport.grid.database.tables import contract, contract_holder, customer, facility, installation, meter, order
from hanport.grid.identifiers import IdentifierError, parse_gsrn, parse_number
from hanport.grid.keys import Keyring
from hanport.grid.masking import masked
from hanport.grid.register.addresses import places_of, protected

_SHORTEST_ADDRESS = 3
_SHOWN = 50
_LOOKED_AT = 500
LONGEST = 120


class What(StrEnum):
    """What was found."""

    FACILITY = "facility"
    ORDER = "order"
    METER = "meter"
    CUSTOMER = "customer"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: a facility's ID, an order's id or a meter's serial number (`name`), where it is
    (`gsrn`), and its address ("" where it must not be shown).
    """

    what: What
    name: str
    gsrn: str = ""
    address: str = ""


def is_number(text: str) -> bool:
    """Whether the text may hold a person's number: then it is never shown, and never in an address."""
    return masked(text) != text


def person(connection: Connection, keyring: Keyring, text: str, today: date) -> int | None:
    """The person whose number this is, if it is one that is known."""
    try:
        number = parse_number(text, today)
    except IdentifierError:
        return None
    return people.find(connection, keyring, number)


def find(connection: Connection, text: str, at: datetime) -> Sequence[Hit]:
    """What has exactly that name; else the facilities whose address has it in it."""
    sought = " ".join(text.split())[:LONGEST]
    if not sought:
        return []
    exact = [*_facility(connection, sought), *_order(connection, sought), *_meter(connection, sought, at)]
    exact += _customer(connection, sought)
    return exact or list(_addresses(connection, sought))


def _facility(connection: Connection, sought: str) -> Iterator[Hit]:
    try:
        gsrn = parse_gsrn(sought)
    except IdentifierError:
        return
    yield from _places(connection, What.FACILITY, select(facility.c.id).where(facility.c.gsrn == gsrn))


def _order(connection: Connection, sought: str) -> Iterator[Hit]:
    chosen = select(order.c.id, facility.c.gsrn).join(facility, facility.c.id == order.c.facility_id)
    for row in connection.execute(chosen.where(order.c.id == sought.lower())):
        yield Hit(What.ORDER, row.id, row.gsrn)


def _meter(connection: Connection, sought: str, at: datetime) -> Iterator[Hit]:
    for serial in connection.execute(select(meter.c.serial).where(meter.c.serial == sought)).scalars():
        chosen = (
            select(facility.c.gsrn)
            .join(installation, installation.c.facility_id == facility.c.id)
            .join(meter, meter.c.id == installation.c.meter_id)
            .where(meter.c.serial == serial, installation.c.begins_at <= at)
            .order_by(installation.c.begins_at.desc())
        )
        yield Hit(What.METER, serial, connection.execute(chosen.limit(1)).scalar() or "")


def _customer(connection: Connection, sought: str) -> Iterator[Hit]:
    chosen = (
        select(contract.c.facility_id)
        .join(contract_holder, contract_holder.c.contract_id == contract.c.id)
        .join(customer, customer.c.id == contract_holder.c.customer_id)
        .where(customer.c.key == sought)
        .distinct()
    )
    yield from _places(connection, What.CUSTOMER, chosen)


def _addresses(connection: Connection, sought: str) -> Iterator[Hit]:
    """SQLite folds the case of English letters alone: others are looked for as any sign, and compared here."""
    if len(sought) < _SHORTEST_ADDRESS:
        return
    folded = sought.casefold()
    pattern = "".join(sign if sign.isascii() and sign not in "%_\\" else "_" for sign in folded)
    chosen: Select[Any] = select(facility.c.id, facility.c.gsrn, facility.c.address)
    found = chosen.where(func.lower(facility.c.address).like(f"%{pattern}%")).order_by(facility.c.address)
    rows = [row for row in connection.execute(found.limit(_LOOKED_AT)) if folded in row.address.casefold()]
    yield from _unprotected(connection, rows[:_SHOWN])


def _unprotected(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[Hit]:
    """Who finds a facility by its address must not learn that way where somebody protected lives."""
    hidden = protected(connection, [row.id for row in rows])
    for row in rows:
        if row.id not in hidden:
            yield Hit(What.ADDRESS, row.gsrn, row.gsrn, row.address)


def _places(connection: Connection, what: What, chosen: Select[Any]) -> Iterator[Hit]:
    ids = list(connection.execute(chosen.limit(_SHOWN)).scalars())
    places = places_of(connection, ids)
    for facility_id in ids:
        place = places[facility_id]
        yield Hit(what, place.gsrn, place.gsrn, place.address)
