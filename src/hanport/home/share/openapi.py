"""The OpenAPI 3.1 document of the JSON API, made from its table. Pure."""

from typing import Any

import msgspec

from hanport import __version__
from hanport.home.share.access import PROBLEM_TYPE, Problem
from hanport.home.share.api_endpoints import ENDPOINTS
from hanport.home.share.api_values import LatestReading, Query, Status

ROOT = "/api/v1"
_REFERENCE = "#/components/schemas/{name}"
_STREAM = (
    "Server-sent events: `reading` for each telegram (as /reading) and `status` when that changes (as /status). "
    "A stream ends after an hour; connect anew then."
)


def document() -> dict[str, Any]:
    """The whole document."""
    kinds = list(dict.fromkeys([*(row.answer for row in ENDPOINTS), LatestReading, Status, Problem]))
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    schema = dict(zip(kinds, schemas, strict=True))
    for component in components.values():  # what is said to those who ask; further paragraphs are for us
        component["description"] = " ".join(component.get("description", "").partition("\n\n")[0].split())
    paths: dict[str, Any] = {
        ROOT + row.path: _get(row.summary, {"application/json": {"schema": schema[row.answer]}}, row.query)
        for row in ENDPOINTS
    }
    events = {"text/event-stream": {"schema": {"type": "string", "description": _STREAM}}}
    paths[f"{ROOT}/stream"] = _get("Readings as they come", events)
    paths[f"{ROOT}/openapi.json"] = _get("This document", {"application/json": {"schema": {"type": "object"}}})
    paths[f"{ROOT}/openapi.json"]["get"]["security"] = []
    return {
        "openapi": "3.1.0",
        "info": {"title": "hanport home", "version": __version__, "summary": "What the meter says, read-only"},
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "Scope `read`"}},
        },
    }


def _get(summary: str, content: dict[str, Any], query: type[Query] | None = None) -> dict[str, Any]:
    problem = {"content": {PROBLEM_TYPE: {"schema": {"$ref": _REFERENCE.format(name="Problem")}}}}
    operation: dict[str, Any] = {
        "summary": summary,
        "responses": {
            "200": {"description": "Done", "content": content},
            "304": {"description": "The same as the one that you have"},
            "4XX": {"description": "Refused: `detail` says why, `remedy` what to do", **problem},
            "503": {"description": "Not now", **problem},
        },
    }
    parameters = [] if query is None else _parameters(query)
    return {"get": operation | ({"parameters": parameters} if parameters else {})}


def _parameters(query: type[Query]) -> list[dict[str, Any]]:
    (_,), components = msgspec.json.schema_components([query], ref_template=_REFERENCE)
    properties = components[query.__name__]["properties"]
    return [{"name": name, "in": "query", "schema": _said(schema)} for name, schema in properties.items()]


def _said(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that is given: it has no null in a query."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default") or value is not None}
    if len(kinds) == 1:
        rest.pop("anyOf")
        rest |= kinds[0]
    return rest
