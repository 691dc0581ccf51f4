"""How the API says no: `{"error", "remedy", "place"}`, without ever repeating what came in.

A request may hold a personal number anywhere, also where none belongs: so an answer names a place by the names that
the API itself knows, and says of a value only what it should have been.
"""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from hanport.errors import HanportError
from hanport.grid.ordering.wish import NotEligible, PriceNotAccepted
from hanport.grid.orders import ImpossibleStep
from hanport.grid.register.events import KeyTaken
from hanport.grid.register.importing_batches import ImportProblem
from hanport.grid.register.records import RecordError

DOCUMENT = "/api/v1/openapi.json"
_SEE = f"See {DOCUMENT}."
_RETRY_S = "5"
# The request is as it should be, and things are not as it takes them to be.
_CONFLICTS = (ImpossibleStep, NotEligible, PriceNotAccepted, ImportProblem, KeyTaken)
_WORD = re.compile(r"[a-z][a-z_-]{0,39}")

# Of pydantic's kinds of error, those whose sentence holds only what the document says, and never the value.
_SAYS_ITSELF = re.compile(
    r"(missing|string_(type|too_short|too_long|pattern_mismatch)|int_(type|from_float|parsing)|bool_(type|parsing)"
    r"|list_type|dict_type|too_(long|short)|greater_than(_equal)?|less_than(_equal)?|enum|literal_error"
    r"|model_attributes_type|date(time)?_type|timezone_aware)"
)
_SENTENCES = {
    "json_invalid": "The body is no JSON.",
    "extra_forbidden": "There is no such field.",
    "union_tag_invalid": "This kind is not known.",
}
_STATUS_REMEDIES = {
    404: _SEE,
    405: _SEE,
    413: "Send less at once.",
    415: "Send it as the document says, with its content type.",
}


class Problem(BaseModel):
    """Why a request was refused. `place` is the part of it that is wrong, `reason` a word for programs, where known."""

    model_config = ConfigDict(frozen=True)

    error: str
    remedy: str
    place: str = ""
    reason: str = ""


class Refused(HanportError):
    """A request that gets that status for an answer."""

    def __init__(self, status: int, problem: str, remedy: str = _SEE, *, place: str = "") -> None:
        super().__init__(problem, remedy)
        self.status = status
        self.place = place
        self.headers: Mapping[str, str] = {}


class NotFound(Refused):
    """What the request is about is not there."""

    def __init__(self, problem: str, remedy: str = _SEE, *, place: str = "") -> None:
        super().__init__(404, problem, remedy, place=place)


def answer(status: int, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an answer."""
    return Response(problem.model_dump_json(), status, dict(headers or {}), media_type="application/json")


def say_ours(request: Request, error: Exception) -> Response:
    """An error of ours: it says itself what is wrong."""
    assert isinstance(error, HanportError)
    if isinstance(error, Refused):
        return answer(error.status, Problem(error=error.problem, remedy=error.remedy, place=error.place), error.headers)
    status = 409 if isinstance(error, _CONFLICTS) else 422
    place = error.field if isinstance(error, RecordError) else ""
    reason = error.reason if isinstance(error, NotEligible) else ""
    return answer(status, Problem(error=error.problem, remedy=error.remedy or _SEE, place=place, reason=reason))


def say_http(request: Request, error: Exception) -> Response:
    """An error of the framework: no such path, no such method, a body that cannot be read."""
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    remedy = _STATUS_REMEDIES.get(error.status_code, _SEE)
    return answer(error.status_code, Problem(error=f"{phrase}.", remedy=remedy), error.headers)


def say_invalid(request: Request, error: Exception) -> Response:
    """A request that is not as the document says: the first thing that is wrong with it."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    return answer(422, Problem(error=_sentence(first), remedy=_SEE, place=_place(first)))


def say_database(request: Request, error: Exception) -> Response:
    """The database is away, or too busy: nothing was changed."""
    if isinstance(error, DataError):
        return answer(422, Problem(error="A value cannot be stored.", remedy="Look for odd characters and numbers."))
    problem = Problem(error="The database does not answer.", remedy="Nothing was changed. Try again in some seconds.")
    return answer(503, problem, {"retry-after": _RETRY_S})


def say_unexpected(request: Request, error: Exception) -> Response:
    """What should not be: the log says where it arose."""
    remedy = "Nothing was changed. The log of the service says where; tell those who run it."
    return answer(500, Problem(error="Something went wrong in the service.", remedy=remedy))


HANDLERS: dict[Any, Any] = {
    HanportError: say_ours,
    HTTPException: say_http,
    RequestValidationError: say_invalid,
    OperationalError: say_database,
    InterfaceError: say_database,
    DataError: say_database,
    PoolTimeout: say_database,
    Exception: say_unexpected,
}


def _sentence(error: Mapping[str, Any]) -> str:
    kind = str(error["type"])
    if kind in _SENTENCES:
        return _SENTENCES[kind]
    if kind == "value_error" and isinstance(cause := error.get("ctx", {}).get("error"), HanportError):
        return cause.problem
    return f"{error['msg']}." if _SAYS_ITSELF.fullmatch(kind) else "The value is not of its kind."


def _place(error: Mapping[str, Any]) -> str:
    parts: Sequence[object] = error["loc"]
    if error["type"] == "json_invalid":
        return "body"
    if error["type"] == "extra_forbidden":
        parts = parts[:-1]  # its name was made up by the sender
    return ".".join(str(part) for part in parts if isinstance(part, int) or _WORD.fullmatch(str(part)))
