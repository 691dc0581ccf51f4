"""How members of staff get in: password with a code, or a passkey; and how they set that up by their link.

Whatever is wrong, the answer is the same and takes as long: nobody learns which names there are. The log tells of each
login and each refusal.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select, update

from hanport.grid.context import Grid
from hanport.grid.database.staff_tables import link, staff
from hanport.grid.database.work import Database, Work
from hanport.grid.staff import accounts, factors, passkeys, passwords, throttle
from hanport.grid.staff.passkeys import Site
from hanport.grid.staff.passwords import Passwords
from hanport.grid.staff.values import Member, Problem, StaffError
from hanport.grid.web import sessions
from hanport.grid.web.sessions import Session, hash_of

log = logging.getLogger(__name__)
ACTOR = "staff"
_LONGEST = 256  # signs of what is typed


class Way(StrEnum):
    """How somebody has logged in."""

    CODE = "password_and_code"
    RECOVERY = "password_and_recovery_code"
    PASSKEY = "passkey"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class In:
    """Who is logged in, and the secret of the session."""

    member: Member
    secret: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The login was refused; `wait_s`: it was not even tried, and may be in so many seconds."""

    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed to log in. `code` is of the app or on paper."""

    name: str
    password: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a member sets up by the link: a password, and the app whose secret this is, which shows the code."""

    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    code: str = field(repr=False)


def begin(database: Database, typed: Typed) -> tuple[str | None, float]:
    """A try begins: the hash that the password must fit (None: there is none), and the seconds to wait first."""
    name = accounts.folded(typed.name[:_LONGEST])
    with database.writing(ACTOR) as work:
        waits = throttle.begin(work, name)
        chosen = select(staff.c.password_hash).where(staff.c.folded == name, staff.c.disabled_at.is_(None))
        return work.connection.execute(chosen).scalar(), waits


def finish(grid: Grid, typed: Typed, before: Session | None, *, fits: bool) -> In | None:
    """The end of the try, after the password was compared."""
    name = accounts.folded(typed.name[:_LONGEST])
    with grid.database.writing(ACTOR) as work:
        try:
            member: Member | None = accounts.by_name(work.connection, name)
        except StaffError:
            member = None
        kept = work.connection.begin_nested()
        way = _second(work, member.id if member else 0, typed.code[:_LONGEST])
        if member is None or not fits or way is None or member.disabled_at is not None:
            kept.rollback()  # with a wrong password no code is used up
            work.note("staff.login_refused", staff=member.name if member else None)
            return None
        kept.commit()
        throttle.forgive(work, name)
        return _let_in(work, grid, member, way, before)


def by_passkey(grid: Grid, site: Site, answer: str, before: Session | None) -> In:
    """A login by a passkey. Raises StaffError."""
    try:
        with grid.database.writing(ACTOR) as work:
            member = accounts.member(work.connection, passkeys.log_in(work, site, answer))
            if member.disabled_at is not None:
                raise StaffError(Problem.PASSKEY)
            return _let_in(work, grid, member, Way.PASSKEY, before)
    except StaffError:
        with grid.database.writing(ACTOR) as work:
            work.note("staff.login_refused", staff=None, way=Way.PASSKEY.value)
        raise


def invited(connection: Connection, secret: str, at: datetime) -> Member:
    """Whose link it is, while it is valid. Raises StaffError."""
    chosen = select(link.c.staff_id).where(
        link.c.secret_hash == hash_of(secret), link.c.used_at.is_(None), link.c.ends_at > at
    )
    member_id = connection.execute(chosen).scalar()
    if member_id is None:
        raise StaffError(Problem.LINK)
    found = accounts.member(connection, member_id)
    if found.disabled_at is not None:
        raise StaffError(Problem.LINK)
    return found


def enrol(grid: Grid, secret: str, chosen: Chosen, hashed: str, before: Session | None) -> In:
    """Set the login up with a password and an app, and log in. `hashed` is the password's hash. Raises StaffError."""
    with grid.database.writing(ACTOR) as work:
        member = _used(work, secret)
        factors.keep_totp(work, member.id, chosen.totp_secret, chosen.code)
        work.connection.execute(update(staff).where(staff.c.id == member.id).values(password_hash=hashed))
        return _enrolled(work, grid, member, before)


def enrol_by_passkey(grid: Grid, site: Site, secret: str, answer: tuple[str, str], before: Session | None) -> In:
    """Set the login up with a passkey alone, and log in. `answer` is the authenticator's, and the name of the passkey.
    Raises StaffError.
    """
    with grid.database.writing(ACTOR) as work:
        member = _used(work, secret)
        passkeys.register(work, site, member, *answer)
        return _enrolled(work, grid, member, before)


def set_password(work: Work, member: Member, hashed: str) -> None:
    """A new password, and the end of the member's sessions."""
    work.connection.execute(update(staff).where(staff.c.id == member.id).values(password_hash=hashed))
    sessions.end_all_of_staff(work, member.id)
    work.note("staff.password", staff=member.name)


async def password_of(hasher: Passwords, password: str, member: str, company: str) -> str:
    """The hash of a new password. Raises StaffError where it is guessed early."""
    passwords.check(password, (member, company, "hanport"))
    return await hasher.hashed(password)


def _second(work: Work, member_id: int, code: str) -> Way | None:
    """By which second factor it is; both are looked at, whoever it is."""
    by_app, on_paper = factors.use_totp(work, member_id, code), False
    if not by_app:
        on_paper = factors.use_recovery(work, member_id, code)
    return Way.CODE if by_app else Way.RECOVERY if on_paper else None


def _used(work: Work, secret: str) -> Member:
    member = invited(work.connection, secret, work.at)
    mine = update(link).where(link.c.secret_hash == hash_of(secret), link.c.used_at.is_(None))
    if work.connection.execute(mine.values(used_at=work.at)).rowcount != 1:
        raise StaffError(Problem.LINK)
    return member


def _enrolled(work: Work, grid: Grid, member: Member, before: Session | None) -> In:
    work.connection.execute(update(staff).where(staff.c.id == member.id).values(enrolled_at=work.at))
    work.note("staff.enrolled", staff=member.name)
    return _let_in(work, grid, accounts.member(work.connection, member.id), Way.LINK, before)


def _let_in(work: Work, grid: Grid, member: Member, way: Way, before: Session | None) -> In:
    secret = sessions.log_in(work, grid.config.sessions, member.id, member.name, before=before)
    work.note("staff.login", staff=member.name, way=way.value)
    log.info("staff login", extra={"staff": member.name, "way": way.value})
    return In(member, secret)
