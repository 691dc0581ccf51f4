"""One-time codes by letter: the way in for those without BankID (mätförordningen asks for a check, not for a service).

Anybody may ask for a letter; it goes to the address on file, so that nobody but the holder learns the code, and whoever
asked hears the same whether there is such a facility or not. The code signs in once. Afterwards it still shows how
the holder's orders stand, and closes, until it ends.

A code of a private person is a checked identity, for the holder acts alone. A company or an estate acts through
somebody, and a letter to it does not say who has read it: its code sees and closes, and never opens (law 9).

Of the ten signs the first five say which letter is meant, and the last five are tried only against it. So a stranger
who does not have the letter cannot use up its attempts.
"""

import hmac
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, insert, select, update

from hanport.errors import HanportError
from hanport.grid import people
from hanport.grid.config import GridConfig
from hanport.grid.database.notice_tables import letter, letter_batch, letter_code
from hanport.grid.database.tables import customer, facility
from hanport.grid.database.work import Work
from hanport.grid.identifiers import Number, NumberKind, parse_gsrn
from hanport.grid.keys import Keyring
from hanport.grid.letters import signs
from hanport.grid.letters.queue import LetterSecrets, seal
from hanport.grid.notices.recipients import Recipient, holders_now
from hanport.grid.notices.ways import Way, ways_of
from hanport.grid.ordering import closing
from hanport.grid.ordering.identity import CheckedIdentity
from hanport.grid.ordering.papers import Draft, Signed, hold_facilities
from hanport.grid.ordering.papers import new_id as new_order_id
from hanport.grid.ordering.wish import OrderError, Taken
from hanport.grid.orders import Kind
from hanport.grid.register.facts import facts_of
from hanport.grid.right import IdentityCheck

LENGTH, HEAD = 10, 5
CLOSED_BY_CODE = "letter_code"  # the reason of such a closing
_USE, _HEAD_USE = "letter-code", "letter-code-head"
_MONTH, _DAY = timedelta(days=30), timedelta(days=1)
_PRIVATE = "private"
log = logging.getLogger(__name__)


class CodesNotOffered(HanportError):
    """The company sends no codes by letter."""


@dataclass(frozen=True, slots=True)
class CodeRight:
    """What a code is good for now: for one holder's contract, until it ends. `identity` is there when it has just
    signed the holder in, and never for a company or an estate. `person_id` is the holder's.
    """

    code_id: int
    gsrn: str
    facility_id: int
    contract_id: int
    customer_id: int
    person_id: int
    name: str
    identity: CheckedIdentity | None
    expires_at: datetime

    def __repr__(self) -> str:
        return f"CodeRight({self.code_id})"


@dataclass(frozen=True, slots=True)
class _Proof:
    """What proves that somebody had read the letter."""

    letter: int
    batch: str
    printed_by: str
    printed_at: datetime
    redeemed_at: datetime


def identity_by(number: Number, evidence: bytes) -> CheckedIdentity:
    """The identity again of somebody who has signed in with a code, by the evidence that was kept of it. Who printed
    the letter, to the address on file, is the member of staff who has checked. Raises IdentityError.
    """
    proof = msgspec.json.decode(evidence, type=_Proof)
    return CheckedIdentity(number, IdentityCheck.LETTER, proof.redeemed_at, evidence, proof.printed_by)


def are_offered(config: GridConfig) -> bool:
    """Whether codes are sent by letter: that takes an address to come back to, and pages on which they are typed."""
    return Way.LETTER in ways_of(config) and bool(config.web.public_url)


