"""The customer's own log: who opened, closed and looked."""

import re
from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.grid.customer import orders
from hanport.grid.customer.log import LogPage, log_page
from hanport.grid.customer.orders import Brief
from hanport.grid.web.access import customers_only
from hanport.grid.web.customer_words import CustomerWords
from hanport.grid.web.own import person_of
from hanport.grid.web.parts import WebParts
from hanport.web.shell import Shell

PATH = "/log"
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """`/log`."""

    async def show(request: Request) -> Response:
        person_id, at, before = person_of(request), parts.clock.now(), _number(request.query_params.get("before", ""))

        def look(connection: Connection) -> tuple[LogPage, tuple[Brief, ...]]:
            others = () if before else orders.by_others(connection, person_id, at)
            return log_page(connection, parts.grid.database.keyring, person_id, before), others

        page, others = await parts.read(look)
        say = CustomerWords(shell.words(request), at)
        return shell.page(request, "customer/log.html", page=page, others=others, say=say, is_first=not before)

    return [Route(PATH, customers_only(show), methods=["GET"])]


def _number(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else 0
