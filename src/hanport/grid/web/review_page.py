"""The page that says what is ordered, where, under which terms and at what price; the signature is begun from it."""

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from hanport.grid.customer import orders, review
from hanport.grid.customer.review import Review
from hanport.grid.eid import asking
from hanport.grid.eid.errors import BankIDError
from hanport.grid.eid.launch import read_browser
from hanport.grid.eid.wording import TooMuchToSign
from hanport.grid.ordering.wish import OrderError
from hanport.grid.right import IdentityCheck
from hanport.grid.web.access import known_session
from hanport.grid.web.beginning import way_of
from hanport.grid.web.customer_words import CustomerWords
from hanport.grid.web.own import place_of_order
from hanport.grid.web.parts import WebParts
from hanport.grid.web.session_orders import not_taken
from hanport.grid.web.signing import Signing
from hanport.grid.wordings import terms_version
from hanport.web.shell import Shell

_TOO_MANY = "review.too_many"
_BACK = "/facilities"


class ReviewPage:
    """Shows what will be signed, and has it signed."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell
        self._signing = Signing(parts, shell)

    async def show(self, request: Request, found: Review, *, status: int = 200, message: str = "") -> Response:
        """What is ordered. `message` is the key of what went wrong at the last try."""
        at, session = self._parts.clock.now(), known_session(request)
        return self._shell.page(
            request,
            "customer/review.html",
            status=status,
            review=found,
            message=message,
            terms=await self._parts.read(terms_version),
            say=CustomerWords(self._shell.words(request), at),
            years=self._parts.config.warranty.years,
            signs=session.how is IdentityCheck.BANKID,
            has_bankid=self._parts.flow is not None,
            is_mobile=read_browser(request.headers.get("user-agent", "")).is_mobile,
        )

    async def show_drafts(
        self, request: Request, order_ids: Sequence[str], *, status: int = 200, message: str = ""
    ) -> Response:
        """Drafts that wait for their signature. Whoever asks has found out that they are the person's."""
        at = self._parts.clock.now()

        def look(connection: Connection) -> Review:
            lines = asking.order_lines(connection, order_ids, at)
            return review.of_lines(lines, orders.reasons(connection, order_ids))

        try:
            found = await self._parts.read(look)
        except OrderError as error:
            return not_taken(self._shell, request, error, _BACK)
        return await self.show(request, found, status=status, message=message)

    async def sign(self, request: Request, order_ids: tuple[str, ...], way: str) -> Response:
        """Begin the signature; where that fails, the page again, with the reason."""
        chosen, then = way_of(way), place_of_order(order_ids)
        try:
            return await self._signing.begin(request, order_ids, way=chosen, then=then)
        except BankIDError as error:
            status, message = 503, error.message
        except TooMuchToSign:
            status, message = 409, _TOO_MANY
        except OrderError as error:
            return not_taken(self._shell, request, error, _BACK)
        return await self.show_drafts(request, order_ids, status=status, message=message)
