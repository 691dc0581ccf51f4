"""The port has gone silent: what to check, how to restart the meter oneself, and only then an order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.customer import orders
from hanport.grid.customer.cards import Card
from hanport.grid.customer.ports import Look
from hanport.grid.ordering.meters import meter_by_id
from hanport.grid.ordering.restart import guide_key, restarts_of
from hanport.grid.ordering.wish import Wish
from hanport.grid.orders import Kind
from hanport.grid.web.access import customers_only
from hanport.grid.web.own import own_card
from hanport.grid.web.parts import WebParts
from hanport.grid.web.session_orders import Now, take_now
from hanport.web.shell import Shell

_DOCTOR = "doctor"
_NUMBER = re.compile(r"^\d+\.\s+")


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/facilities/{gsrn}/restart`."""
    pages = Restarts(parts, shell)
    place = "/facilities/{gsrn}/restart"
    return [
        Route(place, customers_only(pages.show), methods=["GET"]),
        Route(place, customers_only(pages.order), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class Silent:
    """What is known of a meter whose port has gone silent. `guide` is a text of the doctor's. `running` is the restart
    that is under way already, "" where there is none. `restarts`: within a year, before this one.
    """

    guide: str
    restarts: int
    running: str
    is_far: bool


class Restarts:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def show(self, request: Request) -> Response:
        """What to do first; and the order, where the port is open at all."""
        card = await own_card(self._parts, request)
        silent = await self._parts.read(lambda connection: self._silent(connection, card))
        guide = self._shell.words(request).tell(_DOCTOR, silent.guide)
        return self._shell.page(
            request,
            "customer/restart.html",
            card=card,
            silent=silent,
            steps=steps_of(guide),
            is_open=card.port is not None and card.port.look in (Look.OPEN, Look.OPENING),
            exchange_at=self._parts.config.warranty.restarts_before_exchange,
        )

    async def order(self, request: Request) -> Response:
        """Order it. The identity of the session is enough."""
        card = await own_card(self._parts, request)
        place = f"/facilities/{card.gsrn}/restart"
        if card.meter is None or card.acting is None:
            return RedirectResponse(place, 303)
        wish = Wish(Kind.RESTART, card.gsrn, on_behalf_of=card.acting.customer_key, meter_serial=card.meter.serial)
        return await take_now(self._parts, self._shell, request, Now([wish], place))

    def _silent(self, connection: Connection, card: Card) -> Silent:
        if card.meter is None:
            return Silent("guide.restart", 0, "", True)
        meter = meter_by_id(connection, card.meter.id)
        return Silent(
            guide=guide_key(meter),
            restarts=restarts_of(connection, meter.id, self._parts.clock.now()),
            running=orders.running(connection, meter.id, Kind.RESTART),
            is_far=meter.can_restart,
        )


def steps_of(guide: str) -> list[str]:
    """The steps that the text of a guide counts, without their numbers."""
    return [_NUMBER.sub("", line) for line in guide.splitlines() if _NUMBER.match(line)]
