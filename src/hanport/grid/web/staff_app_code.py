"""What the pages need to set up an authenticator: its secret on its way through the form, and its QR code."""

import base64
import binascii
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import segno
from markupsafe import Markup
from starlette.requests import Request

from hanport.grid.keys import Keyring, Purpose, SealError
from hanport.grid.staff import factors
from hanport.grid.staff.passkeys import Site
from hanport.grid.staff.values import Member, Problem, StaffError
from hanport.grid.web.parts import WebParts
from hanport.grid.web.visiting import is_secure

_LASTS = timedelta(hours=1)


def sealed_secret(keyring: Keyring, member: Member, secret: str, at: datetime) -> str:
    """The secret of an app that is being set up, as the form carries it: nothing is stored before the code is right."""
    plain = f"setup:{member.id}:{int(at.timestamp())}:{secret}".encode()
    return base64.urlsafe_b64encode(keyring.seal(plain, Purpose.SECOND_FACTOR)).decode()


def opened_secret(keyring: Keyring, member: Member, sealed: str, at: datetime) -> str:
    """The secret in the form. Raises StaffError where it is not this member's, or older than an hour."""
    try:
        plain = keyring.open(base64.urlsafe_b64decode(sealed.encode()), Purpose.SECOND_FACTOR).decode()
        what, owner, made, secret = plain.split(":")
    except (SealError, binascii.Error, ValueError):
        raise StaffError(Problem.CODE) from None
    age_s = at.timestamp() - int(made)
    if what != "setup" or owner != str(member.id) or not 0 <= age_s + 1 <= _LASTS.total_seconds():
        raise StaffError(Problem.CODE)
    return secret


def shown_secret(parts: WebParts, member: Member, secret: str = "") -> dict[str, object]:
    """What a template shows of an app that is being set up: the QR code, the secret for typing, and the form's field.
    A new secret, unless one is given.
    """
    chosen = secret or factors.new_secret()
    address = factors.address_of(chosen, member.name, parts.config.company.name)
    drawn = segno.make(address, error="m", micro=False).svg_inline(border=2, omitsize=True, svgclass="qr", lineclass="")
    typed = " ".join(chosen[at : at + 4] for at in range(0, len(chosen), 4))
    sealed = sealed_secret(parts.grid.database.keyring, member, chosen, parts.clock.now())
    return {"app_qr": Markup(drawn), "app_secret": typed, "app_sealed": sealed}


def site_of(request: Request, parts: WebParts) -> Site:
    """What passkeys are bound to: the public address, or the one by which the browser came."""
    public = parts.config.web.public_url
    host = urlsplit(public).hostname or request.url.hostname or ""
    own = f"{'https' if is_secure(request, parts) else 'http'}://{request.url.netloc}"
    return Site(host.lower(), public.rstrip("/") or own, parts.config.company.name)
