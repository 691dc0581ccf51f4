"""Tokens of the programs that use the API. A secret is shown once, when it is made; only its hash is kept."""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hanport.errors import HanportError
from hanport.grid.database.tables import token
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy

PREFIX = "hpg_"  # by which scanners of leaked secrets know one
_BYTES = 32
_LONGEST_TITLE = 60
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


class Scope(StrEnum):
    """What a token is for. One may have several."""

    REGISTER = "register"  # bring facts in
    ORDERS = "orders"  # order for customers whose identity staff have checked
    HEAD_END = "head_end"  # bring answers and states of meters in
    DRAFTS = "drafts"  # ask customers to sign, and follow that: for installers and other third parties
    APPROVE = "approve"  # be one of the two people that an import waits for
    READ = "read"
    METRICS = "metrics"


class TokenError(HanportError):
    """A token cannot be made or revoked."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token that is known, without its secret."""

    id: int
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None
    shown_as: str = ""

    @property
    def title(self) -> str:
        """As customers read it."""
        return self.shown_as or self.name

    @property
    def actor(self) -> str:
        """As the log names it."""
        return f"token:{self.name}"


def create(work: Work, name: str, scope: Collection[Scope] | str, *, shown_as: str = "") -> str:
    """Make a token and give its secret, which cannot be had again.

    `scope` is one or several, as text with spaces between them. `shown_as` is whose it is, as customers read it who
    are asked to sign: the company vouches for it. A name is never used twice, not even after it was
    revoked: the log would be ambiguous. Raises TokenError.
    """
    if not _NAME.fullmatch(name):
        raise TokenError(
            "The name of a token has 1 to 40 small letters, digits, dots, dashes or underscores.", "Write another."
        )
    scopes = read_scopes(scope if isinstance(scope, str) else " ".join(scope))
    if work.connection.execute(select(token.c.id).where(token.c.name == name)).first() is not None:
        raise TokenError(f"There is or was a token {name}.", "Choose another name; an old one is never used again.")
    secret = PREFIX + secrets.token_urlsafe(_BYTES)
    row = {"name": name, "scope": " ".join(sorted(scopes)), "secret_hash": _hash(secret), "created_at": work.at}
    row["shown_as"] = tidy(shown_as)[:_LONGEST_TITLE]
    work.connection.execute(insert(token).values(row))
    work.note("token.created", token=name, scopes=sorted(scopes))
    return secret


def revoke(work: Work, name: str) -> None:
    """End a token. Raises TokenError where there is none that is valid."""
    done = work.connection.execute(
        update(token).where(token.c.name == name, token.c.revoked_at.is_(None)).values(revoked_at=work.at)
    )
    if done.rowcount == 0:
        raise TokenError("There is no valid token of that name.", "`hanport grid token list` shows them.")
    work.note("token.revoked", token=name)


def find(connection: Connection, secret: str) -> Token | None:
    """The valid token with that secret."""
    # The secret has 256 random bits: its hash needs no salt, and finding it by the hash tells nothing by its time.
    row = connection.execute(
        select(token).where(token.c.secret_hash == _hash(secret), token.c.revoked_at.is_(None))
    ).first()
    return None if row is None else _token(row)


def all_tokens(connection: Connection) -> list[Token]:
    """Every token, revoked ones too, in the order in which they were made."""
    return [_token(row) for row in connection.execute(select(token).order_by(token.c.id))]


def read_scopes(text: str) -> frozenset[Scope]:
    """The scopes in a text, with spaces or commas between them. Raises TokenError."""
    known = {scope.value for scope in Scope}
    named = text.replace(",", " ").split()
    if not named or not set(named) <= known:
        raise TokenError("A scope of the token is missing or not known.", f"Known are {', '.join(Scope)}.")
    return frozenset(Scope(each) for each in named)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _token(row: Row[Any]) -> Token:
    return Token(
        row.id,
        row.name,
        read_scopes(row.scope),
        row.created_at,
        row.revoked_at,
        row.shown_as,
    )
