"""Pages that say no: what is the matter, and what to do, in the visitor's language; JSON for who is no browser."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler

from hanport.errors import HanportError
from hanport.web.security import HEADERS, TooLarge, security_headers
from hanport.web.shell import Brand, Shell

Handler = Callable[[Request, Exception], Awaitable[Response]]


def refusal(shell: Shell, request: Request, status: int, reason: str = "", **numbers: object) -> Response:
    """The page for a status, or for a reason that has texts of its own (`error.<reason>.title`, `.text`, `.remedy`)."""
    words = shell.words(request)
    known = [key for key in (reason, str(status)) if key and words.has(f"error.{key}.title")]
    key = known[0] if known else ("500" if status >= 500 else "400")
    said = {part: words.t(f"error.{key}.{part}", **numbers) for part in ("title", "text", "remedy")}
    if not wants_page(request):
        answer = {"error": reason or HTTPStatus(status).phrase.lower(), **said}
        return JSONResponse(answer, status, {"cache-control": "no-store"})
    # Who has pointed a foreign name at us could read this page: it does not say whose hub this is.
    hidden = {"brand": Brand("hanport")} if reason == "host" else {}
    return shell.page(request, "error.html", status=status, number=status, said=said, **hidden)


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page, rather than a script for data."""
    return "text/html" in request.headers.get("accept", "")


def exception_handlers(shell: Shell, *, unable: Handler | None = None) -> Mapping[object, ExceptionHandler]:
    """What Starlette does with what is raised in pages. `unable` answers for errors of ours, where visitors are not
    those who run the service: without it they are told the cause.
    """

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        response = refusal(shell, request, error.status_code, error.detail if error.status_code == 403 else "")
        response.headers.update(error.headers or {})
        return response

    async def too_large(request: Request, error: Exception) -> Response:
        return refusal(shell, request, 413)

    async def own(request: Request, error: Exception) -> Response:
        """The store is locked, the disk is full: it says itself what to do."""
        assert isinstance(error, HanportError)
        return refusal(shell, request, 503, "hub", problem=error.problem, remedy=error.remedy)

    async def mistake(request: Request, error: Exception) -> Response:
        """A mistake of ours. This answer passes by the guard, so that it has to bring its headers itself."""
        response = refusal(shell, request, 500)
        response.headers.update(request.scope.get(HEADERS) or security_headers(request.url.scheme))
        return response

    return {HTTPException: http, TooLarge: too_large, HanportError: unable or own, Exception: mistake}
