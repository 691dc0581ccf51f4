"""The API: one table of endpoints becomes the routes and the OpenAPI document."""

from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hanport import __version__
from hanport.clock import Clock
from hanport.grid import tokens
from hanport.grid.api import (
    alarms,
    drafts,
    events,
    facilities,
    head_ends,
    imports,
    orders,
    people,
    public,
    records,
    running,
    work_list,
)
from hanport.grid.api.access import needs
from hanport.grid.api.boundary import Boundary, Policy
from hanport.grid.api.endpoint import ROOT, Endpoint
from hanport.grid.api.problems import DOCUMENT, HANDLERS, Problem, say_http
from hanport.grid.context import Grid
from hanport.grid.metrics import Metrics
from hanport.grid.tokens import Token

ENDPOINTS: tuple[Endpoint, ...] = (
    *records.ENDPOINTS,
    *events.ENDPOINTS,
    *imports.ENDPOINTS,
    *facilities.ENDPOINTS,
    *orders.ENDPOINTS,
    *drafts.ENDPOINTS,
    *people.ENDPOINTS,
    *alarms.ENDPOINTS,
    *head_ends.ENDPOINTS,
    *work_list.ENDPOINTS,
    *public.ENDPOINTS,
    *running.ENDPOINTS,
)

_MB = 1024 * 1024
# Bulk takes long bodies; what is not here takes boundary.BODY_LIMIT.
_BODY_LIMITS = {
    f"{ROOT}/records": 16 * _MB,
    f"{ROOT}/imports/": _MB,
    f"{ROOT}/head-ends/": 8 * _MB,
    f"{ROOT}/work-list": 8 * _MB,
}
_DESCRIPTION = (
    "The network company's systems bring facts in and follow orders. Times are instants with an offset. "
    "No personal number stands in an address: what is looked up by one is asked for in a body."
)
_TOKEN_SCHEME = "token"


class _Api(FastAPI):
    """Puts the kind of token into the document."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes[_TOKEN_SCHEME] = {"type": "http", "scheme": "bearer"}
        return document


def application(grid: Grid, clock: Clock) -> FastAPI:
    """The API of a service that is open."""
    metrics = Metrics(grid.database, clock)
    app = _Api(
        title="hanport grid",
        version=__version__,
        summary="The activation service of a network company",
        description=_DESCRIPTION,
        openapi_url=DOCUMENT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers=HANDLERS | {405: _say_methods},
        responses={"4XX": {"model": Problem, "description": "Refused: nothing was changed"}},
        generate_unique_id_function=_operation_id,
    )
    app.state.grid = grid
    app.state.metrics = metrics
    app.state.statistics = public.PublicStatistics(grid, clock)
    for endpoint in ENDPOINTS:
        _add(app, endpoint)
    app.add_middleware(Boundary, policy=_policy(grid, metrics, clock))
    return app


def _policy(grid: Grid, metrics: Metrics, clock: Clock) -> Policy:
    def find(secret: str) -> Token | None:
        if not secret:
            return None
        with grid.database.reading() as connection:
            return tokens.find(connection, secret)

    free = frozenset({DOCUMENT, *(each.place for each in ENDPOINTS if not each.scopes)})
    is_secure = grid.config.web.public_url.startswith("https://")
    return Policy(find=find, free=free, limits=_BODY_LIMITS, told=metrics.count, clock=clock, is_secure=is_secure)


def _add(app: FastAPI, endpoint: Endpoint) -> None:
    is_text, is_model = isinstance(endpoint.answer, str), endpoint.answer is not None
    good: dict[int | str, dict[str, Any]] = {}
    if is_text:
        media_type = endpoint.answer.partition(";")[0]
        good = {endpoint.status: {"content": {media_type: {"schema": {"type": "string"}}}}}
    security = [{_TOKEN_SCHEME: [scope.value]} for scope in endpoint.scopes]
    app.add_api_route(
        endpoint.place,
        endpoint.handle,
        methods=[endpoint.method],
        summary=endpoint.summary,
        status_code=endpoint.status,
        response_model=endpoint.answer if is_model and not is_text else None,
        response_class=JSONResponse if is_model and not is_text else Response,
        responses=good,
        dependencies=[Depends(needs(*endpoint.scopes))] if endpoint.scopes else None,
        openapi_extra={"security": security} | dict(endpoint.described),
    )


def _say_methods(request: Request, error: Exception) -> Response:
    """No such method here: all that there are at that address, which the router tells of one route alone."""
    path = request.url.path
    there = [each for each in request.app.routes if isinstance(each, Route) and each.path_regex.match(path)]
    exact = [each for each in there if each.path == path]
    methods = {method for each in exact or there for method in each.methods or ()}
    said = say_http(request, error)
    said.headers["allow"] = ", ".join(sorted(methods))
    return said


def _operation_id(route: APIRoute) -> str:
    """The name of an operation in clients that are made from the document."""
    return f"{min(route.methods or ()).lower()}{route.path_format.removeprefix(ROOT)}".translate(_NAME_SIGNS)


_NAME_SIGNS = str.maketrans({"/": "_", "-": "_", "{": None, "}": None})
