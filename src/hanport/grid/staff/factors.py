"""Second factors with a password: codes of an app (TOTP, RFC 6238), and codes on paper for whoever has lost it.

The window is one step to either side, for clocks that differ; a code is taken once.
"""

import hashlib
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import Connection, delete, func, insert, select, update

from hanport.grid.database.staff_tables import recovery, staff
from hanport.grid.database.work import Work
from hanport.grid.keys import Purpose
from hanport.grid.staff.values import Problem, StaffError

STEP_S = 30
_WINDOW = 1
_CODES = 8
# Without signs that look alike. 16 of them hold 79 bits: a hash of them needs no salt and no stretching.
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 16
_GROUP = 4


def new_secret() -> str:
    """A secret for an app: 160 bits in base32."""
    return pyotp.random_base32()


def address_of(secret: str, member: str, company: str) -> str:
    """The `otpauth:` address that apps read from a QR code."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=member, issuer_name=company)


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is, at most one from now; None: it is none of them."""
    totp, now = pyotp.TOTP(secret, interval=STEP_S), int(at.timestamp()) // STEP_S
    given = "".join(code.split())
    fits = [
        step
        for step in range(now - _WINDOW, now + _WINDOW + 1)
        if secrets.compare_digest(totp.generate_otp(step).encode(), given.encode("utf-8", "surrogatepass"))
    ]
    return max(fits, default=None)


def keep_totp(work: Work, member_id: int, secret: str, code: str) -> None:
    """Keep the secret of an app that has just shown the code; recovery codes of an earlier one are void. Raises
    StaffError.
    """
    step = step_of(secret, code, work.at)
    if step is None:
        raise StaffError(Problem.CODE)
    sealed = work.keyring.seal(secret.encode(), Purpose.SECOND_FACTOR)
    work.connection.execute(update(staff).where(staff.c.id == member_id).values(totp_sealed=sealed, totp_step=step))
    work.connection.execute(delete(recovery).where(recovery.c.staff_id == member_id))


def use_totp(work: Work, member_id: int, code: str) -> bool:
    """Whether this is a code of the member's app, not used before. It is used by this."""
    chosen = select(staff.c.totp_sealed).where(staff.c.id == member_id)
    sealed = work.connection.execute(chosen).scalar()
    if sealed is None:
        return False
    step = step_of(work.keyring.open(sealed, Purpose.SECOND_FACTOR).decode(), code, work.at)
    if step is None:
        return False
    # Of two who come with the same code at the same time one changes the row.
    later = update(staff).where(staff.c.id == member_id, staff.c.totp_step < step)
    return work.connection.execute(later.values(totp_step=step)).rowcount == 1


def new_recovery(work: Work, member_id: int) -> list[str]:
    """Codes to print; those of before are void."""
    work.connection.execute(delete(recovery).where(recovery.c.staff_id == member_id))
    codes = [_new_code() for _ in range(_CODES)]
    rows = [{"staff_id": member_id, "code_hash": _hash(code)} for code in codes]
    work.connection.execute(insert(recovery), rows)
    return codes


def use_recovery(work: Work, member_id: int, code: str) -> bool:
    """Whether this is a code on the member's paper, not used before. It is used by this."""
    mine = (recovery.c.staff_id == member_id, recovery.c.code_hash == _hash(code), recovery.c.used_at.is_(None))
    return work.connection.execute(update(recovery).where(*mine).values(used_at=work.at)).rowcount == 1


def recovery_left(connection: Connection, member_id: int) -> int:
    """How many codes on paper are not used."""
    chosen = select(func.count()).where(recovery.c.staff_id == member_id, recovery.c.used_at.is_(None))
    return connection.execute(chosen).scalar_one()


def _new_code() -> str:
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    return "-".join(signs[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def _hash(code: str) -> bytes:
    """However it was typed."""
    plain = "".join(sign for sign in code.casefold() if sign in _SIGNS)
    return hashlib.sha256(b"recovery:" + plain.encode()).digest()
