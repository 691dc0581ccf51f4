"""Login and logout, with somebody who tries to get in."""

import pytest

from hanport.home.accounts import Role
from home.web.scene import PASSWORD, Scene, browser, log_in


async def test_login_leads_to_where_one_wanted_and_logout_out_again(hub: Scene) -> None:
    await hub.user()
    async with browser(hub.app()) as c:
        form = {"name": "Eva", "password": PASSWORD, "next": "/account?x=1"}
        answer = await c.post("/login", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account?x=1")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Max-Age=34560000" in cookie  # longer than the session, which the hub ends
        assert (await c.get("/account")).status_code == 200
        assert (await c.get("/login?next=/account")).headers["location"] == "/account"
        token = c.cookies["hanport_home_session"]
        answer = await c.post("/logout")
        assert answer.headers["location"] == "/login"
        assert "hanport_home_session" not in c.cookies
        assert (await c.get("/account")).status_code == 303
        stolen = await c.get("/account", headers={"cookie": f"hanport_home_session={token}"})
        assert stolen.status_code == 303


async def test_a_wrong_password_is_said_without_saying_which_is_wrong(hub: Scene) -> None:
    await hub.user()
    async with browser(hub.app()) as c:
        wrong = await log_in(c, "Eva", "wrong")
        nobody = await log_in(c, "Nobody", "wrong")
    assert wrong.status_code == nobody.status_code == 403
    assert "do not belong together" in wrong.text
    assert wrong.text.replace("Eva", "X") == nobody.text.replace("Nobody", "X")
    assert "set-cookie" not in wrong.headers
    assert 'value="wrong"' not in wrong.text


async def test_guessing_has_to_wait_and_is_told_how_long(hub: Scene) -> None:
    await hub.user()
    async with browser(hub.app()) as c:
        for _ in range(5):
            await log_in(c, "Eva", "wrong")
        waiting = await log_in(c)
        assert waiting.status_code == 429
        assert waiting.headers["retry-after"] == "2"
        assert "Wait 2" in waiting.text
        await hub.clock.advance(2)
        assert (await log_in(c)).status_code == 303


async def test_a_session_that_was_planted_is_not_taken_over(hub: Scene) -> None:
    """Fixation: the attacker's own session stands in the victim's browser before the victim logs in."""
    await hub.user()
    await hub.user("Mallory", Role.VIEWER)
    async with browser(hub.app()) as attacker, browser(hub.app()) as victim:
        await log_in(attacker, "Mallory")
        planted = attacker.cookies["hanport_home_session"]
        victim.headers["cookie"] = f"hanport_home_session={planted}"
        answer = await log_in(victim)
        assert planted not in answer.headers["set-cookie"]
        assert (await attacker.get("/account")).status_code == 303  # the planted one is ended


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_login_leads_nowhere_else(hub: Scene, after: str) -> None:
    await hub.user()
    async with browser(hub.app()) as c:
        page = await c.get("/login", params={"next": after})
        assert '<input type="hidden" name="next" value="/">' in page.text.partition("<main")[2]
        answer = await c.post("/login", data={"name": "Eva", "password": PASSWORD, "next": after})
    assert answer.headers["location"] == "/"


async def test_logout_by_a_link_or_a_foreign_form_does_nothing(hub: Scene) -> None:
    await hub.user()
    async with browser(hub.app()) as c:
        await log_in(c)
        assert (await c.get("/logout")).status_code == 405
        assert (await c.post("/logout", headers={"origin": "http://evil.example"})).status_code == 403
        assert (await c.get("/account")).status_code == 200


async def test_a_hub_without_users_says_how_to_make_one(hub: Scene) -> None:
    async with browser(hub.app()) as c:
        page = await c.get("/login")
    assert "hanport home setup" in page.text
    assert "<input" not in page.text.partition("<main")[2]


async def test_a_file_in_the_form_is_refused(hub: Scene) -> None:
    await hub.user()
    async with browser(hub.app()) as c:
        answer = await c.post("/login", data={"name": "Eva"}, files={"password": ("a.txt", b"x" * 100)})
        many = await c.post("/login", data={f"field{n}": "x" for n in range(100)})
    assert answer.status_code == many.status_code == 400
    assert "could not be understood" in many.text


async def test_a_session_that_is_used_does_not_end(hub: Scene) -> None:
    await hub.user()
    idle_s = hub.config.web.session_idle_minutes * 60
    async with browser(hub.app()) as c:
        await log_in(c)
        for _ in range(5):
            await hub.clock.advance(idle_s * 0.8)
            assert (await c.get("/account")).status_code == 200
        await hub.clock.advance(idle_s + 1)
        assert (await c.get("/account")).headers["location"] == "/login?next=%2Faccount"
