"""Ordering an opening: what is asked is looked at, and then signed.

A look changes nothing: drafts are made when the person goes on to sign. Whoever holds one facility that can be opened
finds it chosen already. Drafts that somebody else has made, as an installer, are signed by the same page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.customer import review
from hanport.grid.customer.capacities import MOST
from hanport.grid.customer.review import Review
from hanport.grid.database.work import Work
from hanport.grid.ordering import taking
from hanport.grid.ordering.wish import OrderError
from hanport.grid.right import IdentityCheck
from hanport.grid.web.access import customers_only, known_session
from hanport.grid.web.own import gsrn_of, note_stranger, own_order, own_orders, person_of, place_of_order
from hanport.grid.web.parts import WebParts
from hanport.grid.web.review_page import ReviewPage
from hanport.grid.web.session_orders import Now, not_taken, take_now
from hanport.web.shell import Shell

ORDER = "/order"
_FACILITIES = "/facilities"
_FIELDS = MOST + 10


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/order`, and `/sign` for drafts."""
    desk = Desk(parts, shell)
    return [
        Route(ORDER, customers_only(desk.show), methods=["GET"]),
        Route(ORDER, customers_only(desk.order), methods=["POST"]),
        Route("/sign/{order_id}", customers_only(desk.show_draft), methods=["GET"]),
        Route("/sign", customers_only(desk.sign), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class Form:
    """What a form asks for. `way` is "" where the person has not chosen how to sign. `terms` is the version that the
    page has named.
    """

    gsrns: tuple[str, ...]
    order_ids: tuple[str, ...]
    way: str
    terms: str


class Desk:
    """Takes orders to be signed."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell
        self._page = ReviewPage(parts, shell)

    async def show(self, request: Request) -> Response:
        """What will be ordered."""
        gsrns = [gsrn_of(each) for each in request.query_params.getlist("facility")]
        if gsrns:
            return await self._page.show(request, await self._review(request, gsrns))
        person_id, at = person_of(request), self._parts.clock.now()
        found = await self._parts.read(lambda connection: review.usual(connection, person_id, at))
        return RedirectResponse(_FACILITIES, 303) if found is None else await self._page.show(request, found)

    async def order(self, request: Request) -> Response:
        """Drafts of it, and the signature. Without a way to sign, the drafts can be signed later."""
        form = await _form_of(request)
        found = await self._review(request, form.gsrns)
        if not found.lines:
            return await self._page.show(request, found, status=409)
        if form.way == "session":
            return await self._take(request, found, form.terms)

        def draft(work: Work) -> tuple[str, ...]:
            return tuple(taking.draft(work, self._parts.config, wish) for wish in found.wishes)

        try:
            order_ids = await self._parts.write("customer", draft)
        except OrderError as error:
            return not_taken(self._shell, request, error, _FACILITIES)
        if not form.way:
            return RedirectResponse(place_of_order(order_ids), 303)
        return await self._page.sign(request, order_ids, form.way)

    async def show_draft(self, request: Request) -> Response:
        """An order that somebody has drafted, to be signed."""
        found = await own_order(self._parts, request)
        if not found.is_draft:
            return RedirectResponse(place_of_order([found.id]), 303)
        return await self._page.show_drafts(request, [found.id])

    async def sign(self, request: Request) -> Response:
        """The signature of drafts."""
        form = await _form_of(request)
        drafts = await own_orders(self._parts, request, form.order_ids)
        return await self._page.sign(request, tuple(each.id for each in drafts), form.way)

    async def _review(self, request: Request, gsrns: Sequence[str]) -> Review:
        """Raises HTTPException (404) where one of them is not the person's, (400) for none or too many."""
        wanted = tuple(dict.fromkeys(gsrns))
        if not 1 <= len(wanted) <= MOST:
            raise HTTPException(400)
        person_id, at = person_of(request), self._parts.clock.now()
        for gsrn in await self._parts.read(lambda connection: review.strangers(connection, person_id, wanted, at)):
            await note_stranger(self._parts, person_id, facility=gsrn)
            raise HTTPException(404)
        return await self._parts.read(lambda connection: review.of_facilities(connection, person_id, wanted, at))

    async def _take(self, request: Request, found: Review, terms: str) -> Response:
        """For who came without BankID: the identity of the session is what there is."""
        if known_session(request).how is IdentityCheck.BANKID or not terms:
            raise HTTPException(400)
        then = ORDER + "?" + "&".join(f"facility={line.gsrn}" for line in found.lines)
        return await take_now(self._parts, self._shell, request, Now(found.wishes, then, terms))


async def _form_of(request: Request) -> Form:
    async with request.form(max_files=0, max_fields=_FIELDS) as form:
        gsrns = [gsrn_of(each) for each in form.getlist("facility") if isinstance(each, str)]
        order_ids = [each for each in form.getlist("order") if isinstance(each, str)]
        return Form(tuple(gsrns), tuple(order_ids), str(form.get("way", "")), str(form.get("terms", "")))
