"""What a handler is given: the service, who calls, and how to do something once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from hanport.grid.api.access import caller
from hanport.grid.api.idempotency import Answer, Once
from hanport.grid.context import Grid
from hanport.grid.database.work import Work
from hanport.grid.tokens import Token

_JSON = "application/json"
_REPLAYED = "idempotency-replayed"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in. `once` is there where the sender gave a key for it."""

    grid: Grid
    token: Token
    once: Once | None = None

    def writing(self, do: Callable[[Work], BaseModel], *, status: int = 200) -> Response:
        """Do it in one transaction and answer with what came of it, or with what was answered before."""
        with self.grid.database.writing(self.token.actor) as work:
            answer = self.once.begin(work) if self.once else None
            if answer is None:
                answer = Answer(status, do(work).model_dump_json().encode())
                if self.once:
                    self.once.end(work, answer)
        headers = {_REPLAYED: "true"} if answer.is_replayed else None
        return Response(answer.body, answer.status, headers, media_type=_JSON)


def told(value: BaseModel) -> Response:
    """A value as JSON."""
    return Response(value.model_dump_json(), media_type=_JSON)


def _grid(request: Request) -> Grid:
    grid = request.app.state.grid
    assert isinstance(grid, Grid)
    return grid


async def _look(request: Request) -> Call:
    return Call(_grid(request), caller(request))


async def _change(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=100,
            pattern=r"^[!-~]+$",
            description="The sender's own key for this request: sent again within 24 hours, it is not done again.",
        ),
    ] = None,
) -> Call:
    token = caller(request)
    if idempotency_key is None:
        return Call(_grid(request), token)
    content = b"\n".join((request.method.encode(), request.url.path.encode(), await request.body()))
    return Call(_grid(request), token, Once(token.id, idempotency_key, content))


# A request that reads, and one that changes something.
Look: TypeAlias = Annotated[Call, Depends(_look)]
Change: TypeAlias = Annotated[Call, Depends(_change)]
