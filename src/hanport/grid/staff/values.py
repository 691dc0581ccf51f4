"""What is said of members of staff, and what can go wrong with their accounts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hanport.errors import HanportError
from hanport.grid.staff.roles import Permission, Role, may


class Problem(StrEnum):
    """Why something cannot be done with an account. Pages say it as `staff.problem.<problem>`."""

    NAME = "name"
    NAME_TAKEN = "name_taken"
    NO_ROLE = "no_role"
    UNKNOWN = "unknown"
    LINK = "link"
    CODE = "code"
    PASSKEY = "passkey"
    LAST_ADMIN = "last_admin"
    OWN_ACCOUNT = "own_account_kept"
    LAST_FACTOR = "last_factor"
    PASSWORD_SHORT = "password_short"
    PASSWORD_LONG = "password_long"
    PASSWORD_EASY = "password_easy"


_WORDS: dict[Problem, tuple[str, str]] = {
    Problem.NAME: ("A name has 2 to 40 letters, digits, spaces, dots and dashes.", "Write another."),
    Problem.NAME_TAKEN: ("Somebody has or had that name.", "Choose another: the log would be ambiguous."),
    Problem.NO_ROLE: ("The account has no role.", "Give it one at least."),
    Problem.UNKNOWN: ("There is no such member of staff.", "`hanport grid staff list` shows them."),
    Problem.LINK: ("The link is not valid, or it was used.", "Ask for a new one: `hanport grid staff reset NAME`."),
    Problem.CODE: ("The code is wrong, or it was used already.", "Wait for the next one in the app."),
    Problem.PASSKEY: ("The passkey was not accepted.", "Try again, or use password and code."),
    Problem.LAST_ADMIN: ("Nobody else is an admin.", "Make somebody else one first."),
    Problem.OWN_ACCOUNT: ("Nobody changes the own roles.", "Ask another admin."),
    Problem.LAST_FACTOR: ("Without it nobody could log in to the account.", "Add another way to log in first."),
    Problem.PASSWORD_SHORT: ("A password has 12 signs at least.", "Take a sentence."),
    Problem.PASSWORD_LONG: ("A password has 256 signs at most.", "Take a shorter one."),
    Problem.PASSWORD_EASY: ("This password is guessed early.", "Take a few words that have nothing to do with you."),
}


class StaffError(HanportError):
    """Something cannot be done with an account. Nothing has changed."""

    def __init__(self, why: Problem) -> None:
        super().__init__(*_WORDS[why])
        self.why = why


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff. `enrolled_at`: when the login was set up. `disabled_at`: since when there is none."""

    id: int
    name: str
    roles: frozenset[Role]
    created_at: datetime
    enrolled_at: datetime | None
    disabled_at: datetime | None
    has_password: bool
    has_totp: bool

    def may(self, permission: Permission) -> bool:
        """Whether the member may do that. Whoever is disabled may nothing."""
        return self.disabled_at is None and may(self.roles, permission)

    @property
    def actor(self) -> str:
        """As the log names the member."""
        return f"staff:{self.name}"


def read_roles(text: str) -> frozenset[Role]:
    """The roles in a text, with spaces between. Raises StaffError where there is none, or one that is not known."""
    named = text.split()
    if not named or not set(named) <= set(Role):
        raise StaffError(Problem.NO_ROLE)
    return frozenset(Role(each) for each in named)


def written(roles: Collection[Role]) -> str:
    """Roles as a text."""
    return " ".join(sorted(role.value for role in roles))
