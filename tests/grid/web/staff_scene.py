"""Members of staff in the scene: accounts that can log in, and browsers that are logged in."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import pyotp
from sqlalchemy import insert, update

from grid.web.scene import Scene, browser
from hanport.grid.database import staff_tables
from hanport.grid.keys import Purpose
from hanport.grid.staff import accounts
from hanport.grid.staff.passwords import HASHER
from hanport.grid.staff.roles import Role

PASSWORD = "gråsparv kompass lavendel"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_HASH = HASHER.hash(PASSWORD)
_ONCE = re.compile(r'name="once" value="([^"]+)"')


def hire(scene: Scene, name: str = "Anna Ek", *roles: Role) -> int:
    """A member who has set up the login with the password and the app of these tests; a clerk unless told otherwise."""
    with scene.database.writing("system") as work:
        member = accounts.add(work, name, roles or [Role.CLERK])
        sealed = work.keyring.seal(SECRET.encode(), Purpose.SECOND_FACTOR)
        values = {"password_hash": _HASH, "totp_sealed": sealed, "enrolled_at": work.at}
        chosen = update(staff_tables.staff).where(staff_tables.staff.c.id == member.id)
        work.connection.execute(chosen.values(values))
    return member.id


def invite(scene: Scene, name: str = "Nils Ny", *roles: Role) -> str:
    """The secret of a new member's link."""
    with scene.database.writing("system") as work:
        return accounts.make_link(work, accounts.add(work, name, roles or [Role.CLERK]).id)


def member_browser(scene: Scene, name: str = "Anna Ek", *roles: Role, app: Any = None) -> httpx.AsyncClient:
    """A browser of a new member, logged in just now."""
    secret = scene.staff_session(name, hire(scene, name, *roles))
    return browser(app or scene.app(), secret)


def code(scene: Scene, steps: int = 0) -> str:
    """What the app shows now, or some steps of 30 seconds from now."""
    return str(pyotp.TOTP(SECRET).at(int(scene.clock.now().timestamp()) + 30 * steps))


async def send(
    client: httpx.AsyncClient, page: str, to: str, fields: Mapping[str, Any], *, form: int = 0
) -> httpx.Response:
    """Send a form as it stands on a page: with the token that it has there (of the form of that number)."""
    shown = await client.get(page)
    assert shown.status_code == 200, (shown.status_code, shown.text[:300])
    return await client.post(to, data={"once": token_of(shown.text, form), **fields})


def token_of(text: str, form: int = 0) -> str:
    """The token of a form on a page."""
    found = _ONCE.findall(text)
    assert found, "the page has no form"
    return str(found[form])


def add_row(scene: Scene, table: Any, **values: Any) -> None:
    """A row, as it is."""
    with scene.database.writing("system") as work:
        work.connection.execute(insert(table).values(values))
