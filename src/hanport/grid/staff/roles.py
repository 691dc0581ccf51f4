"""What members of staff may do, by their roles: one table. Nobody may what is not in it."""

from collections.abc import Collection
from enum import StrEnum


class Role(StrEnum):
    """What a member is there for. One may have several."""

    READER = "reader"  # looks
    CLERK = "clerk"  # takes and follows orders, checks identities at the desk and on the phone
    APPROVER = "approver"  # the second person of decisions that take two
    EDITOR = "editor"  # writes what customers read
    ADMIN = "admin"  # accounts, tokens, erasure


class Permission(StrEnum):
    """What can be done in the staff's pages."""

    OWN_ACCOUNT = "own_account"
    LOOK = "look"  # desk, orders, facilities, meters, alarms
    STATISTICS = "statistics"
    SEE_PERSON = "see_person"  # find somebody by the number, see names
    ORDER = "order"  # take orders, cancel them, try again, say what a visit has done
    CLOSE = "close"  # close a port of the company's own accord
    ALARM = "alarm"  # say that an alarm is settled
    WORK_LIST = "work_list"
    IMPORT = "import"
    PROPOSE = "propose"  # what takes a second person
    APPROVE = "approve"  # be the second person
    TEXTS = "texts"
    LETTERS = "letters"  # print letters with codes
    LOG = "log"
    DISCLOSE = "disclose"  # hand out all that is known of a person
    ERASE = "erase"
    TOKENS = "tokens"
    ACCOUNTS = "accounts"


_R, _C, _P, _E, _A = Role.READER, Role.CLERK, Role.APPROVER, Role.EDITOR, Role.ADMIN
GRANTS: dict[Permission, frozenset[Role]] = {
    Permission.OWN_ACCOUNT: frozenset({_R, _C, _P, _E, _A}),
    Permission.LOOK: frozenset({_R, _C, _P, _A}),
    Permission.STATISTICS: frozenset({_R, _C, _P, _E, _A}),
    Permission.SEE_PERSON: frozenset({_C, _A}),
    Permission.ORDER: frozenset({_C}),
    Permission.CLOSE: frozenset({_C}),
    Permission.ALARM: frozenset({_C, _P}),
    Permission.WORK_LIST: frozenset({_C}),
    Permission.IMPORT: frozenset({_C}),
    Permission.PROPOSE: frozenset({_C}),
    Permission.APPROVE: frozenset({_P}),
    Permission.TEXTS: frozenset({_E}),
    Permission.LETTERS: frozenset({_C}),
    Permission.LOG: frozenset({_P, _A}),
    Permission.DISCLOSE: frozenset({_A}),
    Permission.ERASE: frozenset({_A}),
    Permission.TOKENS: frozenset({_A}),
    Permission.ACCOUNTS: frozenset({_A}),
}


def may(roles: Collection[Role], permission: Permission) -> bool:
    """Whether one of the roles has the permission."""
    return not GRANTS[permission].isdisjoint(roles)
