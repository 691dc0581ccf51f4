"""Work at meters: the visits that are waited for, and the work list, out as a file and back again filled in."""

import asyncio
import csv
import io
from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.errors import HanportError
from hanport.grid.database.work import Work
from hanport.grid.headend import work_list_in, work_list_out
from hanport.grid.staff import proposals
from hanport.grid.staff.order_list import View, Wanted, orders
from hanport.grid.staff.proposals import ProposalKind
from hanport.grid.staff.roles import Permission
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting, needs
from hanport.grid.web.staff_errors import said
from hanport.grid.web.staff_forms import go_once
from hanport.grid.web.staff_multipart import MultipartForm, multipart_of
from hanport.grid.web.staff_saying import show
from hanport.web.shell import Shell

_PATH = "/staff/work"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/work."""
    pages = WorkPages(parts, shell)
    return [
        Route(_PATH, needs(Permission.LOOK, pages.show), methods=["GET"]),
        Route(f"{_PATH}/list.csv", needs(Permission.WORK_LIST, pages.download), methods=["POST"]),
        Route(f"{_PATH}/list", needs(Permission.WORK_LIST, pages.take_in), methods=["POST"]),
    ]


class WorkPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def show(self, request: Request) -> Response:
        """Visits and the list."""
        return await self._page(request)

    async def download(self, request: Request) -> Response:
        """The list as a file. That addresses were taken out stands in the log."""
        at, config = self._parts.clock.now(), self._parts.config

        def write(work: Work) -> str:
            text = work_list_out.to_csv(work.connection, config, at=at)
            work.note("work_list.taken_out", rows=max(0, text.count("\r\n") - 1))
            return text

        text = await self._parts.write(acting(request).actor, write)
        headers = {"content-disposition": f'attachment; filename="worklist-{at:%Y%m%d-%H%M}.csv"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers | {"cache-control": "no-store"})

    async def take_in(self, request: Request) -> Response:
        """What was done. A long list is proposed, and another person agrees to it."""
        sent = await multipart_of(request, most_bytes=work_list_in.LONGEST)
        try:
            return await self._take_in(request, sent)
        except HanportError as error:
            return await self._page(request, error, status=422)

    async def _take_in(self, request: Request, sent: MultipartForm) -> Response:
        body, member, config = next(iter(sent.files.values()), b""), acting(request), self._parts.config
        at, database = self._parts.clock.now(), self._parts.grid.database
        answers, refused = await asyncio.to_thread(lambda: work_list_in.read_csv(body, at=at))
        if len(answers) > config.import_.closings_at_once:
            about = (sent.fields.get("reason", ""), {"rows": len(answers), "refused": len(refused)})

            def propose(work: Work) -> str:
                made = proposals.propose(work, member, ProposalKind.WORK_LIST, body, about=about)
                return f"/staff/proposals/{made}?done=proposed"

            return await go_once(request, self._parts, sent.fields, propose)
        taken = await asyncio.to_thread(lambda: work_list_in.take_in(database, config, body, member.actor))
        return await self._page(request, taken=taken)

    async def _page(
        self,
        request: Request,
        error: HanportError | None = None,
        *,
        taken: work_list_in.TakenIn | None = None,
        status: int = 200,
    ) -> Response:
        at, config = self._parts.clock.now(), self._parts.config

        def read(connection: Connection) -> tuple[object, list[dict[str, str]]]:
            visits = orders(connection, Wanted(View.TROUBLE), at)
            text = work_list_out.to_csv(connection, config, at=at).lstrip("\ufeff")
            return visits, list(csv.DictReader(io.StringIO(text), delimiter=";"))

        visits, rows = await self._parts.read(read)
        context = {
            "visits": visits,
            "rows": rows[:_SHOWN],
            "count": len(rows),
            "alone": config.import_.closings_at_once,
            "taken": taken,
            "problem": said(self._shell.words(request), error) if error else None,
        }
        return show(self._shell, self._parts, request, "work", status=status, **context)


_SHOWN = 100
