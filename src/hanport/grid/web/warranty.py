"""Another adapter: what it costs is said before anybody orders it, and what costs something is signed."""

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.customer import orders
from hanport.grid.customer.cards import Card
from hanport.grid.customer.details import offer_of
from hanport.grid.database.work import Work
from hanport.grid.eid.launch import read_browser
from hanport.grid.ordering import taking
from hanport.grid.ordering.warranty import Offer, offer
from hanport.grid.ordering.wish import OrderError, PriceNotAccepted, Wish
from hanport.grid.orders import Kind
from hanport.grid.right import IdentityCheck
from hanport.grid.web.access import customers_only, known_session
from hanport.grid.web.customer_words import CustomerWords
from hanport.grid.web.own import own_card
from hanport.grid.web.parts import WebParts
from hanport.grid.web.review_page import ReviewPage
from hanport.grid.web.session_orders import Now, not_taken, take_now
from hanport.web.shell import Shell

_SESSION = "session"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/facilities/{gsrn}/adapter`."""
    pages = Adapters(parts, shell)
    place = "/facilities/{gsrn}/adapter"
    return [
        Route(place, customers_only(pages.show), methods=["GET"]),
        Route(place, customers_only(pages.order), methods=["POST"]),
    ]


class Adapters:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell
        self._review = ReviewPage(parts, shell)

    async def show(self, request: Request) -> Response:
        """Whether the warranty holds, and what another adapter costs."""
        card, at = await own_card(self._parts, request), self._parts.clock.now()

        def look(connection: Connection) -> tuple[Offer | None, str]:
            running = orders.running(connection, card.meter.id, Kind.WARRANTY) if card.meter else ""
            return offer_of(connection, self._parts.config, card, at), running

        found, running = await self._parts.read(look)
        return self._shell.page(
            request,
            "customer/adapter.html",
            card=card,
            offer=found,
            running=running,
            signs=known_session(request).how is IdentityCheck.BANKID,
            has_bankid=self._parts.flow is not None,
            is_mobile=read_browser(request.headers.get("user-agent", "")).is_mobile,
            say=CustomerWords(self._shell.words(request), at),
        )

    async def order(self, request: Request) -> Response:
        """Order it, at the price that was shown: without one at once, else by a signature."""
        card = await own_card(self._parts, request)
        place = f"/facilities/{card.gsrn}/adapter"
        async with request.form(max_files=0, max_fields=4) as form:
            shown, way = str(form.get("price", "")), str(form.get("way", _SESSION))
        if card.meter is None or card.acting is None:
            return RedirectResponse(place, 303)
        wish = _wish(card, accept_price=shown != "0")
        if way == _SESSION and (shown == "0" or known_session(request).how is not IdentityCheck.BANKID):
            return await take_now(self._parts, self._shell, request, Now([wish], place))
        meter_id, config = card.meter.id, self._parts.config

        def draft(work: Work) -> str:
            price_ore = offer(work.connection, config, meter_id, work.at).price_ore
            if str(price_ore) != shown:
                raise PriceNotAccepted(price_ore)
            return taking.draft(work, config, wish)

        try:
            order_id = await self._parts.write("customer", draft)
        except OrderError as error:
            return not_taken(self._shell, request, error, place)
        return await self._review.sign(request, (order_id,), way)


def _wish(card: Card, *, accept_price: bool) -> Wish:
    assert card.meter is not None and card.acting is not None
    return Wish(
        Kind.WARRANTY,
        card.gsrn,
        on_behalf_of=card.acting.customer_key,
        meter_serial=card.meter.serial,
        accept_price=accept_price,
    )
