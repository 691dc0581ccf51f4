"""Forms of the staff's pages: read, and done once however often the button was pressed."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hanport.grid.database.work import Work
from hanport.grid.masking import masked
from hanport.grid.staff import once
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting

_LONGEST_TOKEN = 64
_FORGOTTEN = frozenset({"once", "number", "password", "code"})


@dataclass(frozen=True, slots=True)
class Done:
    """What a form led to: the page that comes next, and what is shown on it once (a secret)."""

    place: str
    shown: str = ""


async def form_of(request: Request, *, most: int = 60) -> Mapping[str, str]:
    """The fields of a form that was sent, each one's last value, without space around it; passwords as they are."""
    async with request.form(max_files=0, max_fields=most) as form:
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        return {name: value if name == "password" else value.strip() for name, value in texts.items()}


async def many_of(request: Request, name: str) -> list[str]:
    """All values of a field."""
    async with request.form(max_files=0, max_fields=60) as form:
        return [value for value in form.getlist(name) if isinstance(value, str)]


def shown_again(form: Mapping[str, str] | None) -> Mapping[str, str]:
    """What a form that was refused shows again: without secrets and numbers, and without what could be a number."""
    return {name: masked(value) for name, value in (form or {}).items() if name not in _FORGOTTEN}


def once_token() -> str:
    """What tells one showing of a form from another."""
    return secrets.token_urlsafe(16)


async def do_once(request: Request, parts: WebParts, form: Mapping[str, str], change: Callable[[Work], Done]) -> Done:
    """Do what the form asks for, in one transaction in the member's name; sent again, nothing is done, and it gives
    what came of it the first time. Raises what `change` raises; then the form may be sent again.
    """
    token, member = form.get("once", ""), acting(request)
    if not token or len(token) > _LONGEST_TOKEN:
        raise HTTPException(400)
    key = (str(member.id), request.url.path, token)

    def write(work: Work) -> Done:
        earlier = once.take(work, *key)
        if earlier is not None:
            return Done(earlier.place, earlier.shown)
        done = change(work)
        once.led_to(work, *key, place=done.place, shown=done.shown)
        return done

    return await parts.write(member.actor, write)


async def go_once(
    request: Request, parts: WebParts, form: Mapping[str, str], change: Callable[[Work], str]
) -> Response:
    """The same, for what leads to a page and shows nothing."""
    done = await do_once(request, parts, form, lambda work: Done(change(work)))
    return RedirectResponse(done.place, 303)
