"""What belongs to whoever asks: found, or answered as if there were no such thing; that somebody asked is noted.

A facility or an order of others is not told apart from one that does not exist (ASVS 5.0, 8.2.2), neither by the answer
nor by the way to it.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request

from hanport.grid.customer import cards, orders
from hanport.grid.customer.capacities import MOST
from hanport.grid.customer.cards import Card
from hanport.grid.customer.orders import Brief, Ordered
from hanport.grid.identifiers import IdentifierError, parse_gsrn
from hanport.grid.web.access import known_session
from hanport.grid.web.parts import WebParts

T = TypeVar("T")
STRANGER = "customer.stranger"  # in the log: somebody asked for what is not theirs, or is not at all
_PAGE = re.compile(r"[1-9][0-9]{0,3}")
_ORDER_ID = re.compile(r"[2-9a-z]{16}")


def person_of(request: Request) -> int:
    """Who asks, on a page for customers."""
    person_id = known_session(request).person_id
    assert person_id is not None
    return person_id


def gsrn_of(text: str) -> str:
    """The facility ID that somebody has sent, "" for what can be none."""
    try:
        return parse_gsrn(text)
    except IdentifierError:
        return ""


async def own_card(parts: WebParts, request: Request) -> Card:
    """The facility of the path. Raises HTTPException (404)."""
    gsrn, at = gsrn_of(request.path_params["gsrn"]), parts.clock.now()

    def look(connection: Connection, person_id: int) -> Card | None:
        return cards.card(connection, person_id, gsrn, at) if gsrn else None

    return await own(parts, request, look, facility=gsrn)


async def own_order(parts: WebParts, request: Request) -> Ordered:
    """The order of the path. Raises HTTPException (404)."""
    order_id, at = id_of(request.path_params["order_id"]), parts.clock.now()

    def look(connection: Connection, person_id: int) -> Ordered | None:
        return orders.ordered(connection, person_id, order_id, at)

    return await own(parts, request, look, order=order_id)


async def own_orders(parts: WebParts, request: Request, order_ids: Sequence[str]) -> tuple[Brief, ...]:
    """Several orders, in that order. Raises HTTPException (404), and (400) for none or too many."""
    wanted, at = tuple(dict.fromkeys(map(id_of, order_ids))), parts.clock.now()
    if not 1 <= len(wanted) <= MOST:
        raise HTTPException(400)

    def look(connection: Connection, person_id: int) -> tuple[Brief, ...] | None:
        found = orders.of_ids(connection, person_id, wanted, at)
        return found if len(found) == len(wanted) else None

    return await own(parts, request, look, order=wanted[0])


def id_of(text: str) -> str:
    """The order's id that somebody has sent, "" for what can be none."""
    return text if _ORDER_ID.fullmatch(text) else ""


async def own(parts: WebParts, request: Request, look: Callable[[Connection, int], T | None], **about: str) -> T:
    """What `look` finds for who asks. Raises HTTPException (404) where that is nothing; `about` says what it was."""
    person_id = person_of(request)
    found = await parts.read(lambda connection: look(connection, person_id))
    if found is None:
        await note_stranger(parts, person_id, **about)
        raise HTTPException(404)
    return found


async def note_stranger(parts: WebParts, person_id: int, **about: str) -> None:
    """Write down that somebody asked for what is not theirs."""
    await parts.write("customer", lambda work: work.note(STRANGER, person_id=person_id, **about))


def page_of(text: str) -> int:
    """The number of a page, as an address has it; 1 for anything odd."""
    return int(text) if _PAGE.fullmatch(text) else 1


def place_of_order(order_ids: Sequence[str]) -> str:
    """The page of an order, or of several that were signed together."""
    return f"/orders/{order_ids[0]}" if len(order_ids) == 1 else f"/orders?ids={','.join(order_ids)}"
