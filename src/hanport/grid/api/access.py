"""Who calls: the token of a request, and whether it is for what is asked."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from hanport.grid import tokens
from hanport.grid.api.problems import Problem, Refused, answer
from hanport.grid.tokens import Token

_STATE = "token"


def secret_of(headers: Headers) -> str:
    """The secret that the request shows; "" where it shows none."""
    kind, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def admit(scope: Scope, token: Token) -> None:
    """Put the token into the state of a request."""
    scope.setdefault("state", {})[_STATE] = token


def caller(request: Request) -> Token:
    """The token of a request that was admitted."""
    token = getattr(request.state, _STATE)
    assert isinstance(token, Token)
    return token


def needs(*scopes: tokens.Scope) -> Callable[[Request], Awaitable[None]]:
    """A dependency that lets in a token which has one of the scopes."""

    async def check(request: Request) -> None:
        if not caller(request).scopes.intersection(scopes):
            named = " or ".join(scopes)
            raise Refused(403, f"This token has not the scope {named}.", "`hanport grid token create` makes one.")

    return check


def unknown() -> Response:
    """The answer to a request without a valid token."""
    remedy = "Send `Authorization: Bearer ...`; `hanport grid token create` makes one."
    problem = Problem(error="There is no token, or it is not valid.", remedy=remedy)
    return answer(401, problem, {"www-authenticate": 'Bearer realm="hanport grid"'})
