"""The virtual meter's control interface over HTTP: everything that a person could do at the cabinet and in the house.

One table, `ENDPOINTS`, makes both the routes and the OpenAPI document. Bad input is answered with 400 or 422 and
`{"error": …, "remedy": …}`. It is a local interface without a password, so it answers only requests that name it by an
IP address or as localhost (a web page that lets its own name point here is refused), and none that another page sends.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hanport import __version__
from hanport.errors import ConfigError
from hanport.json_control import Problem, answer, body_of, unreadable
from hanport.meter.device import FASTEST, SLOWEST, Status, VirtualMeter
from hanport.meter.faults import FAULTS
from hanport.meter.schedule import LONGEST_S, Plan

ROOT = "/api/v1"
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=LONGEST_S)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request: unknown fields are errors."""


class Nothing(_Body, frozen=True):
    """No fields."""


class Port(_Body, frozen=True):
    """Whether the network company has opened the port."""

    open: bool


class Cable(_Body, frozen=True):
    """Whether the reader is plugged in."""

    is_in: bool = msgspec.field(name="in")


class Supply(_Body, frozen=True):
    """Whether the reader has its own supply (and feeds 5 V into pin 1 of a module that needs it)."""

    on: bool


class DataRequest(_Body, frozen=True):
    """Whether the reader holds pin 2 high."""

    high: bool


class Car(_Body, frozen=True):
    """Whether the car is plugged in, and what it still needs."""

    plugged_in: bool
    need_wh: Annotated[int, msgspec.Meta(ge=1, le=150_000)] = 20_000


class Load(_Body, frozen=True):
    """An appliance of the house, on or off."""

    name: str
    on: bool


class FaultPlan(_Body, frozen=True):
    """A fault by name, when it begins and how long it lasts, in simulated seconds (null: as its kind says)."""

    name: str
    after_s: _Seconds = 0.0
    duration_s: Annotated[float, msgspec.Meta(gt=0, le=LONGEST_S)] | None = None


class FaultName(_Body, frozen=True):
    """A fault that is planned or active."""

    name: str


class Speed(_Body, frozen=True):
    """How many simulated seconds pass in one."""

    speed: Annotated[float, msgspec.Meta(ge=SLOWEST, le=FASTEST)]


