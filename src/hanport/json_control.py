"""JSON over HTTP for the controls of stand-ins: bodies with a bound, and answers that say what was wrong."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hanport.errors import HanportError

LONGEST_BODY = 16_384  # bytes
_Wanted = TypeVar("_Wanted", bound=msgspec.Struct)


class Problem(msgspec.Struct, frozen=True):
    """What was wrong with a request, and what to do."""

    error: str
    remedy: str = ""


async def body_of(request: Request, kind: type[_Wanted]) -> _Wanted:
    """What the body says. Raises HTTPException (413), and msgspec's errors for what is no such value."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            raise HTTPException(413, "The body is longer than 16 kB.")
    return msgspec.json.decode(body, type=kind)


def answer(value: object, status: int = 200) -> Response:
    """A value as JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def unreadable(wrong: msgspec.DecodeError, compare: str) -> Response:
    """The answer to a body that is no JSON, or says something else than it should."""
    if isinstance(wrong, msgspec.ValidationError):
        return answer(Problem(f"{wrong}.", f"Compare it with {compare}."), 422)
    return answer(Problem(f"The body is no JSON: {wrong}.", "Send one JSON object."), 400)


def route(
    place: tuple[str, str],
    handle: Callable[[Request], Awaitable[object]],
    *,
    guard: Callable[[Request], None],
    compare: str,
) -> Route:
    """A route: (method, path). `guard` refuses who may not ask; `compare` names what a wrong body is compared with."""
    method, path = place

    async def serve(request: Request) -> Response:
        try:
            guard(request)
            return answer(await handle(request))
        except HTTPException as wrong:
            return answer(Problem(wrong.detail), wrong.status_code)
        except msgspec.DecodeError as wrong:
            return unreadable(wrong, compare)
        except HanportError as wrong:
            return answer(Problem(wrong.problem, wrong.remedy), 422)

    return Route(path, serve, methods=[method])