def order_code(work: Work, config: GridConfig, gsrn: str, number: Number | None = None) -> None:
    """Have a code sent to each holder of the facility's contract, or to the one with that number. It is never said
    whether that was done. Raises CodesNotOffered, IdentifierError (for what is no facility's ID at all).

    To one holder no more than one a day goes, and `limits.letters_per_facility_month` in thirty days.
    """
    if not are_offered(config):
        raise CodesNotOffered("No codes are sent by letter.", "Identify with BankID, or come to our desk.")
    digits = parse_gsrn(gsrn)
    try:
        facility_id = hold_facilities(work, digits)
    except OrderError:
        log.info("a code was asked for a facility that is not known")
        return
    only = None if number is None else (people.find(work.connection, work.keyring, number) or 0)
    for each in holders_now(work.connection, facility_id, work.at):
        may_get = only in (None, each.person_id) and each.can_get_letters(ways_of(config))
        if may_get and _is_within_limits(work, config, facility_id, each.customer_id):
            _add(work, facility_id, digits, each)


def redeem(work: Work, config: GridConfig, gsrn: str, code: str) -> CodeRight | None:
    """Sign in with a code; None where it is wrong, or worth nothing any more. A wrong one counts: commit it as well.

    The second time and later there is no `identity` in the right: it shows and closes. Raises IdentifierError.
    """
    row = _matching(work, config, gsrn, code)
    if row is None:
        return None
    identity = _identity(work, row) if row.redeemed_at is None else None
    if row.redeemed_at is None:
        used = update(letter_code).where(letter_code.c.id == row.id)
        work.connection.execute(used.values(redeemed_at=work.at))
    action = "code.redeemed" if row.redeemed_at is None else "code.followed"
    work.note(action, person_id=row.person_id, facility=row.gsrn, letter=row.letter_id)
    return _right(row, identity)


def follow(work: Work, config: GridConfig, gsrn: str, code: str) -> CodeRight | None:
    """What a code may see and close, without signing in with it. None and errors as `redeem`."""
    row = _matching(work, config, gsrn, code)
    if row is None:
        return None
    work.note("code.followed", person_id=row.person_id, facility=row.gsrn, letter=row.letter_id)
    return _right(row, None)


def close(work: Work, config: GridConfig, gsrn: str, code: str) -> Taken | None:
    """Close by a code, at once; also by one that has signed in already. None and errors as `redeem`."""
    row = _matching(work, config, gsrn, code)
    if row is None:
        return None
    made = Draft(new_order_id(), Kind.CLOSE, row.facility_id, row.gsrn, reason=CLOSED_BY_CODE)
    facts = facts_of(work.connection, [row.facility_id])[row.facility_id]
    work.note("code.closed", person_id=row.person_id, facility=row.gsrn, letter=row.letter_id)
    return closing.close(work, config, Signed(made, facts, work.at, None, None, ""), [row.contract_id])


def new_code() -> str:
    """A code that nobody guesses: 49 bits."""
    return signs.make(LENGTH)


def replace(work: Work, letter_id: int, code: str) -> None:
    """Another code for a letter that is printed once more: the one of before is worth nothing from now on."""
    changed = update(letter_code).where(letter_code.c.letter_id == letter_id)
    work.connection.execute(changed.values(_hashes(work.keyring, code) | {"attempts": 0}))


def redeemed(connection: Connection, batch_id: str) -> set[int]:
    """The letters of a batch whose code has been used."""
    chosen = select(letter.c.id).join(letter_code, letter_code.c.letter_id == letter.c.id)
    chosen = chosen.where(letter.c.batch_id == batch_id, letter_code.c.redeemed_at.is_not(None))
    return set(connection.execute(chosen).scalars())


def _is_within_limits(work: Work, config: GridConfig, facility_id: int, customer_id: int) -> bool:
    columns = select(letter.c.made_at, letter.c.state)
    chosen = columns.where(letter.c.kind == "code", letter.c.facility_id == facility_id)
    rows = work.connection.execute(chosen.where(letter.c.customer_id == customer_id)).all()
    lately = [row for row in rows if work.at - row.made_at < _MONTH]
    is_soon = any(row.state == "waiting" or work.at - row.made_at < _DAY for row in rows)
    return not is_soon and len(lately) < config.limits.letters_per_facility_month


