"""The link of a new member: once, for a day, with a password and an app."""

import re

import httpx
import pyotp
import pytest

from grid.web.scene import Scene, browser
from grid.web.staff_scene import PASSWORD, hire, invite
from grid.web.test_staff_login import log_of
from hanport.grid.staff import accounts


def app_of(text: str) -> tuple[str, str]:
    """The sealed field and the secret that the page shows for typing."""
    sealed = re.search(r'name="app" value="([^"]+)"', text)
    shown = re.search(r'<code class="code">([A-Z2-7 ]+)</code>', text)
    assert sealed and shown
    return sealed[1], shown[1].replace(" ", "")


def code_of(scene: Scene, secret: str) -> str:
    return str(pyotp.TOTP(secret).at(int(scene.clock.now().timestamp())))


async def filled(client: httpx.AsyncClient, scene: Scene, secret: str, **fields: str) -> httpx.Response:
    page = await client.get(f"/staff/enrol/{secret}")
    assert page.status_code == 200
    sealed, shown = app_of(page.text)
    form = {"secret": secret, "app": sealed, "password": PASSWORD, "code": code_of(scene, shown)}
    return await client.post("/staff/enrol", data=form | fields)


async def test_a_new_member_sets_the_login_up_and_is_in(scene: Scene) -> None:
    secret = invite(scene)
    app = scene.app()
    async with browser(app) as client:
        for _ in range(3):  # programs look at links before people do
            assert "Nils Ny" in (await client.get(f"/staff/enrol/{secret}")).text
        answer = await filled(client, scene, secret)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/account?done=enrolled")
        page = await client.get("/staff/account?done=enrolled")
        assert "Du har inga reservkoder" in page.text
        assert secret not in page.text
    async with browser(app) as client:
        assert (await client.get(f"/staff/enrol/{secret}")).status_code == 410
        assert (await client.post("/staff/enrol", data={"secret": secret})).status_code == 410
    said = [each.action for each in log_of(scene)]
    assert said[-4:] == ["staff.added", "staff.link_made", "staff.enrolled", "staff.login"]


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("kort", "färre än 12 tecken"),
        ("qwertyuiop12", "gissas tidigt"),
        ("passwordpassword", "gissas tidigt"),
        ("Nils Ny Nils Ny", "gissas tidigt"),
        ("Fjällby Elnät 1", "gissas tidigt"),
        ("x" * 257, "fler än 256 tecken"),
    ],
)
async def test_a_password_that_is_guessed_early_is_refused_and_the_app_need_not_be_read_again(
    quick: Scene, password: str, said: str
) -> None:
    secret = invite(quick)
    async with browser(quick.app()) as client:
        first = app_of((await client.get(f"/staff/enrol/{secret}")).text)[1]
        page = await client.get(f"/staff/enrol/{secret}")
        sealed, shown = app_of(page.text)
        assert shown != first  # each showing has its own secret
        form = {"secret": secret, "app": sealed, "password": password, "code": code_of(quick, shown)}
        answer = await client.post("/staff/enrol", data=form)
        assert answer.status_code == 422
        assert said in answer.text
        assert app_of(answer.text)[1] == shown
        assert password not in answer.text.replace("Nils Ny", "") or password == "Nils Ny Nils Ny"


async def test_a_password_is_taken_as_it_is(quick: Scene) -> None:
    password, link = "  gråsparv kompass lavendel ", invite(quick)
    async with browser(quick.app()) as client:
        sealed, shown = app_of((await client.get(f"/staff/enrol/{link}")).text)
        form = {"secret": link, "app": sealed, "password": password, "code": code_of(quick, shown)}
        assert (await client.post("/staff/enrol", data=form)).status_code == 303
    for typed, status in ((password.strip(), 403), (password, 303)):
        await quick.clock.advance(60)
        async with browser(quick.app()) as client:
            form = {"name": "Nils Ny", "password": typed, "code": code_of(quick, shown)}
            assert (await client.post("/staff/login", data=form)).status_code == status


async def test_a_wrong_code_sets_nothing_up(quick: Scene) -> None:
    secret = invite(quick)
    async with browser(quick.app()) as client:
        answer = await filled(client, quick, secret, code="000000")
        assert answer.status_code == 422
        assert "Koden är fel" in answer.text
        assert (await client.get("/staff/account")).status_code == 303
        assert (await filled(client, quick, secret)).status_code == 303


async def test_the_app_of_another_or_of_yesterday_is_not_taken(quick: Scene) -> None:
    mine, other = invite(quick), invite(quick, "Olga Ny")
    async with browser(quick.app()) as client:
        sealed, shown = app_of((await client.get(f"/staff/enrol/{other}")).text)
        form = {"secret": mine, "app": sealed, "password": PASSWORD, "code": code_of(quick, shown)}
        assert (await client.post("/staff/enrol", data=form)).status_code == 422
        sealed, shown = app_of((await client.get(f"/staff/enrol/{mine}")).text)
        await quick.clock.advance(3700)
        form = {"secret": mine, "app": sealed, "password": PASSWORD, "code": code_of(quick, shown)}
        assert (await client.post("/staff/enrol", data=form)).status_code == 422
        assert (await client.post("/staff/enrol", data=form | {"app": "nonsense"})).status_code == 422


async def test_a_link_is_over_after_a_day_and_when_a_newer_one_is_made(quick: Scene) -> None:
    secret = invite(quick)
    app = quick.app()
    with quick.database.writing("system") as work:
        newer = accounts.make_link(work, accounts.by_name(work.connection, "Nils Ny").id)
    async with browser(app) as client:
        assert (await client.get(f"/staff/enrol/{secret}")).status_code == 410
        assert (await client.get(f"/staff/enrol/{newer}")).status_code == 200
        await quick.clock.advance(24 * 3600)
        assert (await client.get(f"/staff/enrol/{newer}")).status_code == 410
        assert (await client.get("/staff/enrol/nothing")).status_code == 410
        assert (await client.post("/staff/enrol/passkey/options", data={"secret": newer})).status_code == 403


async def test_after_a_reset_nothing_of_before_lets_in(scene: Scene) -> None:
    member_id = hire(scene)
    app = scene.app()
    async with browser(app, scene.staff_session("Anna Ek", member_id)) as client:
        assert (await client.get("/staff/account")).status_code == 200
        with scene.database.writing("system") as work:
            secret = accounts.reset(work, member_id)
        assert (await client.get("/staff/account")).status_code == 303
        now = str(pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").at(int(scene.clock.now().timestamp())))
        form = {"name": "Anna Ek", "password": PASSWORD, "code": now, "next": ""}
        assert (await client.post("/staff/login", data=form)).status_code == 403
        assert (await filled(client, scene, secret)).status_code == 303
