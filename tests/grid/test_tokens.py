"""Tokens: made once, found by their secret alone, and ended for good."""

import pytest
from sqlalchemy import select

from hanport.grid import tokens
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.tokens import Scope, TokenError


def make(database: Database, name: str = "billing", scope: str = "register read") -> str:
    with database.writing("staff:anna") as work:
        return tokens.create(work, name, scope)


def test_a_token_is_found_by_its_secret(database: Database) -> None:
    secret = make(database)
    other = make(database, "meters", "head_end")
    with database.reading() as connection:
        found = tokens.find(connection, secret)
        assert found is not None
        assert found.scopes == {Scope.REGISTER, Scope.READ}
        assert (found.name, found.actor) == ("billing", "token:billing")
        assert tokens.find(connection, secret + "x") is None
        assert tokens.find(connection, "") is None
        assert [each.name for each in tokens.all_tokens(connection)] == ["billing", "meters"]
    assert secret != other
    assert secret.startswith(tokens.PREFIX)
    assert len(secret) >= 43


def test_the_secret_itself_is_nowhere(database: Database) -> None:
    secret = make(database)
    with database.reading() as connection:
        row = connection.execute(select(tables.token)).one()
        log = connection.execute(select(tables.audit_entry.c.entry)).scalars().all()
    assert secret.encode() not in row.secret_hash
    assert secret not in "".join(log)
    assert '"token.created"' in log[0]


def test_a_revoked_token_opens_nothing_and_its_name_is_spent(database: Database) -> None:
    secret = make(database)
    with database.writing("staff:anna") as work:
        tokens.revoke(work, "billing")
    with database.reading() as connection:
        assert tokens.find(connection, secret) is None
        assert tokens.all_tokens(connection)[0].revoked_at == database.clock.now()
    with pytest.raises(TokenError, match="valid token"), database.writing("staff:anna") as work:
        tokens.revoke(work, "billing")
    with pytest.raises(TokenError, match="billing"):
        make(database)


@pytest.mark.parametrize("name", ["", "Anna", "a b", "x" * 41, "-a", "å"])
def test_names_that_cannot_be(database: Database, name: str) -> None:
    with pytest.raises(TokenError, match="small letters"):
        make(database, name)


@pytest.mark.parametrize("scope", ["", " ", "all", "read write"])
def test_scopes_that_are_none(database: Database, scope: str) -> None:
    with pytest.raises(TokenError, match="scope"):
        make(database, "billing", scope)


def test_scopes_are_read_in_any_order() -> None:
    assert tokens.read_scopes("read, register") == {Scope.READ, Scope.REGISTER}
