"""What takes two: closing many ports, taking in a long work list, telling many customers. One proposes, one decides."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.errors import HanportError
from hanport.grid.config import GridConfig
from hanport.grid.database.tables import meter, port
from hanport.grid.database.work import Work
from hanport.grid.headend import work_list_in
from hanport.grid.masking import MASK, masked_name
from hanport.grid.notices.announcing import Plan, announce
from hanport.grid.staff import bulk, proposals
from hanport.grid.staff.proposals import Proposal, ProposalError, ProposalKind
from hanport.grid.staff.roles import Permission
from hanport.grid.staff.values import Member
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting, needs
from hanport.grid.web.staff_errors import said
from hanport.grid.web.staff_forms import Done, do_once, form_of, go_once, shown_again
from hanport.grid.web.staff_saying import show
from hanport.grid.workdays import STOCKHOLM
from hanport.web.shell import Shell

_PATH = "/staff/proposals"
_ONE = f"{_PATH}/{{proposal_id}}"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/proposals."""
    pages = ProposalPages(parts, shell)
    return [
        Route(_PATH, needs(Permission.LOOK, pages.list), methods=["GET"]),
        Route(f"{_PATH}/close", needs(Permission.PROPOSE, pages.propose_closing), methods=["POST"]),
        Route(f"{_PATH}/announce", needs(Permission.PROPOSE, pages.propose_announcement), methods=["POST"]),
        Route(_ONE, needs(Permission.LOOK, pages.show), methods=["GET"]),
        Route(f"{_ONE}/approve", needs(Permission.APPROVE, pages.approve), methods=["POST"]),
        Route(f"{_ONE}/reject", needs(Permission.APPROVE, pages.reject), methods=["POST"]),
        Route(f"{_ONE}/withdraw", needs(Permission.PROPOSE, pages.withdraw), methods=["POST"]),
    ]


class ProposalPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def list(self, request: Request) -> Response:
        """All of the last time, and the forms for new ones."""
        return await self._list(request)

    async def propose_closing(self, request: Request) -> Response:
        """To close the ports of many facilities."""
        form, member = await form_of(request), acting(request)

        def propose(work: Work) -> str:
            gsrns = bulk.read_list(work.connection, form.get("facilities", ""))
            summary = {"facilities": len(gsrns), "open": bulk.open_among(work.connection, gsrns)}
            content = msgspec.json.encode(gsrns)
            about = (form.get("reason", ""), summary)
            made = proposals.propose(work, member, ProposalKind.CLOSE, content, about=about)
            return f"{_PATH}/{made}?done=proposed"

        return await self._propose(request, form, propose)

    async def propose_announcement(self, request: Request) -> Response:
        """To tell all whose port of a model is open what will be done with it."""
        form, member = await form_of(request), acting(request)

        def propose(work: Work) -> str:
            maker, _, model = form.get("model", "").partition(" / ")
            content = msgspec.json.encode({name: form.get(name, "") for name in ("model", "sv", "en", "planned")})
            _planned(form.get("planned", ""))
            summary = {"model": f"{maker} {model}", "facilities": _open_of(work.connection, maker, model)}
            if MASK in masked_name(form.get("sv", "") + "\n" + form.get("en", "")):
                raise ProposalError("A number in the text could be a person's.", "Leave it out.")
            if not model or not (form.get("sv") or form.get("en")):
                raise ProposalError("A model and a text are needed.", "Choose and write them.")
            about = (form.get("reason", ""), summary)
            made = proposals.propose(work, member, ProposalKind.ANNOUNCE, content, about=about)
            return f"{_PATH}/{made}?done=proposed"

        return await self._propose(request, form, propose)

    async def show(self, request: Request) -> Response:
        """One proposal."""
        return await self._page(request)

    async def approve(self, request: Request) -> Response:
        """Agree, and it is done."""
        form, member, parts = await form_of(request), acting(request), self._parts
        proposal_id = request.path_params["proposal_id"]
        rows: list[bytes] = []

        def decide(work: Work) -> Done:
            found, content = proposals.approve(work, member, proposal_id)
            if found.kind is ProposalKind.WORK_LIST:
                rows.append(content)  # row by row, each in a transaction of its own
            else:
                proposals.came_of_it(work, proposal_id, _carried_out(work, parts.config, found, content, member))
            return Done(f"{_PATH}/{proposal_id}?done=carried_out")

        try:
            done = await do_once(request, parts, form, decide)
            if rows:
                await self._take_in(proposal_id, rows[0], member)
        except HanportError as error:
            return await self._page(request, error, status=422)
        return RedirectResponse(done.place, 303)

    async def reject(self, request: Request) -> Response:
        """Say no."""
        form, member, proposal_id = await form_of(request), acting(request), request.path_params["proposal_id"]

        def do(work: Work) -> str:
            proposals.reject(work, member, proposal_id, form.get("reason", ""))
            return f"{_PATH}/{proposal_id}?done=rejected"

        return await self._decide(request, form, do)

    async def withdraw(self, request: Request) -> Response:
        """Take back what one has proposed oneself."""
        form, member, proposal_id = await form_of(request), acting(request), request.path_params["proposal_id"]

        def do(work: Work) -> str:
            if proposals.one(work.connection, proposal_id).maker_id != member.id:
                raise ProposalError("Only who has proposed it takes it back.", "Ask that colleague.")
            proposals.reject(work, member, proposal_id, form.get("reason", ""))
            return f"{_PATH}/{proposal_id}?done=withdrawn"

        return await self._decide(request, form, do)

    async def _decide(self, request: Request, form: Mapping[str, str], do: Callable[[Work], str]) -> Response:
        try:
            return await go_once(request, self._parts, form, do)
        except HanportError as error:
            return await self._page(request, error, status=422)

    async def _propose(self, request: Request, form: Mapping[str, str], propose: Callable[[Work], str]) -> Response:
        try:
            return await go_once(request, self._parts, form, propose)
        except HanportError as error:
            return await self._list(request, error, form, status=422)

    async def _take_in(self, proposal_id: str, body: bytes, member: Member) -> None:
        database, config = self._parts.grid.database, self._parts.config
        taken = await asyncio.to_thread(lambda: work_list_in.take_in(database, config, body, member.actor))
        outcome = {"taken": taken.taken, "unchanged": taken.unchanged, "refused": len(taken.refused)}
        await self._parts.write(member.actor, lambda work: proposals.came_of_it(work, proposal_id, outcome))

    async def _list(
        self,
        request: Request,
        error: HanportError | None = None,
        form: Mapping[str, str] | None = None,
        *,
        status: int = 200,
    ) -> Response:
        found, models = await self._parts.read(lambda connection: (proposals.newest(connection), _models(connection)))
        context = {
            "found": found,
            "models": models,
            "most": bulk.MOST,
            "form": shown_again(form),
            "problem": said(self._shell.words(request), error) if error else None,
        }
        return show(self._shell, self._parts, request, "proposals", status=status, **context)

    async def _page(self, request: Request, error: HanportError | None = None, *, status: int = 200) -> Response:
        proposal_id = request.path_params["proposal_id"]
        try:
            found = await self._parts.read(lambda connection: proposals.one(connection, proposal_id))
        except ProposalError:
            raise HTTPException(404) from None
        problem = said(self._shell.words(request), error) if error else None
        context = {"proposal": found, "is_mine": found.maker_id == acting(request).id, "problem": problem}
        return show(self._shell, self._parts, request, "proposal", status=status, **context)


def _carried_out(
    work: Work, config: GridConfig, found: Proposal, content: bytes, member: Member
) -> Mapping[str, object]:
    if found.kind is ProposalKind.CLOSE:
        gsrns = msgspec.json.decode(content, type=list[str])
        return bulk.close_all(work, config, gsrns, by=(found.made_by, member), reason=found.reason)
    said_ = msgspec.json.decode(content, type=dict[str, str])
    maker, _, model = said_["model"].partition(" / ")
    plan = Plan(maker, model, {"sv": said_["sv"], "en": said_["en"]}, _planned(said_["planned"]))
    return {"facilities": announce(work, plan, staff=f"{found.made_by}, {member.name}")}


def _planned(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)
    except ValueError:
        raise ProposalError("The time is none.", "Write it as 2026-11-25 13:30, or leave it empty.") from None


def _models(connection: Connection) -> Sequence[tuple[str, str, int]]:
    """The models whose ports may be open, with how many."""
    chosen = (
        select(meter.c.maker, meter.c.model, func.count())
        .join(port, port.c.meter_id == meter.c.id)
        .where(port.c.may_be_open)
        .group_by(meter.c.maker, meter.c.model)
        .order_by(meter.c.maker, meter.c.model)
    )
    return [(maker, model, count) for maker, model, count in connection.execute(chosen)]


def _open_of(connection: Connection, maker: str, model: str) -> int:
    return next((count for each, name, count in _models(connection) if (each, name) == (maker, model)), 0)
