"""Begins the signature of orders that were drafted."""

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hanport.grid import people
from hanport.grid.eid import asking
from hanport.grid.eid.asking import Texts
from hanport.grid.eid.identifications import Errand
from hanport.grid.eid.requests import Way
from hanport.grid.web.access import known_session
from hanport.grid.web.beginning import Start, begin
from hanport.grid.web.parts import WebParts
from hanport.grid.wordings import terms_version
from hanport.web.shell import Shell


class Signing:
    """Has drafts signed by who is identified in the browser's session, and by nobody else."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def begin(self, request: Request, order_ids: Sequence[str], *, way: Way, then: str) -> Response:
        """The way to the page that waits for the signature, which goes on to `then`. Raises BankIDError, OrderError
        where one of them is no draft any more, TooMuchToSign.
        """
        person_id, language = known_session(request).person_id, self._shell.words(request).language
        assert person_id is not None
        texts, number = await self._parts.read(
            lambda connection: to_sign(self._parts, connection, person_id, order_ids, language)
        )
        start = Start(
            errand=Errand.ORDER,
            way=way,
            visible=texts.visible,
            hidden=texts.hidden,
            then=then,
            number=number,
            terms=texts.terms,
            order_ids=tuple(order_ids),
        )
        return await begin(self._parts, self._shell, request, start)


def to_sign(
    parts: WebParts, connection: Connection, person_id: int, order_ids: Sequence[str], language: str
) -> tuple[Texts, str]:
    """What a person reads and signs for drafts, and the person's number. Raises OrderError, TooMuchToSign, and
    HTTPException (404) for somebody who was erased.
    """
    lines = asking.order_lines(connection, order_ids, parts.clock.now())
    texts = asking.texts_of(lines, parts.config, terms_version(connection), language)
    number = people.number_of(connection, parts.grid.database.keyring, person_id)
    if number is None:
        raise HTTPException(404)
    return texts, number.digits
