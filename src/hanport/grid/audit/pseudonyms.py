"""The name of a person in the log: made with a key of the person's own, so that erasing the key erases the name."""

import hashlib
import hmac
from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select

from hanport.grid.database.tables import person
from hanport.grid.keys import Keyring, Purpose

_BATCH = 5000
_KEYS = select(person.c.id, person.c.key_sealed).where(person.c.id.in_(bindparam("ids", expanding=True)))


def pseudonyms(connection: Connection, keyring: Keyring, person_ids: Collection[int]) -> dict[int, str]:
    """The pseudonyms of persons; erased ones have none."""
    found: dict[int, str] = {}
    wanted = sorted(person_ids)
    for begin in range(0, len(wanted), _BATCH):
        for person_id, sealed in connection.execute(_KEYS, {"ids": wanted[begin : begin + _BATCH]}):
            if sealed is not None:
                found[person_id] = pseudonym(keyring.open(sealed, Purpose.PERSON_KEY))
    return found


def pseudonym(person_key: bytes) -> str:
    """The pseudonym that a person's key makes: 32 hex digits."""
    return hmac.digest(person_key, b"audit", hashlib.sha256).hex()[:32]
