"""Orders for which the identity of the session is enough: closing, restarts, and all of whoever came without BankID.

An identity that was checked too long ago is checked again first, and the person comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hanport.grid.customer.identity import identity_of, is_fresh
from hanport.grid.database.tables import order
from hanport.grid.database.work import Work
from hanport.grid.eid.launch import read_browser
from hanport.grid.ordering import taking
from hanport.grid.ordering.identity import IdentityError
from hanport.grid.ordering.wish import NotEligible, OrderError, PriceNotAccepted, Wish
from hanport.grid.web.access import known_session
from hanport.grid.web.own import place_of_order
from hanport.grid.web.parts import WebParts
from hanport.grid.wordings import terms_version
from hanport.web.shell import Shell


@dataclass(frozen=True, slots=True)
class Now:
    """What is ordered. `then` is where the person comes back to who has to identify again. `terms` is the version of
    the terms that was accepted, where the page has named one.
    """

    wishes: Sequence[Wish]
    then: str
    terms: str = ""


async def take_now(parts: WebParts, shell: Shell, request: Request, now: Now) -> Response:
    """Take orders, and go to their page."""
    session = known_session(request)
    if not is_fresh(session, parts.clock.now()):
        return identify_again(parts, shell, request, now.then)

    def change(work: Work) -> list[str]:
        if now.terms and now.terms != terms_version(work.connection):
            raise OrderError("The terms have changed.", "Read them again.")
        identity = identity_of(work, session)
        ids = [taking.take(work, parts.config, wish, identity).order_id for wish in now.wishes]
        if now.terms:
            accepted = update(order).where(order.c.id.in_(ids), order.c.terms.is_(None))
            work.connection.execute(accepted.values(terms=now.terms))
        return ids

    try:
        order_ids = await parts.write("customer", change)
    except IdentityError:
        return identify_again(parts, shell, request, now.then)
    except OrderError as error:
        return not_taken(shell, request, error, now.then)
    return RedirectResponse(place_of_order(order_ids), 303)


def identify_again(parts: WebParts, shell: Shell, request: Request, then: str) -> Response:
    """The page that asks a person, who was identified a while ago, to do so again."""
    return shell.page(
        request,
        "customer/again.html",
        then=then,
        has_bankid=parts.flow is not None,
        is_mobile=read_browser(request.headers.get("user-agent", "")).is_mobile,
    )


def not_taken(shell: Shell, request: Request, error: OrderError, then: str) -> Response:
    """The page that says why an order could not be taken. Nothing has changed."""
    match error:
        case NotEligible():
            why = error.reason
        case PriceNotAccepted():
            why = "price"
        case _:
            why = ""
    return shell.page(request, "customer/not_taken.html", status=409, why=why, then=then)
