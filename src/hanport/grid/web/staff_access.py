"""Which member of staff may see which page: each page of staff says the permission that it needs.

Roles are read anew for each request, so that what was taken from somebody is gone at once. Who is refused stands in
the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hanport.grid.staff import accounts
from hanport.grid.staff.roles import Permission
from hanport.grid.staff.values import Member, StaffError
from hanport.grid.web.access import LOGIN, Endpoint, known_session, staff_only
from hanport.grid.web.parts import WebParts
from hanport.grid.web.sessions import Who

FRESH_FOR = timedelta(minutes=15)
_MEMBER = "hanport.staff"


@dataclass(frozen=True, slots=True)
class StaffVisitor:
    """A member of staff, as the frame of the pages needs it."""

    member: Member
    language: str | None
    who: Who = Who.STAFF
    is_customer: bool = False
    is_staff: bool = True

    @property
    def name(self) -> str:
        return self.member.name

    def may(self, permission: str) -> bool:
        """Whether the member may do that; for templates and navigation."""
        return self.member.may(Permission(permission))


def needs(permission: Permission, endpoint: Endpoint) -> Endpoint:
    """A page of members of staff who have the permission; others are told so, strangers are asked to log in."""
    return partial(_guarded, permission=permission, endpoint=endpoint)


def permission_of(endpoint: object) -> Permission | None:
    """The permission that a page needs; None where it does not say."""
    kept: Mapping[str, object] = endpoint.keywords if isinstance(endpoint, partial) else {}
    found = kept.get("permission")
    return found if isinstance(found, Permission) else None


def staff_may(request: Request, permission: Permission) -> bool:
    """Whether whoever looks is a member of staff who may do that."""
    member = request.scope.get(_MEMBER)
    return isinstance(member, Member) and member.may(permission)


def acting(request: Request) -> Member:
    """The member of staff, on a page that nobody sees without one."""
    member = request.scope[_MEMBER]
    assert isinstance(member, Member)
    return member


def fresh_only(endpoint: Endpoint) -> Endpoint:
    """What a stolen session must not do: whoever did not log in within the last minutes logs in again first."""

    async def guarded(request: Request) -> Response:
        parts = _parts(request)
        if parts.clock.now() - known_session(request).created_at <= FRESH_FOR:
            return await endpoint(request)
        return RedirectResponse(f"{LOGIN}?again=1&next={quote(_page_of(request), safe='')}", 303)

    return guarded


async def _guarded(request: Request, *, permission: Permission, endpoint: Endpoint) -> Response:
    return await staff_only(partial(_allowed, permission=permission, endpoint=endpoint))(request)


async def _allowed(request: Request, *, permission: Permission, endpoint: Endpoint) -> Response:
    parts, session = _parts(request), known_session(request)
    assert session.staff_id is not None
    member_id = session.staff_id
    try:
        member = await parts.read(lambda connection: accounts.member(connection, member_id))
    except StaffError:
        raise HTTPException(401) from None
    if member.disabled_at is not None:
        raise HTTPException(401)
    request.scope[_MEMBER] = member
    request.scope["user"] = StaffVisitor(member, session.language)
    if member.may(permission):
        return await endpoint(request)
    path = request.scope["route"].path if "route" in request.scope else ""
    await parts.write(
        member.actor,
        lambda work: work.note("staff.refused", staff=member.name, permission=permission.value, page=path),
    )
    raise HTTPException(403, "permission")


def _parts(request: Request) -> WebParts:
    parts = request.app.state.parts
    assert isinstance(parts, WebParts)
    return parts


def _page_of(request: Request) -> str:
    """Where to go on after the login: the page; after a form the page that it stood on, for a form is not kept."""
    if request.method in ("GET", "HEAD"):
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/staff/account" if request.url.path.startswith("/staff/account") else "/staff"
