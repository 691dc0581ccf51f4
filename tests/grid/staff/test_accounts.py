"""Accounts by themselves."""

import pytest
from sqlalchemy import update

from hanport.clock import ManualClock
from hanport.grid.database.staff_tables import staff
from hanport.grid.database.work import Database
from hanport.grid.staff import accounts, tidying
from hanport.grid.staff.roles import Role
from hanport.grid.staff.values import Problem, StaffError, read_roles


def test_a_name_is_never_used_again(database: Database) -> None:
    with database.writing("system") as work:
        made = accounts.add(work, "  Åsa   Öberg ", [Role.CLERK])
        assert made.name == "Åsa Öberg"
        accounts.disable(work, made.id)
        with pytest.raises(StaffError) as refused:
            accounts.add(work, "åsa öberg", [Role.CLERK])
    assert refused.value.why is Problem.NAME_TAKEN


@pytest.mark.parametrize("name", ["", "x", "-a-", "a\x00b", "x" * 41, "Anna <b>", "191212121212"])
def test_names_that_are_none(database: Database, name: str) -> None:
    with database.writing("system") as work, pytest.raises(StaffError) as refused:
        accounts.add(work, name, [Role.CLERK])
    assert refused.value.why is Problem.NAME


def test_somebody_can_always_manage_accounts(database: Database) -> None:
    with database.writing("system") as work:
        ada = accounts.add(work, "Ada", [Role.ADMIN])
        bea = accounts.add(work, "Bea", [Role.ADMIN, Role.CLERK])
        # Nobody has set up the login yet: then neither can be missed.
        with pytest.raises(StaffError):
            accounts.keep_an_admin(work, but=ada.id)
        work.connection.execute(update(staff).where(staff.c.id == bea.id).values(enrolled_at=work.at))
        accounts.keep_an_admin(work, but=ada.id)
        with pytest.raises(StaffError) as refused:
            accounts.keep_an_admin(work, but=bea.id)
        assert refused.value.why is Problem.LAST_ADMIN
        accounts.disable(work, bea.id)
        with pytest.raises(StaffError):
            accounts.keep_an_admin(work, but=ada.id)


def test_roles_are_read_and_changed(database: Database) -> None:
    assert read_roles("clerk admin") == {Role.ADMIN, Role.CLERK}
    for wrong in ("", "king", "clerk king"):
        with pytest.raises(StaffError):
            read_roles(wrong)
    with database.writing("system") as work:
        made = accounts.add(work, "Ada", [Role.ADMIN])
        with pytest.raises(StaffError):
            accounts.set_roles(work, made.id, [])
        accounts.set_roles(work, made.id, [Role.ADMIN])
        accounts.set_roles(work, made.id, [Role.READER])
        assert accounts.member(work.connection, made.id).roles == {Role.READER}
        with pytest.raises(StaffError):
            accounts.member(work.connection, 99)
        with pytest.raises(StaffError):
            accounts.by_name(work.connection, "nobody")
        assert [each.name for each in accounts.members(work.connection)] == ["Ada"]


async def test_what_is_of_no_use_is_taken_away(database: Database, clock: ManualClock) -> None:
    with database.writing("system") as work:
        accounts.make_link(work, accounts.add(work, "Ada", [Role.ADMIN]).id)
        assert tidying.clear(work) == 0
    await clock.advance(24 * 3600)
    with database.writing("system") as work:
        assert tidying.clear(work) == 1
