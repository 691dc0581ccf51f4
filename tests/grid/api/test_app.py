"""The API as a whole: who is let in, what every answer carries, and that no answer says what came in."""

import httpx
import msgspec

from hanport.clock import ManualClock
from hanport.grid import tokens
from hanport.grid.api.app import ENDPOINTS, application
from hanport.grid.api.endpoint import ROOT
from hanport.grid.config import WebTable
from hanport.grid.context import Grid
from hanport.grid.tokens import Scope


def of_scope(grid: Grid, *scopes: Scope) -> dict[str, str]:
    with grid.database.writing("system") as work:
        return {"authorization": f"Bearer {tokens.create(work, 'some', scopes)}"}


async def test_the_document_and_health_are_for_everybody(api: httpx.AsyncClient) -> None:
    del api.headers["authorization"]
    document = (await api.get(f"{ROOT}/openapi.json")).json()
    assert document["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
    assert set(document["paths"]) == {endpoint.place for endpoint in ENDPOINTS}
    assert (await api.get("/health/live")).json() == {"status": "alive"}
    assert (await api.get("/health/ready")).status_code == 200


async def test_without_a_token_nothing_is_told(api: httpx.AsyncClient) -> None:
    del api.headers["authorization"]
    headers = [b"", b"Bearer", b"Bearer hpg_x", b"Basic abc", b"Bearer \xe5"]
    asked = [("/metrics", header) for header in headers]
    asked += [(path, b"") for path in (f"{ROOT}/alarms", f"{ROOT}/nowhere", "/")]
    assert (await api.get("/metrics")).status_code == 401
    for path, header in asked:
        answer = await api.get(path, headers={b"authorization": header})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert set(answer.json()) == {"error", "remedy", "place", "reason"}


async def test_a_revoked_token_is_none(api: httpx.AsyncClient, grid: Grid) -> None:
    assert (await api.get("/metrics")).status_code == 200
    with grid.database.writing("system") as work:
        tokens.revoke(work, "all")
    assert (await api.get("/metrics")).status_code == 401


async def test_each_endpoint_holds_its_scopes(api: httpx.AsyncClient, grid: Grid) -> None:
    for scope in Scope:
        with grid.database.writing("system") as work:
            headers = {"authorization": f"Bearer {tokens.create(work, scope.value, scope.value)}"}
        for endpoint in ENDPOINTS:
            answer = await api.request(endpoint.method, endpoint.place, headers=headers)
            if endpoint.scopes and scope not in endpoint.scopes:
                assert answer.status_code == 403, endpoint.place
                assert all(each in answer.json()["error"] for each in endpoint.scopes)
            else:
                assert answer.status_code not in (401, 403, 500), (endpoint.place, answer.text)


async def test_every_answer_is_kept_by_nobody_and_shown_in_no_page(api: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/metrics", "/nowhere"):
        headers = (await api.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["strict-transport-security"].startswith("max-age=31536000")


async def test_browsers_are_held_to_tls_where_the_public_address_says_so(grid: Grid, clock: ManualClock) -> None:
    for public_url, said in (("https://han.example", "max-age=31536000; includeSubDomains"), ("", None)):
        config = msgspec.structs.replace(grid.config, web=WebTable(public_url=public_url))
        transport = httpx.ASGITransport(application(Grid(config, grid.database), clock))
        async with httpx.AsyncClient(transport=transport, base_url="http://han.example") as client:  # behind a proxy
            assert (await client.get("/health/live")).headers.get("strict-transport-security") == said


async def test_what_is_not_there_and_methods_that_are_not(api: httpx.AsyncClient) -> None:
    answer = await api.get(f"{ROOT}/19121212-1212")
    assert answer.status_code == 404
    assert answer.json() == {"error": "Not Found.", "remedy": f"See {ROOT}/openapi.json.", "place": "", "reason": ""}
    answer = await api.post("/metrics")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    answer = await api.delete(f"{ROOT}/work-list")
    assert answer.headers["allow"] == "GET, POST"


async def test_a_service_without_its_database(grid: Grid, api: httpx.AsyncClient) -> None:
    with grid.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")
        connection.exec_driver_sql("ALTER TABLE token RENAME TO token_away")
    answer = await api.get("/metrics")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    ready = await api.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["status"] == "not_ready"
    assert (await api.get("/health/live")).status_code == 200


def test_operations_have_names_of_their_own(grid: Grid) -> None:
    document = application(grid, grid.database.clock).openapi()
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(set(names)) == len(names)