class FaultKinds(msgspec.Struct, frozen=True):
    """The faults there are, and what each does."""

    faults: dict[str, str]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the interface, its path below `ROOT`.

    A request struct is filled from the body, or from the path where that has names.
    """

    method: str
    path: str
    request: type[_Body]
    response: Any
    summary: str
    handle: Callable[[VirtualMeter, Any], object]

    @property
    def has_body(self) -> bool:
        """Whether the request is told in a body."""
        return self.method == "POST" and self.request is not Nothing


def _move_car(meter: VirtualMeter, car: Car) -> None:
    if car.plugged_in:
        meter.plug_in(car.need_wh)
    else:
        meter.unplug()


def _add_fault(meter: VirtualMeter, plan: FaultPlan) -> None:
    meter.add_fault(Plan(plan.name, plan.after_s, plan.duration_s))


def _kinds(_: VirtualMeter, __: Nothing) -> FaultKinds:
    return FaultKinds({name: kind.summary for name, kind in FAULTS.items()})


# fmt: off
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/state", Nothing, Status, "The meter as it stands", lambda m, _: None),
    Endpoint("POST", "/port", Port, Status, "Open or close the port", lambda m, r: m.set_open(r.open)),
    Endpoint("POST", "/power-cycle", Nothing, Status, "Switch the meter off and on", lambda m, _: m.power_cycle()),
    Endpoint("POST", "/cable", Cable, Status, "Plug the reader in or out", lambda m, r: m.set_cable(r.is_in)),
    Endpoint("POST", "/supply", Supply, Status, "The reader's own supply", lambda m, r: m.set_reader_supply(r.on)),
    Endpoint("POST", "/data-request", DataRequest, Status, "Reader's pin 2", lambda m, r: m.set_data_request(r.high)),
    Endpoint("POST", "/car", Car, Status, "Plug the car in or out", _move_car),
    Endpoint("POST", "/load", Load, Status, "Switch an appliance", lambda m, r: m.switch(r.name, r.on)),
    Endpoint("GET", "/faults", Nothing, FaultKinds, "The faults there are", _kinds),
    Endpoint("POST", "/fault", FaultPlan, Status, "Plan a fault", _add_fault),
    Endpoint("DELETE", "/fault/{name}", FaultName, Status, "Take a fault away", lambda m, r: m.remove_fault(r.name)),
    Endpoint("POST", "/speed", Speed, Status, "Let time pass faster or slower", lambda m, r: m.set_speed(r.speed)),
)
# fmt: on


def application(meter: VirtualMeter) -> Starlette:
    """The interface to one meter, as an ASGI application."""
    document = msgspec.json.encode(openapi())

    async def describe(request: Request) -> Response:
        check_sender(request)
        return Response(document, media_type="application/json")

    routes = [Route(ROOT + e.path, _serve(meter, e), methods=[e.method], include_in_schema=False) for e in ENDPOINTS]
    routes.append(Route(f"{ROOT}/openapi.json", describe, methods=["GET"]))
    return Starlette(routes=routes, exception_handlers={HTTPException: _say_http, ConfigError: _say_config})


def _serve(meter: VirtualMeter, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        check_sender(request)
        try:
            wanted = await _wanted(request, endpoint)
        except msgspec.DecodeError as wrong:
            return unreadable(wrong, f"{ROOT}/openapi.json")
        given = endpoint.handle(meter, wanted)
        return answer(meter.status() if endpoint.response is Status else given)

    return serve


async def _wanted(request: Request, endpoint: Endpoint) -> object:
    if not endpoint.has_body:
        return msgspec.convert(request.path_params, endpoint.request)
    return await body_of(request, endpoint.request)


def check_sender(request: Request) -> None:
    """Refuse a name that is not this machine's own, and what another web page sends. Raises `HTTPException` 403."""
    host = request.headers.get("host", "")
    if not _is_local_name(host):
        raise HTTPException(403, f"This interface is not called {host[:100]!r}.")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        raise HTTPException(403, "Requests from other web pages are refused.")


def _is_local_name(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or bool(ip_address(name))
    except ValueError:
        return False


def _say_http(request: Request, wrong: Exception) -> Response:
    assert isinstance(wrong, HTTPException)
    said = answer(Problem(wrong.detail, "See /api/v1/openapi.json."), wrong.status_code)
    said.headers.update(wrong.headers or {})
    return said


def _say_config(request: Request, wrong: Exception) -> Response:
    assert isinstance(wrong, ConfigError)
    return answer(Problem(wrong.problem, wrong.remedy), 422)


def openapi() -> dict[str, Any]:
    """The interface as an OpenAPI 3.1 document."""
    types = [e.request for e in ENDPOINTS if e.has_body] + [e.response for e in ENDPOINTS] + [Problem]
    unique = list(dict.fromkeys(types))
    schemas, components = msgspec.json.schema_components(unique, ref_template="#/components/schemas/{name}")
    schema = dict(zip(unique, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(ROOT + endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, schema)
    return {
        "openapi": "3.1.0",
        "info": {"title": "hanport meter", "version": __version__, "summary": "A virtual smart meter"},
        "paths": paths,
        "components": {"schemas": components},
    }


def _operation(endpoint: Endpoint, schema: dict[Any, Any]) -> dict[str, Any]:
    def content(kind: Any) -> dict[str, Any]:
        return {"application/json": {"schema": schema[kind]}}

    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "responses": {
            "200": {"description": "Done", "content": content(endpoint.response)},
            "4XX": {"description": "Refused", "content": content(Problem)},
        },
    }
    if endpoint.has_body:
        operation["requestBody"] = {"required": True, "content": content(endpoint.request)}
    if "{name}" in endpoint.path:
        name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
        operation["parameters"] = [name]
    return operation
