"""Orders for which the identity of the session is enough: closing, restarts, and all of whoever came without BankID.

An identity that was checked too long ago is checked again first, and the person comes back.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hanport.grid.customer.identity import identity_of, is_fresh
from hanport.grid.database.work import Work
from hanport.grid.eid.launch import read_browser
from hanport.grid.ordering import taking
from hanport.grid.ordering.identity import IdentityError
from hanport.grid.ordering.wish import NotEligible, OrderError, PriceNotAccepted, Taken, Wish
from hanport.grid.web.access import known_session
from hanport.grid.web.own import place_of_order
from hanport.grid.web.parts import WebParts
from hanport.web.shell import Shell


async def take_now(parts: WebParts, shell: Shell, request: Request, wishes: list[Wish], *, then: str) -> Response:
    """Take orders, and go to their page. `then` is where the person comes back to who has to identify again."""
    session = known_session(request)
    if not is_fresh(session, parts.clock.now()):
        return identify_again(parts, shell, request, then)

    def change(work: Work) -> list[Taken]:
        identity = identity_of(work, session)
        return [taking.take(work, parts.config, wish, identity) for wish in wishes]

    try:
        taken = await parts.write("customer", change)
    except IdentityError:
        return identify_again(parts, shell, request, then)
    except OrderError as error:
        return not_taken(shell, request, error, then)
    return RedirectResponse(place_of_order([each.order_id for each in taken]), 303)


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
