"""The head-end's control interface over HTTP: what it has been told, and the faults between it and the service.

Local and without a password, as the virtual meter's: it answers only requests that name it by an IP address or as
localhost. Bad input is answered with 400 or 422 and `{"error": ..., "remedy": ...}`.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from hanport.json_control import body_of, route
from hanport.meter.control import ROOT, check_sender
from hanport.meter.headend.faults import SUMMARIES, Plan
from hanport.meter.headend.head_end import HeadEnd
from hanport.meter.headend.rest_form import checked_url
from hanport.meter.headend.telling import Teller
from hanport.meter.headend.values import Form, Kind, Port, State
from hanport.planned_faults import USUAL_S

_MOST_SHOWN = 1000


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault to put to work: on one meter or all, so many times (null: until it is taken away)."""

    name: str
    meter: str | None = None
    times: Annotated[int, msgspec.Meta(ge=1, le=999_999)] | None = None
    seconds: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = USUAL_S


class Round(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Read every meter, and report to that address what they say."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    form: Form = Form.REST


class CommandStatus(msgspec.Struct, frozen=True):
    """A command: how often it was sent, how often its meter was told, how often an answer went out."""

    id: str
    kind: Kind
    meter: str
    form: Form
    state: State
    port: Port
    at: datetime
    detail: str
    requests: int
    begun: int
    posts: int
    is_told: bool


class FaultStatus(msgspec.Struct, frozen=True):
    """A fault at work."""

    name: str
    meter: str | None
    times: int | None
    seconds: float


class Status(msgspec.Struct, frozen=True):
    """The head-end as it stands: at most the last 1000 commands."""

    at: datetime
    meters: dict[str, Port]
    commands: list[CommandStatus]
    faults: list[FaultStatus]


def status_of(head_end: HeadEnd) -> Status:
    """What there is to know."""
    commands = [
        CommandStatus(
            id=each.command.id,
            kind=each.command.kind,
            meter=each.command.meter,
            form=each.command.form,
            state=each.standing.state,
            port=each.standing.port,
            at=each.standing.at,
            detail=each.standing.detail,
            requests=each.requests,
            begun=each.begun,
            posts=each.posts,
            is_told=each.is_told,
        )
        for each in head_end.book.entries()[-_MOST_SHOWN:]
    ]
    meters = {serial: head_end.book.port(serial) for serial in head_end.meters.serials()}
    faults = [FaultStatus(plan.fault, plan.place, plan.times, plan.seconds) for plan in head_end.faults.plans]
    return Status(head_end.clock.now(), meters, commands, faults)


def application(head_end: HeadEnd, teller: Teller) -> Starlette:
    """The interface to one head-end, as an ASGI application."""

    async def state(request: Request) -> object:
        return status_of(head_end)

    async def kinds(request: Request) -> object:
        return {"faults": SUMMARIES}

    async def add(request: Request) -> object:
        wanted = await body_of(request, FaultPlan)
        head_end.faults.add(Plan(Plan.named(wanted.name), wanted.meter, wanted.times, wanted.seconds))
        return status_of(head_end)

    async def remove(request: Request) -> object:
        head_end.faults.remove(Plan.named(request.path_params["name"]))
        return status_of(head_end)

    async def look_round(request: Request) -> object:
        wanted = await body_of(request, Round)
        seen = await head_end.look_round()
        taken = await teller.report(checked_url(wanted.url), wanted.form, seen)
        return {"meters": len(seen), "taken": taken}

    routes = [
        _route("GET", "/state", state),
        _route("GET", "/faults", kinds),
        _route("POST", "/fault", add),
        _route("DELETE", "/fault/{name}", remove),
        _route("POST", "/round", look_round),
    ]
    return Starlette(routes=routes)


def _route(method: str, path: str, handle: Callable[[Request], Awaitable[object]]) -> Route:
    return route((method, ROOT + path), handle, guard=check_sender, compare="the page of the head-end")
