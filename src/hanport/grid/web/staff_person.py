"""A person, for those who may: where the person has contracts, the orders; what is known of the person, and erasure."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.errors import HanportError
from hanport.grid.database.work import Work
from hanport.grid.disclosure import disclose
from hanport.grid.erasure import erase, objections
from hanport.grid.staff.holders import PersonView, person_view
from hanport.grid.staff.order_list import OrderRow, orders_of_person
from hanport.grid.staff.roles import Permission
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting, fresh_only, needs
from hanport.grid.web.staff_errors import said
from hanport.grid.web.staff_forms import form_of, go_once
from hanport.grid.web.staff_lately import Looks
from hanport.grid.web.staff_saying import show
from hanport.web.shell import Shell

_ONE = "/staff/persons/{person_id:int}"
_MOST = 2**62


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/persons. The address has our own number of the row, never the person's."""
    pages = PersonPages(parts, shell)
    return [
        Route(_ONE, needs(Permission.SEE_PERSON, pages.show), methods=["GET"]),
        Route(f"{_ONE}/disclose", needs(Permission.DISCLOSE, fresh_only(pages.disclose)), methods=["POST"]),
        Route(f"{_ONE}/erase", needs(Permission.ERASE, fresh_only(pages.show_erasure)), methods=["GET"]),
        Route(f"{_ONE}/erase", needs(Permission.ERASE, fresh_only(pages.erase)), methods=["POST"]),
    ]


class PersonPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell
        self._looks = Looks(parts)

    async def show(self, request: Request) -> Response:
        """The person."""
        view, orders = await self._found(request)
        await self._looks.note(acting(request), [view.id], "person")
        return show(self._shell, self._parts, request, "person", person=view, orders=orders)

    async def disclose(self, request: Request) -> Response:
        """All that is known, as a file: for the person, under GDPR article 15."""
        view, _ = await self._found(request)
        keyring = self._parts.grid.database.keyring

        def tell(work: Work) -> dict[str, object]:
            told = disclose(work.connection, keyring, view.id)
            work.note("person.looked_at", person_id=view.id, what="all")
            return told

        told = await self._parts.write(acting(request).actor, tell)
        headers = {"content-disposition": 'attachment; filename="person.json"', "cache-control": "no-store"}
        content = json.dumps(told, ensure_ascii=False, indent=2, default=str)
        return Response(content, media_type="application/json", headers=headers)

    async def show_erasure(self, request: Request) -> Response:
        """What stands against it, or the form."""
        return await self._erasure(request)

    async def erase(self, request: Request) -> Response:
        """Erase the person for ever; the word has to be typed."""
        form, (view, _) = await form_of(request), await self._found(request)
        words, years = self._shell.words(request), self._parts.config.retention.years
        if form.get("word", "").casefold() != words.t("staff.erase.word").casefold():
            return await self._erasure(request, wrong={"word": words.t("staff.erase.not_typed")}, status=422)

        def do(work: Work) -> str:
            erase(work, view.id, retention_years=years)
            return "/staff/find?done=erased"

        try:
            return await go_once(request, self._parts, form, do)
        except HanportError as error:
            return await self._erasure(request, error, status=422)

    async def _erasure(
        self,
        request: Request,
        error: HanportError | None = None,
        *,
        wrong: dict[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        (view, _), words, at = await self._found(request), self._shell.words(request), self._parts.clock.now()
        years = self._parts.config.retention.years
        found = await self._parts.read(lambda connection: list(objections(connection, view.id, at, years)))
        context = {
            "person": view,
            "against": [said(words, HanportError(each.problem, each.remedy)) for each in found],
            "wrong": wrong or {},
            "problem": said(words, error) if error else None,
            "years": years,
        }
        return show(self._shell, self._parts, request, "erase", status=status, **context)

    async def _found(self, request: Request) -> tuple[PersonView, Sequence[OrderRow]]:
        person_id, at, keyring = request.path_params["person_id"], self._parts.clock.now(), self._parts.grid.database

        def read(connection: Connection) -> tuple[PersonView, Sequence[OrderRow]] | None:
            view = person_view(connection, keyring.keyring, person_id, at)
            return None if view is None else (view, orders_of_person(connection, person_id, view.customer_ids))

        found = await self._parts.read(read) if person_id < _MOST else None
        if found is None:
            raise HTTPException(404)
        return found
