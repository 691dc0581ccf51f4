"""Customers who visit their own pages: people of a town, their sessions, and what a page says to them."""

import re
from contextlib import AbstractAsyncContextManager
from html import unescape

import httpx
from sqlalchemy import select

from grid.customer.people import People
from grid.web.scene import Scene, browser
from hanport.grid.audit.entry import Written
from hanport.grid.audit.reading import entries
from hanport.grid.database import tables
from hanport.grid.right import IdentityCheck


class Customers(People):
    """The people of a scene."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene.database)
        self.scene = scene

    def browser(
        self, person_id: int, how: IdentityCheck = IdentityCheck.BANKID, language: str = "sv"
    ) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        """The browser of somebody who was identified just now."""
        secret = self.scene.customer_session(person_id, how=how)
        return browser(self.scene.app(), secret, language=language)

    async def page(self, person_id: int, path: str, *, status: int = 200, language: str = "sv") -> str:
        """What a page says, without its marks."""
        async with self.browser(person_id, language=language) as client:
            answer = await client.get(path)
        assert answer.status_code == status, answer.text
        return said(answer)

    def log(self, action: str) -> list[Written]:
        """The entries of the log with that action."""
        with self.database.reading() as connection:
            return [each for each in entries(connection) if each.action == action]

    def log_of_all(self) -> list[Written]:
        """The whole log."""
        with self.database.reading() as connection:
            return list(entries(connection))

    def orders(self) -> int:
        """How many orders there are, drafts too."""
        with self.database.reading() as connection:
            return len(connection.execute(select(tables.order.c.id)).all())


def said(answer: httpx.Response) -> str:
    """What stands in the main part of a page, on one line, with usual spaces."""
    html = answer.text
    if "<main" in html:
        html = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def forms(answer: httpx.Response) -> list[tuple[str, str]]:
    """The method and place of each form in the main part of a page."""
    html = answer.text[answer.text.index("<main") :]
    return re.findall(r'<form[^>]*method="(\w+)"[^>]*action="([^"]+)"', html)
