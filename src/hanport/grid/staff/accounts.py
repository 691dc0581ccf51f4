"""The accounts of members of staff: made, listed, given roles, reset and disabled. None is ever taken away."""

import re
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from hanport.grid.database.staff_tables import link, passkey, recovery, staff
from hanport.grid.database.work import Work
from hanport.grid.masking import masked
from hanport.grid.staff.roles import Role
from hanport.grid.staff.values import Member, Problem, StaffError, read_roles, written
from hanport.grid.web.sessions import end_all_of_staff, hash_of

LINK_LASTS = timedelta(hours=24)
_NAME = re.compile(r"\w[\w .\-]{0,38}\w")
_SECRET = 32  # bytes
_HANDLE = 32  # bytes
_COLUMNS = (
    *(staff.c.id, staff.c.name, staff.c.roles, staff.c.created_at, staff.c.enrolled_at, staff.c.disabled_at),
    *(staff.c.password_hash, staff.c.totp_sealed),
)
_MEMBERS: Select[Any] = select(*_COLUMNS)


def folded(name: str) -> str:
    """A name as it is compared."""
    return " ".join(name.casefold().split())


def add(work: Work, name: str, roles: Collection[Role]) -> Member:
    """A new account, which cannot log in before its link was used. Raises StaffError."""
    clean = " ".join(name.split())
    if not _NAME.fullmatch(clean) or masked(clean) != clean:
        raise StaffError(Problem.NAME)
    if not roles:
        raise StaffError(Problem.NO_ROLE)
    if work.connection.execute(select(staff.c.id).where(staff.c.folded == folded(clean))).first() is not None:
        raise StaffError(Problem.NAME_TAKEN)
    row = {"name": clean, "folded": folded(clean), "roles": written(roles), "created_at": work.at}
    made = insert(staff).values(row | {"handle": secrets.token_bytes(_HANDLE)}).returning(staff.c.id)
    member_id: int = work.connection.execute(made).scalar_one()
    work.note("staff.added", staff=clean, roles=sorted(roles))
    return member(work.connection, member_id)


def make_link(work: Work, member_id: int) -> str:
    """The secret of a link by which the member sets up the login within 24 hours; earlier links are void."""
    found = member(work.connection, member_id)
    work.connection.execute(delete(link).where(link.c.staff_id == member_id, link.c.used_at.is_(None)))
    secret = secrets.token_urlsafe(_SECRET)
    row = {"staff_id": member_id, "secret_hash": hash_of(secret), "made_at": work.at, "ends_at": work.at + LINK_LASTS}
    work.connection.execute(insert(link).values(row))
    work.note("staff.link_made", staff=found.name)
    return secret


def reset(work: Work, member_id: int) -> str:
    """Take password, second factors and sessions away; gives the secret of a link to set them up anew. Who was disabled
    is let in again by it.
    """
    found = member(work.connection, member_id)
    emptied = {"password_hash": None, "totp_sealed": None, "totp_step": 0, "enrolled_at": None, "disabled_at": None}
    work.connection.execute(update(staff).where(staff.c.id == member_id).values(emptied))
    for table in (passkey, recovery):
        work.connection.execute(delete(table).where(table.c.staff_id == member_id))
    end_all_of_staff(work, member_id)
    work.note("staff.reset", staff=found.name)
    return make_link(work, member_id)


def disable(work: Work, member_id: int) -> None:
    """The member may do nothing from now on."""
    found = member(work.connection, member_id)
    values = {"disabled_at": work.at, "password_hash": None, "totp_sealed": None}
    work.connection.execute(update(staff).where(staff.c.id == member_id).values(values))
    for table in (passkey, recovery, link):
        work.connection.execute(delete(table).where(table.c.staff_id == member_id))
    end_all_of_staff(work, member_id)
    work.note("staff.disabled", staff=found.name)


def set_roles(work: Work, member_id: int, roles: Collection[Role]) -> None:
    """Other roles, from the next request on. Raises StaffError."""
    found = member(work.connection, member_id)
    if not roles:
        raise StaffError(Problem.NO_ROLE)
    if frozenset(roles) == found.roles:
        return
    work.connection.execute(update(staff).where(staff.c.id == member_id).values(roles=written(roles)))
    work.note("staff.roles", staff=found.name, before=sorted(found.roles), after=sorted(roles))


def keep_an_admin(work: Work, *, but: int) -> None:
    """Raise StaffError unless somebody else can manage accounts. Two admins may disable each other at the same time:
    their rows are held, so that the second one is refused.
    """
    chosen = _MEMBERS.where(staff.c.roles.contains(Role.ADMIN.value)).order_by(staff.c.id).with_for_update()
    admins = [told(row) for row in work.connection.execute(chosen)]
    left = [each for each in admins if each.id != but and each.disabled_at is None and each.enrolled_at is not None]
    if not left:
        raise StaffError(Problem.LAST_ADMIN)


def member(connection: Connection, member_id: int) -> Member:
    """A member. Raises StaffError."""
    row = connection.execute(_MEMBERS.where(staff.c.id == member_id)).one_or_none()
    if row is None:
        raise StaffError(Problem.UNKNOWN)
    return told(row)


def by_name(connection: Connection, name: str) -> Member:
    """A member. Raises StaffError."""
    row = connection.execute(_MEMBERS.where(staff.c.folded == folded(name))).one_or_none()
    if row is None:
        raise StaffError(Problem.UNKNOWN)
    return told(row)


def members(connection: Connection) -> list[Member]:
    """All, also those who are disabled, by name."""
    return [told(row) for row in connection.execute(_MEMBERS.order_by(staff.c.folded))]


def told(row: Row[Any]) -> Member:
    """A member as its row says."""
    return Member(
        id=row.id,
        name=row.name,
        roles=read_roles(row.roles),
        created_at=row.created_at,
        enrolled_at=row.enrolled_at,
        disabled_at=row.disabled_at,
        has_password=row.password_hash is not None,
        has_totp=row.totp_sealed is not None,
    )
