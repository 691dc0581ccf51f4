"""The door of the staff's pages: who gets in, who does not, and what guessers learn."""

import re
import statistics
import time

import httpx
import pytest
from sqlalchemy import select

from grid.web.scene import Scene, browser
from grid.web.staff_scene import PASSWORD, code, hire, member_browser
from hanport.grid.audit.entry import Written
from hanport.grid.audit.reading import entries
from hanport.grid.database.identity_tables import session
from hanport.grid.staff import accounts, factors
from hanport.grid.staff.roles import Role


def log_of(scene: Scene) -> list[Written]:
    with scene.database.reading() as connection:
        return list(entries(connection))


async def try_in(
    client: httpx.AsyncClient, scene: Scene, name: str = "Anna Ek", password: str = PASSWORD, typed: str | None = None
) -> httpx.Response:
    form = {"name": name, "password": password, "code": code(scene) if typed is None else typed, "next": ""}
    return await client.post("/staff/login", data=form)


async def test_password_and_code_let_in_and_logging_out_ends_it(scene: Scene) -> None:
    hire(scene)
    async with browser(scene.app()) as client:
        assert (await client.get("/staff/account")).headers["location"] == "/staff/login?next=%2Fstaff%2Faccount"
        page = await client.get("/staff/login?next=/staff/account")
        assert 'value="/staff/account"' in page.text
        form = {"name": " anna  EK ", "password": PASSWORD, "code": code(scene), "next": "/staff/account"}
        answer = await client.post("/staff/login", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/account")
        assert "HttpOnly" in answer.headers["set-cookie"]
        shown = await client.get("/staff/account")
        assert shown.status_code == 200
        assert "Anna Ek" in shown.text
        assert 'action="/staff/logout"' in shown.text
        assert (await client.get("/staff/login")).headers["location"] == "/staff"
        secret = dict(client.cookies)
        answer = await client.post("/staff/logout")
        assert answer.headers["location"] == "/staff/login?out=1"
        client.cookies.update(secret)  # a copy of the old one opens nothing
        assert (await client.get("/staff/account")).status_code == 303
    said = [(each.action, each.actor, each.facts.get("staff")) for each in log_of(scene)][-2:]
    assert said == [("staff.login", "staff", "Anna Ek"), ("staff.logout", "staff:Anna Ek", "Anna Ek")]


async def test_whatever_is_wrong_the_answer_is_the_same(quick: Scene) -> None:
    hire(quick)
    with quick.database.writing("system") as work:
        accounts.disable(work, accounts.add(work, "Gustav", [Role.CLERK]).id)
    tries = [
        ("Anna Ek", "wrong password here", code(quick)),
        ("Anna Ek", PASSWORD, "000000"),
        ("Anna Ek", PASSWORD, ""),
        ("Nobody", PASSWORD, code(quick)),
        ("Gustav", PASSWORD, code(quick)),
        ("", "", ""),
    ]
    pages = []
    for name, password, typed in tries:
        async with browser(quick.app()) as client:
            answer = await try_in(client, quick, name, password, typed)
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers
            pages.append(re.sub(r'(id="name"[^>]* value=)"[^"]*"', r"\1X", answer.text))
    assert len(set(pages)) == 1
    refused = [each for each in log_of(quick) if each.action == "staff.login_refused"]
    # A name that nobody has may be a password, or a number: it is not written down.
    assert [each.facts["staff"] for each in refused] == ["Anna Ek"] * 3 + [None, "Gustav", None]


async def test_unknown_names_take_as_long(quick: Scene) -> None:
    hire(quick)
    app = quick.app()

    async def took_s(name: str, peer: str) -> float:
        async with browser(app, peer=peer) as client:
            begun = time.perf_counter()
            assert (await try_in(client, quick, name, "wrong password here")).status_code == 403
            return time.perf_counter() - begun

    await took_s("warm", "192.0.2.1")
    known = statistics.median([await took_s("Anna Ek", "192.0.2.2") for _ in range(4)])
    unknown = statistics.median([await took_s(f"nobody {n}", "192.0.2.3") for n in range(4)])
    assert 0.4 < known / unknown < 2.5


async def test_a_code_is_taken_once_and_a_wrong_password_uses_none(scene: Scene) -> None:
    hire(scene)
    app = scene.app()
    async with browser(app) as client:
        assert (await try_in(client, scene, password="wrong password here")).status_code == 403
        assert (await try_in(client, scene)).status_code == 303
    async with browser(app) as client:
        assert (await try_in(client, scene)).status_code == 403
        assert (await try_in(client, scene, typed=code(scene, -1))).status_code == 403  # older than the one used
        assert (await try_in(client, scene, typed=code(scene, 2))).status_code == 403  # of a clock far ahead
        assert (await try_in(client, scene, typed=code(scene, 1))).status_code == 303


async def test_a_code_on_paper_lets_in_once(scene: Scene) -> None:
    member_id = hire(scene)
    with scene.database.writing("system") as work:
        codes = factors.new_recovery(work, member_id)
    app = scene.app()
    async with browser(app) as client:
        assert (await try_in(client, scene, typed=codes[0].upper().replace("-", " "))).status_code == 303
    async with browser(app) as client:
        assert (await try_in(client, scene, typed=codes[0])).status_code == 403
        assert (await try_in(client, scene, typed=codes[1])).status_code == 303
    ways = [each.facts["way"] for each in log_of(scene) if each.action == "staff.login"]
    assert ways == ["password_and_recovery_code"] * 2


@pytest.mark.parametrize("name", ["Anna Ek", "Nobody"])
async def test_guessing_waits_longer_and_longer_known_or_not(quick: Scene, name: str) -> None:
    hire(quick)
    app = quick.app()
    waits = []
    for n in range(10):
        async with browser(app, peer=f"198.51.100.{n}") as client:  # from as many addresses as one likes
            answer = await try_in(client, quick, name, "wrong password here")
            if answer.status_code == 429:
                waits.append(int(answer.headers["retry-after"]))
                await quick.clock.advance(waits[-1])
    assert waits == [2, 4, 8]


async def test_the_right_one_waits_too_and_is_forgiven_afterwards(quick: Scene) -> None:
    hire(quick)
    app = quick.app()
    async with browser(app) as client:
        for _ in range(5):
            await try_in(client, quick, password="wrong password here")
        assert (await try_in(client, quick)).status_code == 429
        await quick.clock.advance(2)
        assert (await try_in(client, quick)).status_code == 303
    async with browser(app) as client:
        assert (await try_in(client, quick, password="wrong password here")).status_code == 403


async def test_one_address_cannot_try_many_names(quick: Scene) -> None:
    async with browser(quick.app()) as client:
        answers = [await try_in(client, quick, f"name {n}", "x", "1") for n in range(21)]
    assert [each.status_code for each in answers].count(429) == 1
    assert answers[-1].status_code == 429


async def test_a_session_that_was_planted_is_worth_nothing(quick: Scene) -> None:
    hire(quick)
    planted = quick.visitor_session()
    async with browser(quick.app(), planted) as client:
        answer = await try_in(client, quick)
        assert planted not in answer.headers["set-cookie"]
    with quick.database.reading() as connection:
        kinds = connection.execute(select(session.c.kind)).scalars().all()
    assert kinds == ["staff"]


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example", "/login", "/staffing", "/staff\\evil"])
async def test_the_login_leads_nowhere_else(quick: Scene, after: str) -> None:
    hire(quick)
    async with browser(quick.app()) as client:
        form = {"name": "Anna Ek", "password": PASSWORD, "code": code(quick), "next": after}
        assert (await client.post("/staff/login", data=form)).headers["location"] == "/staff"


async def test_forms_of_other_sites_do_nothing(quick: Scene) -> None:
    async with member_browser(quick) as client:
        answer = await client.post("/staff/logout", headers={"origin": "https://evil.example"})
        assert answer.status_code == 403
        assert (await client.get("/staff/account")).status_code == 200
        assert (await client.get("/staff/logout")).status_code == 405


async def test_an_idle_session_ends_and_the_longest_day_too(quick: Scene) -> None:
    async with member_browser(quick) as client:
        for _ in range(20):
            await quick.clock.advance(29 * 60)
            assert (await client.get("/staff/account")).status_code == 200
        await quick.clock.advance(25 * 60)
        assert (await client.get("/staff/account")).status_code == 303
    async with member_browser(quick, "Bo Ek") as client:
        await quick.clock.advance(30 * 60)
        assert (await client.get("/staff/account")).status_code == 303
