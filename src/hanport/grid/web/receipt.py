"""Receipts: the whole one for who signed, one to share for who may see the order, and what others see of a link."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.grid.customer.issuer import issuer_of
from hanport.grid.customer.orders import Ordered
from hanport.grid.database.work import Work
from hanport.grid.receipts import pdf, shares, signing
from hanport.grid.receipts.format import KEYS_PLACE
from hanport.grid.receipts.receipt import Part, Receipt, ReceiptError, full, may_share, shareable
from hanport.grid.receipts.shares import Share, shared
from hanport.grid.receipts.words import lines
from hanport.grid.web.access import customers_only
from hanport.grid.web.beginning import base_of
from hanport.grid.web.customer_words import CustomerWords
from hanport.grid.web.own import own_order, person_of
from hanport.grid.web.parts import WebParts
from hanport.web.shell import Shell

_JSON, _PDF = "json", "pdf"
_LONGEST = 100


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """The receipt of an order, its links, and what they lead to."""
    pages = Receipts(parts, shell)
    one, public = "/orders/{order_id}", "/receipts/{secret}"
    return [
        Route(f"{one}/receipt", customers_only(pages.show), methods=["GET"]),
        Route(f"{one}/receipt.{{form}}", customers_only(pages.give), methods=["GET"]),
        Route(f"{one}/share", customers_only(pages.share), methods=["POST"]),
        Route(f"{one}/unshare", customers_only(pages.unshare), methods=["POST"]),
        Route(public, pages.show_shared, methods=["GET"]),
        Route(f"{public}/receipt.{{form}}", pages.give_shared, methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """A receipt as its page shows it, with the links that stand."""

    receipt: Receipt
    shares: tuple[Share, ...]


class Receipts:
    """The pages and files."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell
        self._issuer = issuer_of(parts.config)

    async def show(self, request: Request) -> Response:
        """What the receipt says, its files, and the links by which it is shared."""
        return await self._show(request, await self._own(request))

    async def give(self, request: Request) -> Response:
        """The receipt as a file: the whole one for who signed."""
        found, person_id, issuer = await self._own(request), person_of(request), self._issuer
        language, form = self._shell.words(request).language, _form_of(request)

        def make(work: Work) -> bytes:
            if found.is_signers:
                receipt = full(work, issuer, found.id, person_id)
            else:
                receipt = shareable(work.connection, issuer, found.id, at=work.at)
            return self._file(receipt, form, language)

        return _download(found.id, form, await self._parts.write("customer", make))

    async def share(self, request: Request) -> Response:
        """Make a link, which is shown once."""
        found, person_id = await self._own(request), person_of(request)
        async with request.form(max_files=0, max_fields=4) as form:
            shows = [part for part in Part if part.value in form]
        try:
            secret = await self._parts.write("customer", lambda work: shares.share_of(work, found.id, person_id, shows))
        except ReceiptError:
            return await self._show(request, found, status=409, problem="receipt.withdrawn")
        link = f"{base_of(self._parts, request)}/receipts/{secret}"
        return await self._show(request, found, link=link)

    async def unshare(self, request: Request) -> Response:
        """Take all links back."""
        found, person_id = await self._own(request), person_of(request)
        await self._parts.write("customer", lambda work: shares.end_shares(work, found.id, person_id))
        return RedirectResponse(f"/orders/{found.id}/receipt", 303)

    async def show_shared(self, request: Request) -> Response:
        """What whoever has the link sees."""
        receipt, words = await self._shared(request), self._shell.words(request)
        return self._shell.page(
            request,
            "customer/receipt_shared.html",
            receipt=receipt,
            lines=list(lines(receipt, words.language)),
            secret=request.path_params["secret"],
            keys=f"{base_of(self._parts, request)}{KEYS_PLACE}",
        )

    async def give_shared(self, request: Request) -> Response:
        """The shared receipt as a file."""
        form, language = _form_of(request), self._shell.words(request).language
        receipt = await self._shared(request)
        made = await self._parts.read(lambda connection: self._file(receipt, form, language))
        return _download(receipt.order.id, form, made)

    async def _own(self, request: Request) -> Ordered:
        """A signed order of the person's, or for the person. Raises HTTPException (404)."""
        found, person_id = await own_order(self._parts, request), person_of(request)
        is_theirs = await self._parts.read(lambda connection: may_share(connection, found.id, person_id))
        if not is_theirs or found.status.signed_at is None:
            raise HTTPException(404)
        return found

    async def _shared(self, request: Request) -> Receipt:
        secret, at = request.path_params["secret"][:_LONGEST], self._parts.clock.now()
        receipt = await self._parts.read(lambda connection: shared(connection, self._issuer, secret, at))
        if receipt is None:
            raise HTTPException(404)
        return receipt

    async def _show(
        self, request: Request, found: Ordered, *, status: int = 200, link: str = "", problem: str = ""
    ) -> Response:
        at, words = self._parts.clock.now(), self._shell.words(request)

        def look(connection: Connection) -> Shown:
            receipt = shareable(connection, self._issuer, found.id, at=at)
            return Shown(receipt, tuple(shares.shares_of(connection, found.id, at)))

        shown = await self._parts.read(look)
        return self._shell.page(
            request,
            "customer/receipt.html",
            status=status,
            order=found,
            shown=shown,
            lines=list(lines(shown.receipt, words.language)),
            keys=f"{base_of(self._parts, request)}{KEYS_PLACE}",
            link=link,
            problem=problem,
            say=CustomerWords(words, at),
        )

    def _file(self, receipt: Receipt, form: str, language: str) -> bytes:
        keyring = self._parts.grid.database.keyring
        signed = signing.signed_json(keyring, receipt.content())
        return signed if form == _JSON else signing.signed_pdf(keyring, pdf.drawn(receipt, signed, language), signed)


def _form_of(request: Request) -> str:
    form: str = request.path_params["form"]
    if form not in (_JSON, _PDF):
        raise HTTPException(404)
    return form


def _download(order_id: str, form: str, content: bytes) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="receipt-{order_id}.{form}"',
        "cache-control": "no-store",
    }
    return Response(content, media_type=f"application/{form}", headers=headers)
