"""What is stored of whoever asks, as a page and as a file; and who may act for whom."""

import json
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.grid.customer import me
from hanport.grid.customer.identity import is_fresh
from hanport.grid.customer.me import Contact
from hanport.grid.database.work import Work
from hanport.grid.disclosure import disclose
from hanport.grid.web.access import customers_only, known_session
from hanport.grid.web.customer_words import CustomerWords
from hanport.grid.web.own import person_of
from hanport.grid.web.parts import WebParts
from hanport.grid.web.session_orders import identify_again
from hanport.web.shell import Shell

PATH = "/me"
ACCESS = "/access"
# All that is known of somebody is not given to whoever finds an open browser.
_FRESH = timedelta(minutes=5)
_FILE = "hanport-person.json"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/me`, its file, and `/access`."""
    pages = Me(parts, shell)
    return [
        Route(PATH, customers_only(pages.show), methods=["GET"]),
        Route(f"{PATH}/data", customers_only(pages.give), methods=["POST"]),
        Route(ACCESS, customers_only(pages.show_access), methods=["GET"]),
    ]


class Me:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def show(self, request: Request) -> Response:
        """Where notices go, what else is stored and for how long."""
        person_id, at, config = person_of(request), self._parts.clock.now(), self._parts.config

        def look(connection: Connection) -> tuple[tuple[Contact, ...], bool]:
            return me.contacts(connection, person_id), me.may_be_erased(connection, config, person_id, at)

        contacts, is_erasable = await self._parts.read(look)
        return self._shell.page(
            request,
            "customer/me.html",
            contacts=contacts,
            is_erasable=is_erasable,
            years=config.retention.years,
            say=CustomerWords(self._shell.words(request), at),
        )

    async def give(self, request: Request) -> Response:
        """All that is stored, for the person (GDPR article 15); that it was given is in the log."""
        session, person_id = known_session(request), person_of(request)
        if not is_fresh(session, self._parts.clock.now(), _FRESH):
            return identify_again(self._parts, self._shell, request, PATH)

        def give(work: Work) -> dict[str, object]:
            work.note("person.disclosed", person_id=person_id)
            return disclose(work.connection, work.keyring, person_id)

        told = await self._parts.write("customer", give)
        headers = {"content-disposition": f'attachment; filename="{_FILE}"', "cache-control": "no-store"}
        content = json.dumps(told, ensure_ascii=False, indent=2, default=str)
        return Response(content, media_type="application/json", headers=headers)

    async def show_access(self, request: Request) -> Response:
        """Who may act for the person, for whom the person may, and how a power is given."""
        person_id, at = person_of(request), self._parts.clock.now()
        found = await self._parts.read(lambda connection: me.powers(connection, person_id, at))
        say = CustomerWords(self._shell.words(request), at)
        return self._shell.page(request, "customer/access.html", powers=found, say=say, now=at)
