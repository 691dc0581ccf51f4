"""My orders: all of them, and one with its progress, the law's clock, what went wrong and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.customer import orders
from hanport.grid.customer.orders import Ordered
from hanport.grid.customer.steps import Step, steps_of
from hanport.grid.customer.told import told_by
from hanport.grid.notices.ways import Way
from hanport.grid.ordering import taking
from hanport.grid.ordering.wish import OrderError
from hanport.grid.orders import ImpossibleStep
from hanport.grid.web.access import customers_only
from hanport.grid.web.customer_words import CustomerWords
from hanport.grid.web.own import own_order, own_orders, page_of, person_of
from hanport.grid.web.parts import WebParts
from hanport.grid.web.review_page import ReviewPage
from hanport.grid.web.session_orders import not_taken
from hanport.web.shell import Shell

PATH = "/orders"
TAKEN_BACK = "customer"  # the reason of an order that its own people took back


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/orders`, each order, its state for scripts, and its end by who made it."""
    pages = Orders(parts, shell)
    one = PATH + "/{order_id}"
    return [
        Route(PATH, customers_only(pages.show_all), methods=["GET"]),
        Route(f"{PATH}/state", customers_only(pages.states), methods=["GET"]),
        Route(one, customers_only(pages.show), methods=["GET"]),
        Route(f"{one}/state", customers_only(pages.state), methods=["GET"]),
        Route(f"{one}/cancel", customers_only(pages.cancel), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """An order as its page shows it. `told_by`: how its holders are told when it is done."""

    order: Ordered
    steps: tuple[Step, ...]
    told_by: tuple[Way, ...]


class Orders:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell
        self._review = ReviewPage(parts, shell)

    async def show_all(self, request: Request) -> Response:
        """All orders; with `ids`, those that were signed together."""
        if "ids" in request.query_params:
            return await self._show_together(request)
        person_id, page = person_of(request), page_of(request.query_params.get("page", ""))
        found = await self._parts.read(lambda connection: orders.of_person(connection, person_id, page))
        return self._page(request, "customer/orders.html", found=found, page=page)

    async def show(self, request: Request) -> Response:
        """One order; a draft is shown to be signed."""
        found = await own_order(self._parts, request)
        if found.is_draft:
            return await self._review.show_drafts(request, [found.id])
        shown = await self._parts.read(lambda connection: self._shown(connection, found))
        return self._page(request, "customer/order.html", shown=shown, order=shown.order)

    async def state(self, request: Request) -> Response:
        """The part of an order's page that changes."""
        found = await own_order(self._parts, request)
        if found.is_draft:
            raise HTTPException(404)
        shown = await self._parts.read(lambda connection: self._shown(connection, found))
        return self._page(request, "customer/order_state.html", shown=shown, order=shown.order)

    async def states(self, request: Request) -> Response:
        """The part that changes of a page with several."""
        found = await own_orders(self._parts, request, _ids_of(request))
        return self._page(request, "customer/orders_state.html", orders=found)

    async def cancel(self, request: Request) -> Response:
        """Take an order back."""
        found, config = await own_order(self._parts, request), self._parts.config
        place = f"{PATH}/{found.id}"
        if found.is_over:  # sent twice, or too late: the page says how it stands
            return RedirectResponse(place, 303)
        try:
            await self._parts.write("customer", lambda work: taking.cancel(work, config, found.id, reason=TAKEN_BACK))
        except (OrderError, ImpossibleStep):
            return not_taken(self._shell, request, OrderError("It cannot be taken back any more."), place)
        return RedirectResponse(place, 303)

    async def _show_together(self, request: Request) -> Response:
        found = await own_orders(self._parts, request, _ids_of(request))
        drafts = [each.id for each in found if each.is_draft]
        if len(drafts) == len(found):
            return await self._review.show_drafts(request, drafts)
        ids = ",".join(each.id for each in found)
        return self._page(request, "customer/orders_together.html", orders=found, ids=ids)

    def _shown(self, connection: Connection, found: Ordered) -> Shown:
        return Shown(
            found, steps_of(found.status), told_by(connection, self._parts.config, found.facility_id, self._now)
        )

    @property
    def _now(self) -> datetime:
        return self._parts.clock.now()

    def _page(self, request: Request, template: str, **context: Any) -> Response:
        say = CustomerWords(self._shell.words(request), self._now)
        return self._shell.page(request, template, say=say, now=self._now, **context)


def _ids_of(request: Request) -> list[str]:
    return request.query_params.get("ids", "").split(",")
