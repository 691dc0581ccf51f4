"""My facilities: how each port stands, in words, and what may be done; and one facility with all that belongs to it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid import waiting
from hanport.grid.customer import capacities, cards
from hanport.grid.customer.capacities import MOST, PAGE, Found, Wanted
from hanport.grid.customer.cards import Card
from hanport.grid.customer.details import Details, details
from hanport.grid.database.work import Work
from hanport.grid.ordering.wish import Wish
from hanport.grid.orders import Kind
from hanport.grid.waiting import WaitingError
from hanport.grid.web.access import customers_only
from hanport.grid.web.customer_words import CustomerWords
from hanport.grid.web.own import own_card, page_of, person_of
from hanport.grid.web.parts import WebParts
from hanport.grid.web.session_orders import Now, take_now
from hanport.web.shell import Shell

PATH = "/facilities"
_LONGEST_SEARCH = 80


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/facilities`, each facility, and its closing."""
    pages = Facilities(parts, shell)
    one = PATH + "/{gsrn}"
    return [
        Route(PATH, customers_only(pages.show_all), methods=["GET"]),
        Route(one, customers_only(pages.show), methods=["GET"]),
        Route(f"{one}/close", customers_only(pages.close), methods=["POST"]),
        Route(f"{one}/wait", customers_only(pages.wait), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list. `waited`: those of which the person wants to be told when they can be opened."""

    found: Found
    cards: tuple[Card, ...]
    waited: frozenset[int]

    @property
    def is_wide(self) -> bool:
        """Whether it needs a search and pages."""
        return self.found.total > PAGE or bool(self.found.wanted.search)

    @property
    def openable(self) -> list[Card]:
        """Those on the page that can be ordered."""
        return [each for each in self.cards if each.can_open]


class Facilities:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def show_all(self, request: Request) -> Response:
        """All of them."""
        person_id, at = person_of(request), self._parts.clock.now()
        wanted = wanted_of(request)

        def look(connection: Connection) -> Listed:
            found = capacities.find(connection, person_id, at, wanted)
            shown = tuple(cards.cards(connection, person_id, found.facility_ids, at))
            return Listed(found, shown, _waited(connection, person_id, shown))

        listed = await self._parts.read(look)
        say = CustomerWords(self._shell.words(request), at)
        return self._shell.page(request, "customer/facilities.html", listed=listed, say=say, now=at, most=MOST)

    async def show(self, request: Request) -> Response:
        """One of them."""
        card, at = await own_card(self._parts, request), self._parts.clock.now()
        person_id, config = person_of(request), self._parts.config

        def look(connection: Connection) -> tuple[Details, frozenset[int]]:
            return details(connection, config, card, person_id, at), _waited(connection, person_id, [card])

        more, waited = await self._parts.read(look)
        say = CustomerWords(self._shell.words(request), at)
        return self._shell.page(
            request,
            "customer/facility.html",
            card=card,
            more=more,
            waited=waited,
            say=say,
            now=at,
            works="works" in request.query_params,
        )

    async def close(self, request: Request) -> Response:
        """Close the port: no harder than opening it."""
        card = await own_card(self._parts, request)
        wish = Wish(Kind.CLOSE, card.gsrn)
        return await take_now(self._parts, self._shell, request, Now([wish], f"{PATH}/{card.gsrn}"))

    async def wait(self, request: Request) -> Response:
        """Be told when the port can be opened, or not any more."""
        card, person_id = await own_card(self._parts, request), person_of(request)
        async with request.form(max_files=0, max_fields=2) as form:
            is_wanted = form.get("wanted") == "yes"

        def change(work: Work) -> None:
            if is_wanted:
                waiting.wait(work, card.id, person_id)
            else:
                waiting.stop(work, card.id, person_id)

        with suppress(WaitingError):  # it can be opened meanwhile: the page says so
            await self._parts.write("customer", change)
        return RedirectResponse(f"{PATH}/{card.gsrn}", 303)


def wanted_of(request: Request) -> Wanted:
    """What of the list is asked for. Anything odd is the first page."""
    query = request.query_params
    return Wanted(
        search=query.get("q", "")[:_LONGEST_SEARCH],
        page=page_of(query.get("page", "")),
        size=MOST if query.get("size") == str(MOST) else PAGE,
    )


def _waited(connection: Connection, person_id: int, shown: Sequence[Card]) -> frozenset[int]:
    """Asked only where there is something to wait for."""
    if not any(each.obstacle for each in shown):
        return frozenset()
    return frozenset(each.facility_id for each in waiting.wishes_of(connection, person_id))