def _add(work: Work, facility_id: int, gsrn: str, holder: Recipient) -> None:
    code = new_code()
    columns = {
        "kind": "code",
        "state": "waiting",
        "customer_id": holder.customer_id,
        "facility_id": facility_id,
        "made_at": work.at,
        "secret_sealed": seal(work.keyring, LetterSecrets(code=code)),
    }
    letter_id = work.connection.execute(insert(letter).values(columns).returning(letter.c.id)).scalar_one()
    row = {"letter_id": letter_id, "facility_id": facility_id, "contract_id": holder.contract_id}
    row |= {"customer_id": holder.customer_id, "made_at": work.at}
    work.connection.execute(insert(letter_code).values(row | _hashes(work.keyring, code)))
    work.note("code.ordered", person_id=holder.person_id, facility=gsrn, letter=letter_id)


def _hashes(keyring: Keyring, code: str) -> dict[str, Any]:
    return {
        "head_hash": signs.hash_of(keyring, _HEAD_USE, code[:HEAD]),
        "code_hash": signs.hash_of(keyring, _USE, code),
    }


_CODES: Select[Any] = (
    select(
        letter_code,
        letter.c.printed_at,
        letter.c.batch_id,
        letter_batch.c.made_by,
        facility.c.gsrn,
        customer.c.person_id,
        customer.c.kind,
        customer.c.name,
    )
    .join(letter, letter.c.id == letter_code.c.letter_id)
    .join(letter_batch, letter_batch.c.id == letter.c.batch_id)
    .join(facility, facility.c.id == letter_code.c.facility_id)
    .join(customer, customer.c.id == letter_code.c.customer_id)
)


def _matching(work: Work, config: GridConfig, gsrn: str, typed: str) -> Row[Any] | None:
    """The code's row, its facility held, if it is right and worth something now. A wrong one is counted."""
    digits, code = parse_gsrn(gsrn), signs.read(typed, LENGTH)
    try:
        facility_id = hold_facilities(work, digits)
    except OrderError:
        facility_id = 0
    heads = signs.hashes_of(work.keyring, _HEAD_USE, (code or "")[:HEAD])
    wholes = signs.hashes_of(work.keyring, _USE, code or "")
    chosen = _CODES.where(letter_code.c.facility_id == facility_id, letter_code.c.expires_at > work.at)
    for row in work.connection.execute(chosen.order_by(letter_code.c.id)).all():
        if not _is_one_of(row.head_hash, heads) or row.attempts >= config.limits.code_attempts:
            continue
        if _is_one_of(row.code_hash, wholes):
            return row if _still_holds(work, row) else None
        counted = update(letter_code).where(letter_code.c.id == row.id)
        work.connection.execute(counted.values(attempts=row.attempts + 1))
        work.note("code.refused", person_id=row.person_id, facility=row.gsrn, letter=row.letter_id)
    log.info("a wrong code")
    return None


def _is_one_of(kept: bytes, hashes: tuple[bytes, ...]) -> bool:
    return any(hmac.compare_digest(bytes(kept), each) for each in hashes)


def _still_holds(work: Work, row: Row[Any]) -> bool:
    """Whether the customer holds that contract still."""
    holders = holders_now(work.connection, row.facility_id, work.at)
    return any((each.customer_id, each.contract_id) == (row.customer_id, row.contract_id) for each in holders)


def _identity(work: Work, row: Row[Any]) -> CheckedIdentity | None:
    """Who has read a letter to a private person is that person."""
    number = people.number_of(work.connection, work.keyring, row.person_id)
    if row.kind != _PRIVATE or number is None or number.kind is NumberKind.ORGANISATION:
        return None
    proof = _Proof(row.letter_id, row.batch_id, row.made_by, row.printed_at, work.at)
    return identity_by(number, msgspec.json.encode(proof))


def _right(row: Row[Any], identity: CheckedIdentity | None) -> CodeRight:
    return CodeRight(
        code_id=row.id,
        gsrn=row.gsrn,
        facility_id=row.facility_id,
        contract_id=row.contract_id,
        customer_id=row.customer_id,
        person_id=row.person_id,
        name=row.name,
        identity=identity,
        expires_at=row.expires_at,
    )
