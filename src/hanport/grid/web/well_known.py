"""What programs ask every site for: robots.txt, security.txt and the icon."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.config import GridConfig
from hanport.grid.web.parts import WebParts
from hanport.web.shell import Shell

# Pages that anybody may find; all others are somebody's own.
PUBLIC = ("/$", "/meters", "/help", "/contact", "/terms", "/privacy", "/accessibility", "/statistics")
_SEEN_WITH_THEM = ("/static/", "/face.css", "/logo", "/favicon.ico")
_LASTS = timedelta(days=180)  # RFC 9116, 2.5.5: less than a year


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/robots.txt`, `/.well-known/security.txt` (and where it stood before) and `/favicon.ico`."""
    config = parts.config

    async def robots(request: Request) -> Response:
        return PlainTextResponse(robots_txt(is_test=parts.is_test))

    async def security(request: Request) -> Response:
        text = security_txt(config, parts.clock.now())
        if not text:
            raise HTTPException(404)
        return PlainTextResponse(text)

    async def icon(request: Request) -> Response:
        return RedirectResponse("/logo" if config.company.logo else shell.assets.url("mark.svg"), 302)

    return [
        Route("/robots.txt", robots),
        Route("/.well-known/security.txt", security),
        Route("/security.txt", security),
        Route("/favicon.ico", icon),
    ]


def robots_txt(*, is_test: bool) -> str:
    """RFC 9309: the public pages alone, and of a test service none."""
    allowed = () if is_test else (*PUBLIC, *_SEEN_WITH_THEM)
    return "\n".join(("User-agent: *", *(f"Allow: {path}" for path in allowed), "Disallow: /", ""))


def security_txt(config: GridConfig, at: datetime) -> str:
    """RFC 9116: where weaknesses are told; "" where the configuration has no way to reach the company."""
    company = config.company
    contacts = [f"mailto:{company.email}"] if company.email else []
    if company.website.startswith("https://"):
        contacts.append(company.website)
    if company.phone:
        contacts.append(f"tel:{company.phone.replace(' ', '')}")
    if not contacts:
        return ""
    expires = (at + _LASTS).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [f"Contact: {each}" for each in contacts]
    lines += [f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}", "Preferred-Languages: sv, en"]
    if config.web.public_url.startswith("https://"):
        lines.append(f"Canonical: {config.web.public_url}/.well-known/security.txt")
    return "\n".join((*lines, ""))
