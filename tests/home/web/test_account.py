"""One's own account."""

from hanport.home.accounts import Role
from home.web.scene import PASSWORD, Scene, browser, log_in

NEW = "tretton blåa bilar"


async def test_a_new_password_logs_all_others_out(hub: Scene) -> None:
    await hub.user("Adam", Role.VIEWER)
    async with browser(hub.app()) as here, browser(hub.app()) as there:
        await log_in(here, "Adam")
        await log_in(there, "Adam")
        assert "In 2 browsers" in (await here.get("/account")).text
        answer = await here.post("/account/password", data={"current": PASSWORD, "new": NEW})
        assert answer.headers["location"] == "/account?done=password"
        page = await here.get("/account?done=password")
        assert "The password is changed" in page.text
        assert "In this browser only" in page.text
        assert (await there.get("/account")).status_code == 303
        assert (await log_in(there, "Adam", NEW)).status_code == 303


async def test_who_finds_an_open_browser_cannot_change_the_password(hub: Scene) -> None:
    await hub.user()
    async with browser(hub.app()) as c:
        await log_in(c)
        for _ in range(5):
            answer = await c.post("/account/password", data={"current": "guess", "new": NEW})
            assert answer.status_code == 403
            assert "That is not your password" in answer.text
            assert "guess" not in answer.text
        answer = await c.post("/account/password", data={"current": PASSWORD, "new": NEW})
        assert answer.status_code == 429
        assert "Too many tries" in answer.text


async def test_what_is_wrong_stands_at_its_field(hub: Scene) -> None:
    await hub.user()
    async with browser(hub.app()) as c:
        await log_in(c)
        page = await c.post("/account/password", data={"current": PASSWORD, "new": "short"})
    assert page.status_code == 422
    assert 'id="new-wrong">The password is too short: at least 10 characters.' in page.text
    assert 'aria-describedby="new-hint new-wrong" aria-invalid="true"' in page.text


async def test_all_others_are_logged_out(hub: Scene) -> None:
    await hub.user()
    async with browser(hub.app()) as here, browser(hub.app()) as there:
        await log_in(here)
        await log_in(there)
        await here.post("/account/logout-others")
        assert (await there.get("/account")).status_code == 303
        assert "All other browsers" in (await here.get("/account?done=others")).text
        assert "notice-well" not in (await here.get("/account?done=else")).text
