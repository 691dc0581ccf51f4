"""The part of the API by which the work list goes out to people as CSV, and comes back filled in."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from hanport.grid.api.calls import Look, told
from hanport.grid.api.endpoint import Endpoint
from hanport.grid.api.head_ends import RawBody
from hanport.grid.api.problems import Refused
from hanport.grid.api.texts import Told
from hanport.grid.headend.work_list_in import take_in
from hanport.grid.headend.work_list_out import to_csv
from hanport.grid.tokens import Scope

_CSV = "text/csv"
_CONTENT_TYPE = "text/csv; charset=utf-8"


class RefusedLine(Told):
    """A line that could not be taken in."""

    line: int
    problem: str
    remedy: str


class ListTaken(Told):
    """What came of a list: `unchanged` lines said nothing new."""

    taken: int
    unchanged: int
    refused: list[RefusedLine]


def show_list(
    call: Look,
    name: Annotated[str, Query(pattern=r"^[a-z0-9-]{0,30}$", description="Of this work list alone")] = "",
) -> Response:
    """What is to be done now, the most urgent first."""
    with call.grid.database.reading() as connection:
        text = to_csv(connection, call.grid.config, at=call.grid.database.clock.now(), name=name)
    return Response(text, headers={"content-type": _CONTENT_TYPE})


def take_list(raw: RawBody, call: Look) -> Response:
    """Each line by itself: one that is wrong spoils no other, and the same list twice changes nothing."""
    if raw.content_type.partition(";")[0].strip().lower() != _CSV:
        raise Refused(415, "A work list is sent as text/csv.", "See docs/head-end.md.", place="header.content-type")
    taken = take_in(call.grid.database, call.grid.config, raw.body, call.token.actor)
    return told(ListTaken.model_validate(taken, from_attributes=True))


_BODY = {"requestBody": {"required": True, "content": {_CSV: {"schema": {"type": "string"}}}}}
_SCOPES = (Scope.HEAD_END,)
ENDPOINTS = (
    Endpoint("GET", "/work-list", show_list, _CONTENT_TYPE, "The work list as CSV", _SCOPES),
    Endpoint("POST", "/work-list", take_list, ListTaken, "What was done, as CSV", _SCOPES, described=_BODY),
)
