"""BankID by phone: an order is taken while the customer is on the phone, and signed in the customer's own app.

The customer calls us, never we the customer: BankID's app asks who called whom, and whoever is told to call us back
by a stranger must see that the answer is another. The number goes from the database to BankID; it is in no address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.errors import HanportError
from hanport.grid.eid.asking import Texts
from hanport.grid.eid.errors import BankIDError
from hanport.grid.eid.flow import Wanted
from hanport.grid.eid.identifications import Errand
from hanport.grid.eid.requests import Way
from hanport.grid.keys import Keyring
from hanport.grid.notices.languages import language_of
from hanport.grid.ordering.status import OrderStatus, status
from hanport.grid.ordering.wish import OrderError
from hanport.grid.orders import State
from hanport.grid.staff.holders import PersonView, person_view
from hanport.grid.staff.roles import Permission
from hanport.grid.web.access import known_session
from hanport.grid.web.beginning import base_of
from hanport.grid.web.limits import What
from hanport.grid.web.parts import WebParts
from hanport.grid.web.signing import to_sign
from hanport.grid.web.staff_access import acting, needs
from hanport.grid.web.staff_errors import Said, said
from hanport.grid.web.staff_saying import show
from hanport.grid.web.visiting import address_of, too_many
from hanport.web.shell import Shell

_ONE = "/staff/orders/{order_id}/phone"
_UNSIGNED = (State.DRAFT, State.AWAITING_SIGNATURE)


def phone_place(order_id: str, person_id: int) -> str:
    """The page from which that person is asked to sign that draft."""
    return f"/staff/orders/{order_id}/phone?person={person_id}"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/staff/orders/{order_id}/phone`."""
    pages = PhonePages(parts, shell)
    return [
        Route(_ONE, needs(Permission.ORDER, pages.show), methods=["GET"]),
        Route(_ONE, needs(Permission.ORDER, pages.begin), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class Call:
    """Who is on the phone, and what is to be signed: the texts, in the customer's language, and the number."""

    order: OrderStatus
    person: PersonView
    texts: Texts
    language: str
    number: str


class PhonePages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def show(self, request: Request) -> Response:
        """What will be signed, and by whom. An order that was signed meanwhile is shown itself."""
        return await self._page(request)

    async def begin(self, request: Request) -> Response:
        """Ask the customer's app, and wait for it."""
        flow = self._parts.flow
        if flow is None:
            raise HTTPException(404)
        wait_s = self._parts.limits.take(What.IDENTIFICATION, f"staff:{acting(request).id}")
        if wait_s:
            return too_many(self._shell, request, wait_s)
        found = await self._find(request)
        if isinstance(found, Response):
            return found
        wanted = Wanted(
            errand=Errand.ORDER,
            way=Way.PHONE,
            session_id=known_session(request).id,
            visible=found.texts.visible,
            hidden=found.texts.hidden,
            language=found.language,
            base=base_of(self._parts, request),
            then=phone_place(found.order.id, found.person.id),
            user_ip=address_of(request),
            user_agent="",
            device="",
            number=found.number,
            terms=found.texts.terms,
            order_ids=(found.order.id,),
            staff=acting(request).name,
        )
        try:
            id = await flow.begin(wanted)
        except BankIDError as error:
            words = self._shell.words(request)
            return await self._page(request, Said(words.t(error.message), ""), status=503)
        return RedirectResponse(f"/identification/{id}", 303)

    async def _page(self, request: Request, problem: Said | None = None, *, status: int = 200) -> Response:
        found = await self._find(request)
        if isinstance(found, Response):
            return found
        place = phone_place(found.order.id, found.person.id)
        context = {"call": found, "place": place, "problem": problem, "has_bankid": self._parts.flow is not None}
        return show(self._shell, self._parts, request, "phone", status=status, **context)

    async def _find(self, request: Request) -> Call | Response:
        """What is asked of whom; else the page of the order, which waits for no signature any more."""
        order_id, person = request.path_params["order_id"], request.query_params.get("person", "")
        person_id = int(person) if person.isascii() and person.isdigit() and len(person) < 18 else 0
        at, keyring = self._parts.clock.now(), self._parts.grid.database.keyring

        def look(connection: Connection) -> Call | str | None:
            return self._call(connection, keyring, (order_id, person_id), at)

        try:
            found = await self._parts.read(look)
        except HanportError as error:
            words = self._shell.words(request)
            return show(self._shell, self._parts, request, "phone", status=409, call=None, problem=said(words, error))
        if found is None:
            raise HTTPException(404)
        return RedirectResponse(found, 303) if isinstance(found, str) else found

    def _call(
        self, connection: Connection, keyring: Keyring, wanted: tuple[str, int], at: datetime
    ) -> Call | str | None:
        order_id, person_id = wanted
        try:
            found = status(connection, order_id)
        except OrderError:
            return None
        if found.state not in _UNSIGNED:
            return f"/staff/orders/{order_id}" + ("?done=taken" if found.signed_at is not None else "")
        person = person_view(connection, keyring, person_id, at)
        if person is None:
            return None
        language = language_of(connection, person_id) or self._parts.config.company.language
        texts, number = to_sign(self._parts, connection, person_id, (order_id,), language)
        return Call(found, person, texts, language, number)
