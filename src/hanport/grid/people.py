"""Persons and companies by their number, which is sealed at rest and found by its keyed hash.

Several programs may add the same persons at the same time: each number has one row, whoever makes it. Rows are made and
held in one order, so that no two of them wait for each other.
"""

import os
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select

from hanport.grid.database.insert_new import insert_new
from hanport.grid.database.tables import person
from hanport.grid.database.work import Work
from hanport.grid.identifiers import Number, NumberKind
from hanport.grid.keys import Keyring, Purpose

_PERSON_KEY = 32  # bytes
_BATCH = 5000


def find(connection: Connection, keyring: Keyring, number: Number) -> int | None:
    """The id of a person whose number is known."""
    chosen = select(person.c.id).where(person.c.number_lookup.in_(keyring.lookups(number)))
    return connection.execute(chosen).scalar_one_or_none()


def find_or_add(work: Work, number: Number) -> int:
    """The id of a person, known before or not."""
    return find_or_add_all(work, [number])[number]


def find_or_add_all(work: Work, numbers: Iterable[Number]) -> dict[Number, int]:
    """The ids of many persons, known before or not. They are not erased before the commit."""
    known: dict[Number, int] = {}
    wanted = sorted(set(numbers), key=work.keyring.lookup)
    for begin in range(0, len(wanted), _BATCH):
        batch = wanted[begin : begin + _BATCH]
        known |= _known(work, batch)
        new = [number for number in batch if number not in known]
        if new:
            insert_new(work.connection, person, [_row(work.keyring, number) for number in new])
            known |= _known(work, new)
    return known


def number_of(connection: Connection, keyring: Keyring, person_id: int) -> Number | None:
    """The number of a person; None once it is erased. For what must have it: never for a page, a log or an error."""
    sealed = connection.execute(select(person.c.number_sealed).where(person.c.id == person_id)).scalar_one_or_none()
    if sealed is None:
        return None
    return read_number(keyring.open(sealed, Purpose.NUMBER))


def read_number(plain: bytes) -> Number:
    """A number as `person.number_sealed` holds it under its seal."""
    kind, _, digits = plain.decode().partition(":")
    return Number(digits, NumberKind(kind))


_BY_LOOKUP = (
    select(person.c.id, person.c.number_lookup)
    .where(person.c.number_lookup.in_(bindparam("lookups", expanding=True)))
    .order_by(person.c.id)
    .with_for_update(read=True, key_share=True)
)


def _known(work: Work, numbers: list[Number]) -> dict[Number, int]:
    of = {lookup: number for number in numbers for lookup in work.keyring.lookups(number)}
    found: dict[Number, int] = {}
    lookups = list(of)
    for begin in range(0, len(lookups), _BATCH):
        rows = work.connection.execute(_BY_LOOKUP, {"lookups": lookups[begin : begin + _BATCH]})
        found |= {of[bytes(lookup)]: person_id for person_id, lookup in rows}
    return found


def _row(keyring: Keyring, number: Number) -> dict[str, object]:
    return {
        "number_lookup": keyring.lookup(number),
        "number_sealed": keyring.seal(f"{number.kind.value}:{number.digits}".encode(), Purpose.NUMBER),
        "key_sealed": keyring.seal(os.urandom(_PERSON_KEY), Purpose.PERSON_KEY),
    }
