"""A member's own account: codes on paper, another password, another app, browsers elsewhere."""

from sqlalchemy import select

from grid.web.scene import Scene, browser
from grid.web.staff_scene import PASSWORD, code, hire, member_browser, send, token_of
from grid.web.test_staff_enrol import app_of, code_of
from grid.web.test_staff_login import log_of, try_in
from hanport.grid.database import staff_tables
from hanport.grid.database.identity_tables import session
from hanport.grid.staff.roles import Role

_PLACE = "/staff/account"


async def test_codes_are_shown_once_and_a_double_click_shows_the_same(scene: Scene) -> None:
    async with member_browser(scene) as client:
        token = token_of((await client.get(_PLACE)).text)
        first = await client.post(f"{_PLACE}/codes", data={"once": token})
        second = await client.post(f"{_PLACE}/codes", data={"once": token})
        assert first.text.count('<code class="code">') == 8
        shown = first.text.split('<code class="code">')[1:]
        assert shown == second.text.split('<code class="code">')[1:]
        await scene.clock.advance(11 * 60)
        late = await client.post(f"{_PLACE}/codes", data={"once": token})
        assert '<code class="code">' not in late.text
        assert "redan visats" in late.text
    typed = shown[0].partition("<")[0]
    async with browser(scene.app()) as client:
        assert (await try_in(client, scene, typed=typed)).status_code == 303
    made = [each for each in log_of(scene) if each.action == "staff.recovery_codes"]
    assert len(made) == 1
    assert typed not in str(made[0].facts)


async def test_another_password_ends_the_other_browsers(scene: Scene) -> None:
    member_id = hire(scene)
    app = scene.app()
    other = scene.staff_session("Anna Ek", member_id)
    async with browser(app, scene.staff_session("Anna Ek", member_id)) as client, browser(app, other) as elsewhere:
        assert (await elsewhere.get(_PLACE)).status_code == 200
        easy = await client.post(f"{_PLACE}/password", data={"password": "password1234"})
        assert easy.status_code == 422
        assert "gissas tidigt" in easy.text
        answer = await client.post(f"{_PLACE}/password", data={"password": "vinterdäck tuba margarin"})
        assert answer.headers["location"] == f"{_PLACE}?done=password"
        assert (await client.get(_PLACE)).status_code == 200
        assert (await elsewhere.get(_PLACE)).status_code == 303
    async with browser(app) as client:
        assert (await try_in(client, scene, password=PASSWORD)).status_code == 403
        assert (await try_in(client, scene, password="vinterdäck tuba margarin")).status_code == 303


async def test_another_app_makes_the_old_one_and_the_paper_worthless(quick: Scene) -> None:
    async with member_browser(quick) as client:
        await send(client, _PLACE, f"{_PLACE}/codes", {})
        sealed, secret = app_of((await client.get(f"{_PLACE}/change")).text)
        wrong = await client.post(f"{_PLACE}/app", data={"app": sealed, "code": "111111"})
        assert wrong.status_code == 422
        answer = await client.post(f"{_PLACE}/app", data={"app": sealed, "code": code_of(quick, secret)})
        assert answer.headers["location"] == f"{_PLACE}?done=app"
        assert "Du har inga reservkoder" in (await client.get(_PLACE)).text
    await quick.clock.advance(60)
    async with browser(quick.app()) as client:
        assert (await try_in(client, quick, typed=code(quick))).status_code == 403
        assert (await try_in(client, quick, typed=code_of(quick, secret))).status_code == 303


async def test_browsers_elsewhere_are_seen_and_logged_out(quick: Scene) -> None:
    member_id, other_id = hire(quick), hire(quick, "Bo Ström", Role.READER)
    app = quick.app()
    mine, elsewhere, others = (
        quick.staff_session(name, number)
        for name, number in (("Anna Ek", member_id), ("Anna Ek", member_id), ("Bo Ström", other_id))
    )
    async with browser(app, mine) as client, browser(app, elsewhere) as away, browser(app, others) as bo:
        page = (await client.get(_PLACE)).text
        assert page.count("sedan 25 nov. 2026") == 2
        numbers = await quick.parts.read(
            lambda connection: connection.execute(select(session.c.id, session.c.staff_id)).all()
        )
        for number, staff_id in numbers:
            if staff_id == other_id:
                await client.post(f"{_PLACE}/sessions/end", data={"session": str(number)})
        assert (await bo.get(_PLACE)).status_code == 200  # nobody ends another's
        answer = await client.post(f"{_PLACE}/sessions/end", data={"session": "others"})
        assert answer.headers["location"] == f"{_PLACE}?done=ended"
        assert (await away.get(_PLACE)).status_code == 303
        assert (await client.get(_PLACE)).status_code == 200


async def test_a_challenge_that_was_not_signed_is_no_passkey(quick: Scene) -> None:
    async with member_browser(quick) as client:
        options = await client.post(f"{_PLACE}/passkey/options")
        assert options.json()["user"]["name"] == "Anna Ek"
        assert options.json()["authenticatorSelection"]["userVerification"] == "required"
        for answer in ("", "{}", "[]", '{"response": {"clientDataJSON": "e30"}}', "x" * 30_000):
            refused = await client.post(f"{_PLACE}/passkey", data={"answer": answer, "name": "x"})
            assert refused.status_code == 422
        assert (await client.post(f"{_PLACE}/passkey/remove", data={"passkey": "1"})).status_code == 422
    with quick.database.reading() as connection:
        assert connection.execute(select(staff_tables.passkey)).all() == []
