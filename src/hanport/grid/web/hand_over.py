"""What the household's hub is told of its meter: a QR code and a file, while the port is open or being opened."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.grid.customer.cards import Card
from hanport.grid.handover import HandOver, handovers
from hanport.grid.web.access import customers_only
from hanport.grid.web.own import own_card
from hanport.grid.web.parts import WebParts
from hanport.web.shell import Shell


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/facilities/{gsrn}/hub`, and its file."""
    pages = HandOvers(parts, shell)
    place = "/facilities/{gsrn}/hub"
    return [
        Route(place, customers_only(pages.show), methods=["GET"]),
        Route(f"{place}/{{name}}", customers_only(pages.give), methods=["GET"]),
    ]


class HandOvers:
    """The page and the file."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def show(self, request: Request) -> Response:
        """How to connect, with a QR code and a file for each meter."""
        card = await own_card(self._parts, request)
        label = self._shell.words(request).t("hub.qr")
        found = await self._of(card)
        codes = [each.svg(label) for each in found]
        return self._shell.page(request, "customer/hub.html", card=card, found=list(zip(found, codes, strict=True)))

    async def give(self, request: Request) -> Response:
        """The file of one meter."""
        found = await self._of(await own_card(self._parts, request))
        file = next((each for each in found if each.name == request.path_params["name"]), None)
        if file is None:
            raise HTTPException(404)
        headers = {"content-disposition": f'attachment; filename="{file.name}"', "cache-control": "no-store"}
        return Response(file.file(), media_type="application/json", headers=headers)

    async def _of(self, card: Card) -> tuple[HandOver, ...]:
        """None where the port is not open, nor being opened."""
        if card.acting is None or not card.can_close:
            return ()
        config, at = self._parts.config, self._parts.clock.now()
        return await self._parts.read(
            lambda connection: handovers(
                connection, card.id, at, company=config.company.name, url=config.web.public_url
            )
        )
