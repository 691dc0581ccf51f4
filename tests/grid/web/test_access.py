"""Who may see which page."""

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from grid.web.scene import Scene, browser
from hanport.grid.web.access import customers_only, known_session, staff_only
from hanport.grid.web.site import make_shell
from hanport.grid.web.visiting import Visiting


async def tell(request: Request) -> Response:
    return PlainTextResponse(known_session(request).name)


def app_of(scene: Scene) -> Starlette:
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return PlainTextResponse("refused", error.status_code)

    routes = [
        Route("/mine/{x}", customers_only(tell), methods=["GET", "POST"]),
        Route("/ours/{x}", staff_only(tell), methods=["GET", "POST"]),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: refused})
    app.add_middleware(Visiting, scene.parts, make_shell(scene.parts))
    return app


@pytest.mark.parametrize(
    ("page", "door"),
    [("/mine/a?b=c&d=e", "/identify?next=%2Fmine%2Fa%3Fb%3Dc%26d%3De"), ("/ours/a", "/staff/login?next=%2Fours%2Fa")],
)
async def test_others_are_led_to_the_door_and_come_back(quick: Scene, page: str, door: str) -> None:
    customer = quick.customer_session(quick.town.person())
    wrong = quick.staff_session() if page.startswith("/mine") else customer
    for secret in ("", quick.visitor_session(), wrong):
        async with browser(app_of(quick), secret) as client:
            answer = await client.get(page)
            assert (answer.status_code, answer.headers["location"]) == (303, door)
            assert (await client.post(page)).status_code == 401  # what was typed is not carried round the door
            script = await client.get(page, headers={"accept": "application/json"})
            assert script.status_code == 401


async def test_who_may_sees_it(quick: Scene) -> None:
    async with browser(app_of(quick), quick.customer_session(quick.town.person(), "Eva Ek")) as client:
        assert (await client.get("/mine/a")).text == "Eva Ek"
        assert (await client.post("/mine/a")).text == "Eva Ek"
    async with browser(app_of(quick), quick.staff_session("anna")) as client:
        assert (await client.get("/ours/a")).text == "anna"
