"""The JSON API under /api/v1/: read-only, for programs with a token of the scope `read`."""

import asyncio
import hashlib
import re
from collections.abc import Callable
from typing import Any, get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.home.config import HomeConfig
from hanport.home.share.access import Door, Endpoint, Problem, Refused, only_reading
from hanport.home.share.api_endpoints import ENDPOINTS, Knowledge
from hanport.home.share.api_endpoints import Endpoint as Row
from hanport.home.share.api_values import Query
from hanport.home.share.openapi import ROOT, document
from hanport.home.share.stream import Streams
from hanport.serving import CLOSING

_JSON = "application/json"
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_LONGEST_VALUE = 100


def is_on(config: Callable[[], HomeConfig]) -> Callable[[], bool]:
    """Whether the settings have the API switched on, asked anew each time."""
    return lambda: config().share.api.enabled


def routes(known: Knowledge, door: Door, streams: Streams | None = None) -> list[BaseRoute]:
    """All routes below /api/v1; what is asked there and does not exist is answered as well."""
    streams = streams or Streams(known)
    made: list[BaseRoute] = [Route(ROOT + row.path, Endpoint(_answer(known, door, row))) for row in ENDPOINTS]
    body = msgspec.json.encode(document())

    async def stream(request: Request) -> Response:
        await door.admit(request)
        only_reading(request)
        return streams.response(request.scope.get(CLOSING) or asyncio.Event())

    async def describe(request: Request) -> Response:
        only_reading(request)
        return _kept(request, body)

    async def nothing(request: Request) -> Response:
        raise Refused(Problem("Not found", 404, f"There is no {request.url.path}.", f"See {ROOT}/openapi.json."))

    made.append(Route(f"{ROOT}/stream", Endpoint(stream)))
    made.append(Route(f"{ROOT}/openapi.json", Endpoint(describe)))
    made.append(Route(f"{ROOT}/{{rest:path}}", Endpoint(nothing)))
    return made


def _answer(known: Knowledge, door: Door, row: Row) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        await door.admit(request)
        only_reading(request)
        told = msgspec.json.encode(await row.handle(known, parameters(request, row.query)))
        return (
            Response(told, headers={"cache-control": "no-store"}, media_type=_JSON)
            if row.live
            else _kept(request, told)
        )

    return answer


def parameters(request: Request, query: type[Query]) -> Query:
    """The parameters of a request. Raises Refused, which names the wrong one and the remedy."""
    given: dict[str, Any] = {}
    fields = {field.name: field for field in msgspec.structs.fields(query)}
    for name, value in request.query_params.multi_items():
        if name not in fields:
            known = ", ".join(fields) or "none"
            raise _wrong(name[:_LONGEST_VALUE], "There is no such parameter.", f"Known here: {known}.")
        if name in given:
            raise _wrong(name, "It is given twice.", "Give it once.")
        given[name] = int(value) if _is_number(fields[name].type) and _WHOLE.fullmatch(value) else value
    for name, value in given.items():
        try:
            msgspec.convert({name: value}, query)
        except msgspec.ValidationError as error:
            detail = str(error).partition(" - at `$")[0]
            raise _wrong(name, f"{detail}; {str(value)[:_LONGEST_VALUE]!r} came.", _remedy(name)) from error
    return msgspec.convert(given, query)


def _is_number(kind: Any) -> bool:
    return kind is int or int in get_args(kind)


def _remedy(name: str) -> str:
    if name in ("begin", "end"):
        return f"See {ROOT}/openapi.json; a time has its zone, and a + in it is written %2B."
    return f"See {ROOT}/openapi.json."


def _wrong(parameter: str, detail: str, remedy: str) -> Refused:
    return Refused(Problem("Wrong parameter", 422, detail, remedy, parameter))


def _kept(request: Request, body: bytes) -> Response:
    """An answer that may be kept and asked after again: 304 where it is still the same."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=_JSON)
