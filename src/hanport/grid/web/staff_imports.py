"""Imports: files are looked at first and brought in afterwards; what would close many ports waits for two people."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.errors import HanportError
from hanport.grid.database.work import Work
from hanport.grid.register import importing_absent
from hanport.grid.register.columns import COLUMNS
from hanport.grid.register.importing import Options, Report, import_files
from hanport.grid.register.importing_approval import approve, reject, release
from hanport.grid.register.importing_batches import PEOPLE, ImportProblem, batch, batches
from hanport.grid.register.kinds import RecordKind
from hanport.grid.staff import uploads
from hanport.grid.staff.roles import Permission
from hanport.grid.staff.uploads import Files, UploadGone
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting, needs
from hanport.grid.web.staff_errors import said
from hanport.grid.web.staff_forms import Done, do_once, form_of, go_once
from hanport.grid.web.staff_multipart import multipart_of
from hanport.grid.web.staff_saying import show
from hanport.web.shell import Shell

_PATH = "/staff/imports"
_ONE = f"{_PATH}/{{batch_id}}"
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Looked:
    """Files that were looked at: what would come of them, and the id by which they are brought in."""

    report: Report
    upload_id: str


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/imports, and /staff/import, to which large files may be sent."""
    pages = ImportPages(parts, shell)
    decisions = {"approve": pages.approve, "reject": pages.reject, "release": pages.release}
    return [
        Route(_PATH, needs(Permission.LOOK, pages.list), methods=["GET"]),
        Route("/staff/import", needs(Permission.IMPORT, pages.look), methods=["POST"]),
        Route(f"{_PATH}/apply", needs(Permission.IMPORT, pages.apply), methods=["POST"]),
        Route(_ONE, needs(Permission.LOOK, pages.show), methods=["GET"]),
        *(Route(f"{_ONE}/{name}", needs(Permission.APPROVE, act), methods=["POST"]) for name, act in decisions.items()),
    ]


class ImportPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def list(self, request: Request) -> Response:
        """Imports, and the form for a new one."""
        return await self._list(request)

    async def look(self, request: Request) -> Response:
        """A trial: what files would do, and which rows cannot be used. Nothing is stored but the files, sealed."""
        sent = await multipart_of(request, most_bytes=_MOST_BYTES)
        full = [kind for kind in sent.ticks.get("full", ()) if kind in set(importing_absent.KINDS)]
        files, member = Files(sent.files, {"full": full}), acting(request)
        if not files.contents:
            return await self._list(request, UploadGone("No file was chosen.", "Choose one at least."), status=422)
        try:
            report = await asyncio.to_thread(lambda: _import(self._parts, files, member.actor, is_trial=True))
        except HanportError as error:
            return await self._list(request, error, status=422)
        upload_id = await self._parts.write(member.actor, lambda work: uploads.keep(work, member, files))
        return await self._list(request, looked=Looked(report, upload_id))

    async def apply(self, request: Request) -> Response:
        """Bring in what was looked at."""
        form, member = await form_of(request), acting(request)
        taken: list[Files] = []

        def take(work: Work) -> Done:
            taken.append(uploads.take(work, member, form.get("upload", "")))
            return Done(f"{_PATH}?done=brought_in")

        try:
            done = await do_once(request, self._parts, form, take)
            if not taken:
                return RedirectResponse(done.place, 303)
            report = await asyncio.to_thread(lambda: _import(self._parts, taken[0], member.actor, is_trial=False))
        except HanportError as error:
            return await self._list(request, error, status=422)
        place = f"{_PATH}/{report.batch.id}?done=brought_in" if report.batch else done.place
        return RedirectResponse(place, 303)

    async def show(self, request: Request) -> Response:
        """One import."""
        return await self._page(request)

    async def approve(self, request: Request) -> Response:
        """Agree; with the second person it is brought in."""
        batch_id, name, config = request.path_params["batch_id"], acting(request).name, self._parts.config

        def do(work: Work, form: Mapping[str, str]) -> str:
            return "import_" + approve(work, config, batch_id, name).state

        return await self._decide(request, do)

    async def reject(self, request: Request) -> Response:
        """Throw it away."""
        batch_id, name = request.path_params["batch_id"], acting(request).name

        def do(work: Work, form: Mapping[str, str]) -> str:
            return "import_" + reject(work, batch_id, name, form.get("reason", "")).state

        return await self._decide(request, do)

    async def release(self, request: Request) -> Response:
        """Let the ports open that it holds."""
        batch_id = request.path_params["batch_id"]

        def do(work: Work, form: Mapping[str, str]) -> str:
            serials = [form["serial"]] if form.get("serial") else ()
            release(work, batch_id, form.get("reason", ""), serials=serials)
            return "released"

        return await self._decide(request, do)

    async def _decide(self, request: Request, do: Callable[[Work, Mapping[str, str]], str]) -> Response:
        form, batch_id = await form_of(request), request.path_params["batch_id"]
        try:
            return await go_once(request, self._parts, form, lambda work: f"{_PATH}/{batch_id}?done={do(work, form)}")
        except HanportError as error:
            return await self._page(request, error, status=422)

    async def _list(
        self, request: Request, error: HanportError | None = None, *, looked: Looked | None = None, status: int = 200
    ) -> Response:
        found = await self._parts.read(lambda connection: batches(connection))
        context = {
            "found": found,
            "looked": looked,
            "columns": COLUMNS,
            "full_kinds": importing_absent.KINDS,
            "people": PEOPLE,
            "limit": self._parts.config.import_.closings_at_once,
            "problem": said(self._shell.words(request), error) if error else None,
        }
        return show(self._shell, self._parts, request, "imports", status=status, **context)

    async def _page(self, request: Request, error: HanportError | None = None, *, status: int = 200) -> Response:
        batch_id = request.path_params["batch_id"]
        try:
            found = await self._parts.read(lambda connection: batch(connection, batch_id))
        except ImportProblem:
            raise HTTPException(404) from None
        problem = said(self._shell.words(request), error) if error else None
        mine = acting(request).name.casefold()
        has_approved = any(each.name.casefold() == mine for each in found.approvals)
        context = {"import_": found, "people": PEOPLE, "has_approved": has_approved, "problem": problem}
        return show(self._shell, self._parts, request, "import", status=status, **context)


def _import(parts: WebParts, files: Files, actor: str, *, is_trial: bool) -> Report:
    full = files.options.get("full", [])
    assert isinstance(full, list)
    options = Options(full=frozenset(RecordKind(kind) for kind in full), is_trial=is_trial)
    with uploads.on_disk(files.contents) as paths:
        return import_files(parts.grid, paths, options, actor=actor)
