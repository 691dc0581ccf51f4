"""The part of the API that tells machines how the service is: health and metrics."""

from typing import Annotated, Literal

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from hanport.grid.api.endpoint import Endpoint
from hanport.grid.context import Grid
from hanport.grid.health import health
from hanport.grid.metrics import CONTENT_TYPE, Metrics
from hanport.grid.tokens import Scope


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class CheckTold(BaseModel):
    """One thing that was looked at."""

    name: str
    well: bool
    says: str


class Readiness(BaseModel):
    """`degraded`: requests are answered, and something needs a person. `not_ready` has status 503."""

    status: Literal["ready", "degraded", "not_ready"]
    checks: list[CheckTold]


def _grid(request: Request) -> Grid:
    grid = request.app.state.grid
    assert isinstance(grid, Grid)
    return grid


def _metrics(request: Request) -> Metrics:
    metrics = request.app.state.metrics
    assert isinstance(metrics, Metrics)
    return metrics


async def live() -> Alive:
    """No database, no thread: a process that hangs does not answer."""
    return Alive()


def ready(grid: Annotated[Grid, Depends(_grid)]) -> Response:
    """How the service is."""
    found = health(grid)
    status: Literal["ready", "degraded", "not_ready"] = "ready" if found.is_well else "degraded"
    checks = [CheckTold(name=each.name, well=each.is_well, says=each.says) for each in found.checks]
    told = Readiness(status=status if found.can_answer else "not_ready", checks=checks)
    return Response(told.model_dump_json(), 200 if found.can_answer else 503, media_type="application/json")


def metrics(known: Annotated[Metrics, Depends(_metrics)]) -> Response:
    """All figures."""
    return Response(known.text(), headers={"content-type": CONTENT_TYPE})


_MACHINES = (Scope.METRICS, Scope.READ)
# fmt: off
ENDPOINTS = (
    Endpoint("GET", "/health/live", live, Alive, "Whether the process answers", is_root=True),
    Endpoint("GET", "/health/ready", ready, Readiness, "Whether the service can answer and works", is_root=True),
    Endpoint("GET", "/metrics", metrics, CONTENT_TYPE, "Figures for Prometheus", _MACHINES, is_root=True),
)
# fmt: on
