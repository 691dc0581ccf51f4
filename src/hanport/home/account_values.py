"""The values of accounts: roles, users, tokens, and why a change is refused."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hanport.errors import HanportError

LONGEST_NAME = 40


class Role(StrEnum):
    """What a user may do."""

    OWNER = "owner"  # everything
    VIEWER = "viewer"  # look at all pages but the settings


class Problem(StrEnum):
    """Why a change of accounts is refused; the pages say it by `account.<problem>`."""

    NAME_EMPTY = "name-empty"
    NAME_LONG = "name-long"
    NAME_TAKEN = "name-taken"
    PASSWORD_SHORT = "password-short"
    PASSWORD_LONG = "password-long"
    PASSWORD_EASY = "password-easy"
    LAST_OWNER = "last-owner"


class AccountError(HanportError):
    """A change of accounts is refused."""

    def __init__(self, why: Problem) -> None:
        super().__init__(f"The account cannot be changed so ({why}).")
        self.why = why


@dataclass(frozen=True, slots=True)
class User:
    """A person with a password. `language` is None until it was chosen."""

    id: int
    name: str
    role: Role
    language: str | None

    @property
    def is_owner(self) -> bool:
        """Whether the settings are theirs."""
        return self.role is Role.OWNER


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A new session: the token is for the browser alone."""

    user: User
    token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Wrong name or password, or (`wait_s` above 0) too many tries: then nothing was checked."""

    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Token:
    """A token of another program, without its secret."""

    id: int
    name: str
    scopes: frozenset[str]
    created_at: datetime
    used_at: datetime | None


def clean_name(name: str) -> str:
    """A name as it is stored: without white space around it, its letters composed."""
    return unicodedata.normalize("NFC", name).strip()


def folded_name(name: str) -> str:
    """A name as it is compared: Åsa is åsa."""
    return clean_name(name).casefold()


def checked_name(name: str) -> str:
    """A name to store. Raises AccountError."""
    clean = clean_name(name)
    if not clean or not clean.isprintable():
        raise AccountError(Problem.NAME_EMPTY)
    if len(clean) > LONGEST_NAME:
        raise AccountError(Problem.NAME_LONG)
    return clean
