"""All pages of staff, and their places in the navigation."""

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from hanport.grid.staff.roles import Permission
from hanport.grid.web import (
    staff_account,
    staff_accounts,
    staff_alarms,
    staff_desk,
    staff_enrol,
    staff_facility,
    staff_find,
    staff_imports,
    staff_log,
    staff_login,
    staff_meters,
    staff_orders,
    staff_person,
    staff_phone,
    staff_proposals,
    staff_statistics,
    staff_tokens,
    staff_wordings,
    staff_work,
)
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import StaffVisitor
from hanport.web.shell import Link, Shell, Visitor

_MODULES = (
    staff_login.routes,
    staff_enrol.routes,
    staff_account.routes,
    staff_desk.routes,
    staff_orders.routes,
    staff_phone.routes,
    staff_find.routes,
    staff_facility.routes,
    staff_person.routes,
    staff_meters.routes,
    staff_alarms.routes,
    staff_work.routes,
    staff_imports.routes,
    staff_proposals.routes,
    staff_statistics.routes,
    staff_log.routes,
    staff_tokens.routes,
    staff_accounts.routes,
    staff_wordings.routes,
)


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """Everything below /staff."""
    return [route for pages in _MODULES for route in pages(parts, shell)]


def _shown(permission: Permission) -> Callable[[Visitor], bool]:
    return lambda visitor: isinstance(visitor, StaffVisitor) and visitor.may(permission)


NAVIGATION = (
    Link("desk", "/staff/desk", _shown(Permission.OWN_ACCOUNT)),
    Link("orders", "/staff/orders", _shown(Permission.LOOK)),
    Link("find", "/staff/find", _shown(Permission.LOOK)),
    Link("work", "/staff/work", _shown(Permission.LOOK)),
    Link("more", "/staff/more", _shown(Permission.OWN_ACCOUNT)),
)
