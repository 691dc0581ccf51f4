""" "This was not me": whoever has the link or the code of a notice closes the port at once, and staff hear of it.

The link proves nothing about who has it, and need not: closing is never harder than opening (law 13), and it can do
nothing else. It holds while the request stands. A page shows with `look`, and closes with `close`, which only a POST
may call: mail scanners follow every link.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, or_, select, update

from hanport.errors import HanportError
from hanport.grid.config import GridConfig
from hanport.grid.database.notice_tables import not_me
from hanport.grid.database.tables import customer, facility, order
from hanport.grid.database.work import Work
from hanport.grid.keys import Keyring
from hanport.grid.letters import signs
from hanport.grid.ordering import closing
from hanport.grid.ordering.closing import NOT_ME
from hanport.grid.ordering.papers import Draft, Signed, hold_facilities, new_id, stands
from hanport.grid.ordering.wish import Taken
from hanport.grid.orders import STANDING, Kind, State
from hanport.grid.register.addresses import places_of
from hanport.grid.register.facts import facts_of

CODE_LENGTH = 8
_SECRET = 24  # bytes
_USE = "not-me"


class LinkError(HanportError):
    """The link or the code cannot be used. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What stands in a notice: the last part of its link, and in a letter a code besides."""

    link: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Disputable:
    """What a page may show to whoever has the link: nothing of a person. `address` is "" where it must not be shown.

    `stands`: it can be closed. `closing`: the order that the link has led to, as it stands now. Of a request that
    stands no longer the place is not told.
    """

    order_id: str
    gsrn: str
    address: str
    ordered_at: datetime
    identity: str
    state: State
    stands: bool
    closing: Taken | None


def make(with_code: bool) -> Secrets:
    """New secrets for a notice."""
    return Secrets(secrets.token_urlsafe(_SECRET), signs.make(CODE_LENGTH) if with_code else "")


@dataclass(frozen=True, slots=True)
class For:
    """Of which order and contract, and whose notice."""

    order_id: str
    contract_id: int
    customer_id: int
    letter_id: int | None = None


def keep(work: Work, made: Secrets, of: For) -> None:
    """Keep the hashes of new secrets."""
    columns = {
        "order_id": of.order_id,
        "contract_id": of.contract_id,
        "customer_id": of.customer_id,
        "letter_id": of.letter_id,
        "secret_hash": _hash(made.link),
        "code_hash": signs.hash_of(work.keyring, _USE, made.code) if made.code else None,
        "made_at": work.at,
    }
    work.connection.execute(insert(not_me).values(columns))


def replace(work: Work, made: Secrets, letter_id: int) -> None:
    """Other secrets for a letter that is printed once more: those of before are worth nothing from now on."""
    columns = {"secret_hash": _hash(made.link), "code_hash": signs.hash_of(work.keyring, _USE, made.code)}
    work.connection.execute(update(not_me).where(not_me.c.letter_id == letter_id).values(columns))


def look(connection: Connection, keyring: Keyring, typed: str) -> Disputable | None:
    """What a link or a code is for, None where there is none such. Nothing is changed by it."""
    row = _find(connection, keyring, typed)
    if row is None:
        return None
    is_standing = _stands(row)
    place = places_of(connection, [row.facility_id])[row.facility_id]
    return Disputable(
        order_id=row.order_id,
        gsrn=place.gsrn if is_standing else "",
        address=place.address if is_standing else "",
        ordered_at=row.signed_at,
        identity=row.identity or "",
        state=State(row.state),
        stands=is_standing,
        closing=stands(connection, row.closing_id) if row.closing_id is not None else None,
    )


def close(work: Work, config: GridConfig, typed: str) -> Taken:
    """Close by a link or a code, at once, and raise the alarm `order_disputed`. Done twice, it gives the same order.

    Raises LinkError where there is none such, or where its request stands no longer.
    """
    found = _find(work.connection, work.keyring, typed)
    if found is None:
        raise LinkError("This link or code is not known.", "Compare it with the notice, or call us: we close the port.")
    facility_id = hold_facilities(work, found.gsrn)
    row = work.connection.execute(_ROWS.where(not_me.c.id == found.id)).one()  # as it is once the facility is held
    if not _stands(row):
        if row.closing_id is not None:
            return stands(work.connection, row.closing_id, is_repeat=True)
        raise LinkError("The order of this notice stands no longer.", "Nothing is open by it: there is nothing to do.")
    made = Draft(new_id(), Kind.CLOSE, facility_id, row.gsrn, reason=NOT_ME)
    signed = Signed(made, facts_of(work.connection, [facility_id])[facility_id], work.at, None, None, "")
    taken = closing.close(work, config, signed, [row.contract_id])
    led_to = update(not_me).where(not_me.c.order_id == row.order_id).values(closing_id=taken.order_id)
    work.connection.execute(led_to)
    by = "code" if is_code(typed) else "link"
    work.note("order.disputed", person_id=row.person_id, order=row.order_id, facility=row.gsrn, by=by)
    return taken


_ROWS: Select[Any] = (
    select(
        not_me,
        order.c.facility_id,
        order.c.state,
        order.c.identity,
        order.c.signed_at,
        order.c.withdrawn_at,
        facility.c.gsrn,
        customer.c.person_id,
    )
    .join(order, order.c.id == not_me.c.order_id)
    .join(facility, facility.c.id == order.c.facility_id)
    .join(customer, customer.c.id == not_me.c.customer_id)
)


def _find(connection: Connection, keyring: Keyring, typed: str) -> Row[Any] | None:
    conditions = [not_me.c.secret_hash == _hash(typed.strip())]
    code = signs.read(typed, CODE_LENGTH)
    if code is not None:
        conditions.append(not_me.c.code_hash.in_(signs.hashes_of(keyring, _USE, code)))
    return connection.execute(_ROWS.where(or_(*conditions)).limit(1)).one_or_none()


def is_code(typed: str) -> bool:
    """Whether it can be the code of a letter, which is short enough to be guessed; a link is not."""
    return signs.read(typed, CODE_LENGTH) is not None


def _stands(row: Row[Any]) -> bool:
    return row.withdrawn_at is None and State(row.state) in STANDING


def _hash(secret: str) -> bytes:
    """Of 192 random bits no salt or stretching is needed."""
    return hashlib.sha256(secret.encode()).digest()
