"""Who asks: addresses, cookies, sessions, and the request too many."""

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from grid.web.scene import Scene, browser
from hanport.clock import ManualClock
from hanport.grid.config import LimitsTable
from hanport.grid.database.identity_tables import session
from hanport.grid.web import site, visiting
from hanport.grid.web.visiting import Visiting, address_of, session_of, visitor_address


def app_of(scene: Scene, *more: Route) -> Starlette:
    """A page that says who asks."""

    async def who(request: Request) -> Response:
        found, user = session_of(request), request.scope["user"]
        return JSONResponse(
            {
                "session": found.who if found else None,
                "user": user.name if user else None,
                "roles": [user.is_customer, user.is_staff] if user else None,
                "address": address_of(request),
            }
        )

    app = Starlette(routes=[Route("/who", who), *more])
    app.add_middleware(Visiting, scene.parts, site.make_shell(scene.parts))
    return app


async def test_a_stranger(quick: Scene) -> None:
    async with browser(app_of(quick)) as client:
        said = (await client.get("/who")).json()
    assert said == {"session": None, "user": None, "roles": None, "address": "192.0.2.30"}


async def test_a_visitor_has_a_session_and_no_name(quick: Scene) -> None:
    async with browser(app_of(quick), quick.visitor_session()) as client:
        said = (await client.get("/who")).json()
    assert (said["session"], said["user"]) == ("visitor", None)


async def test_customers_and_staff(quick: Scene) -> None:
    for secret, who in [(quick.customer_session(quick.town.person()), "customer"), (quick.staff_session(), "staff")]:
        async with browser(app_of(quick), secret) as client:
            said = (await client.get("/who")).json()
        assert said["session"] == who
        assert said["roles"] == [who == "customer", who == "staff"]


@pytest.mark.parametrize("cookie", ["x", "' OR 1=1", "%00", "a" * 4000, '"', "å"])
async def test_a_made_up_cookie_is_a_strangers(quick: Scene, cookie: str) -> None:
    quick.visitor_session()
    async with browser(app_of(quick)) as client:
        said = (await client.get("/who", headers={b"cookie": f"hanport_grid={cookie}".encode()})).json()
    assert said["session"] is None


async def test_a_sign_of_life_is_written_down_now_and_then(quick: Scene, clock: ManualClock) -> None:
    secret = quick.visitor_session()
    begun = clock.now()
    for seconds, seen_at_s in [(20, 0), (15, 35), (10, 35)]:
        await clock.advance(seconds)
        async with browser(app_of(quick), secret) as client:
            await client.get("/who")
        with quick.database.reading() as connection:
            seen = connection.execute(select(session.c.seen_at)).scalar_one()
        assert (seen - begun).total_seconds() == seen_at_s


async def test_one_request_too_many_is_answered_429(quick: Scene) -> None:
    quick.config = type(quick.config)(environment=quick.config.environment, limits=LimitsTable(requests=2))
    async with browser(app_of(quick)) as client:
        assert [(await client.get("/who")).status_code for _ in range(3)] == [200, 200, 429]
        answer = await client.get("/who")
        assert answer.headers["retry-after"] == "600"
        assert "Vänta 10 minuter" in answer.text
        assert (await client.get("/static/x/none.css")).status_code == 404
        said = await client.get("/who", headers={"accept": "application/json"})
        assert said.json()["error"] == "too_many"
    async with browser(app_of(quick), peer="192.0.2.31") as client:
        assert (await client.get("/who")).status_code == 200


GIVEN = [
    ("", "http://localhost:8490", "hanport_grid=s3cret; HttpOnly; Max-Age=86400; Path=/; SameSite=lax"),
    (
        "https://han.example",  # a proxy speaks TLS for us
        "http://localhost:8490",
        "__Host-hanport_grid=s3cret; HttpOnly; Max-Age=86400; Path=/; SameSite=lax; Secure",
    ),
    (
        "",
        "https://localhost:8490",
        "__Host-hanport_grid=s3cret; HttpOnly; Max-Age=86400; Path=/; SameSite=lax; Secure",
    ),
]


@pytest.mark.parametrize(("public_url", "visited", "cookie"), GIVEN)
async def test_the_cookie(quick: Scene, public_url: str, visited: str, cookie: str) -> None:
    parts = quick.behind(public_url).parts

    async def give(request: Request) -> Response:
        return visiting.give(PlainTextResponse("ok"), request, parts, "s3cret")

    async def take(request: Request) -> Response:
        return visiting.take_back(PlainTextResponse("ok"), request, parts)

    app = app_of(quick, Route("/give", give), Route("/take", take))
    async with browser(app, address=visited) as client:
        given = (await client.get("/give")).headers["set-cookie"]
        taken = await client.get("/take")
    assert given == cookie
    assert taken.headers["set-cookie"].startswith(cookie.partition("=")[0] + '=""; ')
    assert "Max-Age=0" in taken.headers["set-cookie"]
    assert ("Secure" in taken.headers["set-cookie"]) == ("Secure" in cookie)  # or a browser would keep it
    assert taken.headers["clear-site-data"] == '"cache", "storage"'


async def test_under_tls_the_plain_name_opens_nothing(quick: Scene) -> None:
    secret = quick.behind("https://han.example").visitor_session()
    async with browser(app_of(quick)) as client:
        for name, who in [("hanport_grid", None), ("__Host-hanport_grid", "visitor")]:
            said = (await client.get("/who", headers={"cookie": f"{name}={secret}"})).json()
            assert said["session"] == who


OURS = ("10.0.0.1", "10.0.0.2")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.9", "", "192.0.2.9"),
        ("192.0.2.9", "198.51.100.1", "192.0.2.9"),  # nobody of ours says so
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.5, 198.51.100.1", "198.51.100.1"),  # what stands before it, the visitor wrote
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.1"),
        ("10.0.0.1", "not an address", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1,", "198.51.100.1"),
    ],
)
def test_the_visitors_address(peer: str, forwarded: str, address: str) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    request = Request({"type": "http", "headers": headers, "client": (peer, 5)})
    assert visitor_address(request, OURS) == address


def test_without_a_peer_there_is_no_address() -> None:
    assert visitor_address(Request({"type": "http", "headers": [], "client": None}), OURS) == ""


async def test_what_is_no_request_passes(quick: Scene) -> None:
    seen: list[str] = []

    async def app(scope: object, receive: object, send: object) -> None:
        assert isinstance(scope, dict)
        seen.append(scope["type"])

    middleware = Visiting(app, quick.parts, site.make_shell(quick.parts))
    await middleware({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert seen == ["lifespan"]
