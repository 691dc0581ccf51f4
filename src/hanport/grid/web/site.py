"""The site: its frame, all its pages in one table, and what stands before them."""

import logging
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from hanport.grid.database.work import Work
from hanport.grid.notices.languages import remember
from hanport.grid.web import customer_pages, face, identification, identify, public_pages, sessions, staff_pages
from hanport.grid.web.parts import WebParts
from hanport.grid.web.sessions import Session
from hanport.grid.web.unable import unable
from hanport.grid.web.visiting import Visiting, session_of
from hanport.web.refusals import exception_handlers, refusal
from hanport.web.security import Guard, Policy
from hanport.web.shell import Brand, Frame, Link, Shell, Visitor

_LOG = logging.getLogger(__name__)

COOKIE_PREFIX = "hanport_grid"
# Searched in this order for a text: `t("key")` finds the first.
CATALOGS = ("grid_web", "grid_identify", "grid_customer", "grid_staff", "grid_texts", "bankid", "web")
FOLDER = Path(__file__).parent

# What gives the pages: one module a kind.
Pages: TypeAlias = Callable[[WebParts, Shell], Sequence[BaseRoute]]
PAGES: tuple[Pages, ...] = (
    face.routes,
    public_pages.routes,
    identify.routes,
    identification.routes,
    customer_pages.routes,
    staff_pages.routes,
)


def _is_customer(visitor: Visitor) -> bool:
    return bool(getattr(visitor, "is_customer", False))


def _is_staff(visitor: Visitor) -> bool:
    return bool(getattr(visitor, "is_staff", False))


NAVIGATION: tuple[Link, ...] = (*customer_pages.NAVIGATION, *staff_pages.NAVIGATION)


def _speak(work: Work, found: Session, language: str) -> None:
    """In the session, and for what the customer is told by mail and letter."""
    sessions.speak(work, found.id, language)
    if found.person_id is not None:
        remember(work, found.person_id, language)


def make_shell(parts: WebParts) -> Shell:
    """The frame of all pages, with the company's face."""
    company = parts.config.company

    async def language_chosen(request: Request, language: str) -> None:
        found = session_of(request)
        if found is not None:
            await parts.write("customer", lambda work: _speak(work, found, language))

    shell = Shell(
        Frame(
            brand=lambda: Brand(company.name, company.language),
            catalogs=CATALOGS,
            cookie_prefix=COOKIE_PREFIX,
            folders=(FOLDER,),
            navigation=NAVIGATION,
            language_chosen=language_chosen,
        )
    )
    shell.templates.globals |= {"company": company, "is_test": parts.is_test, "error_frame": "page.html"}
    return shell


def make_site(parts: WebParts, *, more: Sequence[Pages] = ()) -> Starlette:
    """All pages; `more` are others in the same frame."""
    shell = make_shell(parts)
    routes: list[BaseRoute] = [*shell.routes()]
    for pages in (*PAGES, *more):
        routes += pages(parts, shell)

    async def refuse(request: Request, status: int, reason: str) -> Response:
        request.scope.setdefault("user", None)
        _LOG.warning("request refused", extra={"reason": reason, "method": request.method})
        return refusal(shell, request, status, reason)

    hosts = _own_names(parts)
    policy = Policy(
        hosts=lambda: hosts,
        refuse=refuse,
        large=frozenset({"/staff/import", "/staff/work/list"}),
        is_secure=parts.is_secure,
        subdomains=True,
    )
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, policy), Middleware(Visiting, parts, shell)],
        exception_handlers=exception_handlers(shell, unable=unable(shell)),
    )
    app.state.parts = parts
    app.router.redirect_slashes = False
    return app


def with_api(site: ASGIApp, api: ASGIApp) -> ASGIApp:
    """Both on one socket: what begins as the API's addresses do is the API's."""

    async def parted(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_api = path.startswith(("/api/", "/health/")) or path == "/metrics"
        await (api if is_api else site)(scope, receive, send)

    return parted


def _own_names(parts: WebParts) -> frozenset[str]:
    public = urlsplit(parts.config.web.public_url).hostname
    return frozenset({"localhost", socket.gethostname().lower()} | ({public.lower()} if public else set()))
