"""A service's site over a real database, and browsers that visit it: httpx in memory, or Chromium on a socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import httpx
import msgspec
from starlette.applications import Starlette
from starlette.types import ASGIApp

from grid.town import Town
from hanport.clock import ManualClock
from hanport.grid.config import CompanyTable, GridConfig, WebTable
from hanport.grid.context import Grid
from hanport.grid.database.schema import Environment
from hanport.grid.database.work import Database
from hanport.grid.keys import Purpose
from hanport.grid.right import IdentityCheck
from hanport.grid.web import sessions
from hanport.grid.web.limits import Limits
from hanport.grid.web.parts import WebParts
from hanport.grid.web.sessions import Identified
from hanport.grid.web.site import make_site
from hanport.grid.web.visiting import SESSION_COOKIE
from home.web.serve import loop_in_thread

ADDRESS = "http://localhost:8490"
COMPANY = CompanyTable(
    name="Fjällby Elnät",
    email="kund@fjallby.example",
    phone="0280-123 45",
    address="Storgatan 1, 780 67 Fjällby",
    website="https://fjallby.example",
    colour="#0f4c81",
)
CONFIG = GridConfig(environment=Environment.TEST, company=COMPANY)


@dataclass
class Scene:
    """The parts of a site. Change `config` before `parts` or `app` is asked for."""

    database: Database
    clock: ManualClock
    folder: Path
    config: GridConfig = CONFIG
    _parts: WebParts | None = field(default=None, repr=False)
    _app: Starlette | None = field(default=None, repr=False)

    @property
    def parts(self) -> WebParts:
        """What the pages are given; the same each time."""
        if self._parts is None:
            limits = Limits(self.config.limits, self.clock)
            grid = Grid(self.config, self.database)
            self._parts = WebParts(grid=grid, clock=self.clock, folder=self.folder, limits=limits)
        return self._parts

    @property
    def town(self) -> Town:
        """A builder of facts."""
        return Town(self.database)

    def with_company(self, **fields: str) -> "Scene":
        """The same with other fields of `[company]`."""
        self.config = msgspec.structs.replace(self.config, company=msgspec.structs.replace(COMPANY, **fields))
        return self

    def behind(self, public_url: str, *proxies: str) -> "Scene":
        """The same at a public address."""
        self.config = msgspec.structs.replace(self.config, web=WebTable(public_url=public_url, proxies=proxies))
        return self

    def app(self) -> Starlette:
        """The site; the same each time, since to read its templates takes longer than to show a page."""
        if self._app is None:
            self._app = make_site(self.parts)
        return self._app

    def visitor_session(self) -> str:
        """The secret of a session of nobody who is known."""
        with self.database.writing("customer") as work:
            return sessions.begin(work)

    def customer_session(self, person_id: int, name: str = "Eva Ek", how: IdentityCheck = IdentityCheck.BANKID) -> str:
        """The secret of a session of a customer whose identity was checked just now."""
        settings = self.config.sessions
        with self.database.writing("customer") as work:
            before = sessions.find(work.connection, settings, sessions.begin(work), work.at)
            assert before is not None
            evidence = work.keyring.seal(b"{}", Purpose.EVIDENCE)
            return sessions.identify(work, settings, before, Identified(person_id, name, how, work.at, evidence))

    def staff_session(self, name: str = "anna", staff_id: int = 1) -> str:
        """The secret of a session of a member of staff."""
        with self.database.writing(f"staff:{name}") as work:
            return sessions.log_in(work, self.config.sessions, staff_id, name, before=None)


def browser(
    app: ASGIApp,
    secret: str = "",
    *,
    address: str = ADDRESS,
    peer: str = "192.0.2.30",
    language: str = "sv",
) -> httpx.AsyncClient:
    """A browser as far as its requests go: its cookies, the origin of the page, and the wish for pages.

    `secret` is that of a session of the scene.
    """
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(peer, 50000))
    headers = {"origin": address, "accept": "text/html,*/*;q=0.8", "accept-language": language}
    cookies = {cookie_of(secret, address)["name"]: secret} if secret else {}
    return httpx.AsyncClient(transport=transport, base_url=address, headers=headers, cookies=cookies)


def cookie_of(secret: str, address: str) -> dict[str, str]:
    """A session's cookie, as Playwright's `add_cookies` takes it."""
    prefix = "__Host-" if address.startswith("https:") else ""
    return {"name": prefix + SESSION_COOKIE, "value": secret, "url": address}


async def seen(scene: Scene, path: str = "/", language: str = "sv", *, secret: str = "", status: int = 200) -> str:
    """A page's HTML, with usual spaces."""
    async with browser(scene.app(), secret, language=language) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return answer.text.replace("\u00a0", " ")


@contextmanager
def served(scene: Scene) -> Iterator[str]:
    """The site on a real socket, for Chromium, while the block lasts: its address."""
    with loop_in_thread() as loop, loop.serving(cast(ASGIApp, scene.app())) as address:
        yield address
