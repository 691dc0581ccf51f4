"""Begins an identification for a browser: its session, its device, its address, and the page that waits."""

import secrets
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hanport.grid.eid.flow import Wanted
from hanport.grid.eid.identifications import Errand
from hanport.grid.eid.requests import Way
from hanport.grid.web import sessions, visiting
from hanport.grid.web.limits import What
from hanport.grid.web.parts import WebParts
from hanport.grid.web.sessions import Session
from hanport.grid.web.visiting import address_of, session_of, too_many
from hanport.web.preferences import keep, kept
from hanport.web.shell import Shell

DEVICE_COOKIE = "hanport_grid_device"
_DEVICE = 24  # bytes
_WAYS = {Way.QR.value: Way.QR, Way.SAME_DEVICE.value: Way.SAME_DEVICE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What is begun. `visible` is read and signed, `hidden` signed with it. `then` is where the browser goes on.
    `number` (12 digits) is who must sign, "" for a login.
    """

    errand: Errand
    way: Way
    visible: str
    hidden: bytes
    then: str
    number: str = ""
    terms: str = ""
    order_ids: tuple[str, ...] = ()


def way_of(text: str) -> Way:
    """The way that a form says. Raises HTTPException (400) for none that a browser can go."""
    if text not in _WAYS:
        raise HTTPException(400)
    return _WAYS[text]


async def begin(parts: WebParts, shell: Shell, request: Request, start: Start) -> Response:
    """Begin it; gives the way to the page that waits. Raises BankIDError, HTTPException (404) without BankID."""
    if parts.flow is None:
        raise HTTPException(404)
    wait_s = parts.limits.take(What.IDENTIFICATION, address_of(request))
    if wait_s:
        return too_many(shell, request, wait_s)
    device = kept(request, DEVICE_COOKIE)[:64] or secrets.token_urlsafe(_DEVICE)
    session, secret = await _session(parts, shell, request)
    wanted = Wanted(
        errand=start.errand,
        way=start.way,
        session_id=session.id,
        visible=start.visible,
        hidden=start.hidden,
        language=shell.words(request).language,
        base=base_of(parts, request),
        then=start.then,
        user_ip=address_of(request),
        user_agent=request.headers.get("user-agent", ""),
        device=device,
        number=start.number,
        terms=start.terms,
        order_ids=start.order_ids,
    )
    id = await parts.flow.begin(wanted)
    response = RedirectResponse(f"/identification/{id}", 303)
    keep(request, response, DEVICE_COOKIE, device)
    return visiting.give(response, request, parts, secret) if secret else response


def base_of(parts: WebParts, request: Request) -> str:
    """The site's address, as the browser has it."""
    return parts.config.web.public_url or f"{request.url.scheme}://{request.headers.get('host', '')}"


async def _session(parts: WebParts, shell: Shell, request: Request) -> tuple[Session, str]:
    """The browser's session; where it has none, one that begins here, with its secret."""
    found = session_of(request)
    if found is not None:
        return found, ""
    language = shell.words(request).language
    secret = await parts.write("customer", lambda work: sessions.begin(work, language=language))
    at = parts.clock.now()
    begun = await parts.read(lambda connection: sessions.find(connection, parts.config.sessions, secret, at))
    assert begun is not None
    return begun, secret
