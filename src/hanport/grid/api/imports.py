"""The part of the API by which two people let a large import through, and staff let held ports open.

Whoever approves has a token of the own, with the scope `approve`: its name is the name that is counted.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field
from sqlalchemy import Connection, select
from starlette.responses import Response

from hanport.grid.api.calls import Change, Look, told
from hanport.grid.api.endpoint import Endpoint
from hanport.grid.api.problems import NotFound
from hanport.grid.api.texts import Body, IdInPath, Serial, SomeLine, Told
from hanport.grid.database.tables import import_batch
from hanport.grid.database.work import Work
from hanport.grid.register.importing_approval import approve, reject, release
from hanport.grid.register.importing_batches import Batch, batch, batches
from hanport.grid.tokens import Scope


class ApprovalTold(Told):
    """Who approved, and when."""

    name: str
    at: datetime


class ClosingTold(Told):
    """A port that the import closes, and when its right ends."""

    meter_serial: str
    gsrn: str
    at: datetime


class ImportTold(Told):
    """An import. `closes` are the first of its closings; `held` the meters whose ports wait for their release."""

    id: str
    state: Literal["waiting", "applied", "rejected"]
    source: str
    made_by: str
    made_at: datetime
    deadline_at: datetime | None
    approvals: list[ApprovalTold]
    closings: int
    limit: int
    counts: dict[str, int]
    closes: list[ClosingTold]
    held: list[str]


class ImportsTold(Told):
    """Imports, the newest first."""

    imports: list[ImportTold]


class Rejecting(Body):
    """Why the import is thrown away."""

    reason: SomeLine


class Releasing(Body):
    """Why ports may open that the import holds: all, or those of some meters."""

    reason: SomeLine
    serials: Annotated[tuple[Serial, ...], Field(max_length=1000)] = ()


class Released(Told):
    """The serial numbers of the meters whose ports may open now."""

    serials: list[str]


def show_imports(
    call: Look, state: Annotated[Literal["waiting", "applied", "rejected"] | None, Query()] = None
) -> Response:
    """The newest 50."""
    with call.grid.database.reading() as connection:
        found = batches(connection, state=state or "")
    return told(ImportsTold(imports=[_told(each) for each in found]))


def show_import(import_id: IdInPath, call: Look) -> Response:
    """One import."""
    with call.grid.database.reading() as connection:
        _must_exist(connection, import_id)
        return told(_told(batch(connection, import_id)))


def approve_import(import_id: IdInPath, call: Change) -> Response:
    """With the second approval it is applied to the facts of now."""

    def do(work: Work) -> ImportTold:
        _must_exist(work.connection, import_id)
        return _told(approve(work, call.grid.config, import_id, call.token.name))

    return call.writing(do)


def reject_import(import_id: IdInPath, wish: Rejecting, call: Change) -> Response:
    """Nothing of it is applied."""

    def do(work: Work) -> ImportTold:
        _must_exist(work.connection, import_id)
        return _told(reject(work, import_id, call.token.name, wish.reason))

    return call.writing(do)


def release_ports(import_id: IdInPath, wish: Releasing, call: Change) -> Response:
    """They open where the right is there."""

    def do(work: Work) -> Released:
        _must_exist(work.connection, import_id)
        return Released(serials=release(work, import_id, wish.reason, serials=wish.serials))

    return call.writing(do)


def _must_exist(connection: Connection, import_id: str) -> None:
    if connection.execute(select(import_batch.c.id).where(import_batch.c.id == import_id)).first() is None:
        raise NotFound("There is no such import.", "GET /api/v1/imports lists them.")


def _told(found: Batch) -> ImportTold:
    closes = [
        ClosingTold(meter_serial=serial, gsrn=gsrn, at=datetime.fromisoformat(at)) for serial, gsrn, at in found.closes
    ]
    approvals = [ApprovalTold(name=each.name, at=datetime.fromisoformat(each.at)) for each in found.approvals]
    names = ("id", "state", "source", "made_by", "made_at", "deadline_at", "closings", "limit", "counts")
    facts = {name: getattr(found, name) for name in names}
    return ImportTold(**facts, approvals=approvals, closes=closes, held=list(found.held))


_SEEING = (Scope.READ, Scope.REGISTER, Scope.APPROVE)
_APPROVING = (Scope.APPROVE,)
_ONE = "/imports/{import_id}"
ENDPOINTS = (
    Endpoint("GET", "/imports", show_imports, ImportsTold, "The newest imports", _SEEING),
    Endpoint("GET", _ONE, show_import, ImportTold, "An import", _SEEING),
    Endpoint("POST", f"{_ONE}/approve", approve_import, ImportTold, "Approve an import that waits", _APPROVING),
    Endpoint("POST", f"{_ONE}/reject", reject_import, ImportTold, "Throw an import away that waits", _APPROVING),
    Endpoint("POST", f"{_ONE}/release", release_ports, Released, "Let ports open that an import holds", _APPROVING),
)
