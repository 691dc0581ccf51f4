"""The first start, page by page: for the one browser, and against all others."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from hanport.errors import ConfigError, HanportError
from hanport.home.accounts import Role
from hanport.home.config import HomeConfig, SourceTable
from hanport.home.web.devices import Device
from hanport.home.web.probing import Heard
from hanport.home.web.setup import OPEN_FOR_S, Setup, SetupParts, address_on_network, plain_code
from hanport.home.web.setup_app import make_setup_app
from hanport.port.decoder import Decoder
from hanport.port.telegram import Telegram
from home.web.scene import PASSWORD, Scene, browser

CORPUS = Path(__file__).parents[2] / "corpus" / "p1"
EXAMPLE = Path(__file__).parents[2] / "hand_over" / "kamstrup-omnipower.json"
DEVICE = "serial:/dev/serial/by-id/usb-FTDI-if00"


def telegram() -> Telegram:
    [found] = Decoder().feed((CORPUS / "se-sagemcom-ell5-201020.txt").read_bytes())
    assert isinstance(found, Telegram)
    return found


@dataclass
class First:
    """A set-up over a hub's store, and what its probe says."""

    hub: Scene
    setup: Setup
    heard: list[Heard] = field(default_factory=list)
    listened: list[str] = field(default_factory=list)
    problem: HanportError | None = None

    def browser(self, peer: str = "192.168.1.30") -> httpx.AsyncClient:
        return browser(make_setup_app(self.setup), peer=peer)

    async def begin(self, c: httpx.AsyncClient, language: str = "en") -> httpx.Response:
        return await c.post(f"/setup/{self.setup.code}", data={"language": language})

    async def probe(self, source: SourceTable) -> AsyncGenerator[Heard, None]:
        self.listened.append(source.address)
        if self.problem is not None:
            raise self.problem
        while True:
            yield self.heard[-1] if self.heard else Heard(source)
            await asyncio.sleep(0.005)


@pytest.fixture
async def first(hub: Scene) -> AsyncIterator[First]:
    made: list[First] = []

    def probe(source: SourceTable) -> AsyncGenerator[Heard, None]:
        return made[0].probe(source)

    parts = SetupParts(
        clock=hub.clock,
        config=HomeConfig(),
        save=hub.save,
        accounts=hub.accounts,
        probe=probe,
        devices=lambda: [Device(DEVICE, "/dev/ttyUSB0", "FTDI")],
    )
    made.append(First(hub, Setup(parts)))
    yield made[0]
    await made[0].setup.trial.stop()


async def test_the_whole_way_from_the_address_to_the_first_login(first: First) -> None:
    async with first.browser() as c:
        page = await c.get(f"/setup/{first.setup.code}")
        assert "Svenska" in page.text
        assert "English" in page.text
        answer = await first.begin(c)
        assert answer.headers["location"] == "/setup/source"
        page = await c.get("/setup/source")
        assert "FTDI" in page.text
        answer = await c.post("/setup/source", data={"choice": DEVICE})
        assert answer.headers["location"] == "/setup/telegram"
        page = await c.get("/setup/telegram")
        assert "Opening the source" in page.text
        source = SourceTable(address=f"{DEVICE}?baud=2400")
        first.heard.append(Heard(source, True, 700, 1, telegram()))
        await asyncio.sleep(0.05)
        part = await c.get("/setup/telegram?part=1")
        assert "<html" not in part.text
        assert "from the grid" in part.text
        assert "Meter reading, import" in part.text
        assert (await c.post("/setup/telegram")).headers["location"] == "/setup/fuse"
        page = await c.get("/setup/fuse")
        assert re.search(r'value="20" checked', page.text)
        assert re.search(r'name="phases" value="3" checked', page.text)
        answer = await c.post("/setup/fuse", data={"fuse": "25", "phases": "3"})
        assert answer.headers["location"] == "/setup/user"
        answer = await c.post("/setup/user", data={"name": "Eva", "password": PASSWORD})
        assert "All is set" in answer.text
        session = c.cookies["hanport_home_session"]
        assert "All is set" in (await c.get("/setup/user")).text  # loading it again does no harm
        assert "All is set" in (await c.post("/setup/user", data={"name": "X", "password": PASSWORD})).text
    user = await first.hub.accounts.user_of(session)
    assert user is not None
    assert (user.name, user.role, user.language) == ("Eva", Role.OWNER, "en")
    [saved] = first.hub.saved
    assert saved.source.address == f"{DEVICE}?baud=2400"  # the setting by which it was heard
    assert (saved.house.main_fuse_a, saved.hub.language) == (25, "en")
    assert await first.setup.ended()
    assert not first.setup.trial.runs


async def test_a_browser_without_the_address_sees_nothing(first: First) -> None:
    async with first.browser() as c:
        for path in ("/", "/setup/source", "/setup/telegram", "/setup/fuse", "/setup/user", "/setup/telegram?part=1"):
            answer = await c.get(path)
            assert answer.status_code == 403, path
            assert "FTDI" not in answer.text
            assert first.setup.code not in answer.text
        for path in ("source", "telegram", "fuse", "user"):
            answer = await c.post(f"/setup/{path}", data={"name": "Mallory", "password": PASSWORD})
            assert answer.status_code == 403, path
        assert (await c.get("/settings")).status_code == 404
    assert await first.hub.accounts.users() == []


async def test_guesses_of_the_code_have_to_wait(first: First) -> None:
    async with first.browser() as c:
        answers = [(await c.get(f"/setup/guess{n}")).status_code for n in range(8)]
        assert answers == [403] * 5 + [429] * 3
        assert (await c.get(f"/setup/{first.setup.code}")).status_code == 429  # also the right one, from there
    async with first.browser("192.168.1.31") as own:
        assert (await own.get(f"/setup/{first.setup.code}")).status_code == 200


async def test_the_address_is_good_for_one_browser(first: First) -> None:
    async with first.browser() as owner, first.browser("192.168.1.66") as other:
        await other.get(f"/setup/{first.setup.code}")  # looking alone binds nobody
        assert (await first.begin(owner)).status_code == 303
        for answer in (await other.get(f"/setup/{first.setup.code}"), await first.begin(other)):
            assert answer.status_code == 403
            assert "Another browser" in answer.text
            assert "set-cookie" not in answer.headers
        other.cookies.set("hanport_home_setup", "guess")
        assert (await other.get("/setup/source")).status_code == 403
        assert (await owner.get("/setup/source")).status_code == 200
        assert (await first.begin(owner, "sv")).status_code == 303  # going back to choose the other language
        assert first.setup.draft.hub.language == "sv"


async def test_of_two_that_come_at_once_one_is_let_in(first: First) -> None:
    app = make_setup_app(first.setup)
    async with browser(app) as one, browser(app, peer="192.168.1.66") as other:
        answers = await asyncio.gather(*(first.begin(each) for each in (one, other)))
    assert sorted(answer.status_code for answer in answers) == [303, 403]
    assert sum("hanport_home_setup" in str(answer.headers) for answer in answers) == 1


async def test_a_page_of_another_site_cannot_use_the_browser(first: First) -> None:
    async with first.browser() as c:
        await first.begin(c)
        answer = await c.post("/setup/source", data={"choice": DEVICE}, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403
    assert first.listened == []


async def test_it_closes_after_a_quarter_of_an_hour_without_a_browser(first: First) -> None:
    ended = asyncio.create_task(first.setup.ended())
    await first.hub.clock.advance(OPEN_FOR_S - 1)
    assert not ended.done()
    async with first.browser() as c:
        await first.hub.clock.advance(1)
        assert (await c.get(f"/setup/{first.setup.code}")).status_code == 403
    assert await ended is False


async def test_it_stays_open_while_it_is_used_and_closes_when_it_is_left(first: First) -> None:
    ended = asyncio.create_task(first.setup.ended())
    async with first.browser() as c:
        await first.begin(c)
        for _ in range(3):
            await first.hub.clock.advance(OPEN_FOR_S - 10)
            assert (await c.get("/setup/source")).status_code == 200
        await first.hub.clock.advance(OPEN_FOR_S)
        assert (await c.get("/setup/source")).status_code == 403
    assert await ended is False


async def test_no_step_comes_before_those_that_lead_to_it(first: First) -> None:
    async with first.browser() as c:
        await first.begin(c)
        for step in ("telegram", "fuse", "user"):
            assert (await c.get(f"/setup/{step}")).headers["location"] == "/setup/source"
            assert (await c.post(f"/setup/{step}")).headers["location"] == "/setup/source"
        assert (await c.get("/")).headers["location"] == "/setup/source"


async def test_back_and_reload_lose_nothing(first: First) -> None:
    async with first.browser() as c:
        await first.begin(c)
        mqtt = {
            "choice": "mqtt",
            "host": "broker",
            "port": "1884",
            "topic": "han/x",
            "user": "eva",
            "password": "geheim",
        }
        await c.post("/setup/source", data=mqtt)
        await c.post("/setup/telegram")
        await c.post("/setup/fuse", data={"fuse": "other", "other": "80", "phases": "1"})
        page = (await c.get("/setup/source")).text
        for value in ("broker", "1884", "han/x", "eva"):
            assert f'value="{value}"' in page
        assert "geheim" not in page
        page = (await c.get("/setup/fuse")).text
        assert 'value="80"' in page
        assert re.search(r'name="phases" value="1" checked', page)
        assert "notice" not in (await c.get("/setup/user")).text
        assert (await c.get("/")).headers["location"] == "/setup/user"


async def test_the_meter_can_wait(first: First) -> None:
    async with first.browser() as c:
        await first.begin(c)
        answer = await c.post("/setup/source", data={"later": "1"})
        assert answer.headers["location"] == "/setup/fuse"
        await c.post("/setup/fuse", data={"fuse": "20", "phases": "3"})
        await c.post("/setup/user", data={"name": "Eva", "password": PASSWORD})
    assert first.hub.saved[0].source.address == ""
    assert first.listened == []


async def test_what_is_no_source_is_said_and_what_does_not_open_too(first: First) -> None:
    async with first.browser() as c:
        await first.begin(c)
        answer = await c.post("/setup/source", data={"choice": "tcp", "host": "a", "port": "x"})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        first.problem = ConfigError("That cannot be opened.", "Choose another.")
        await c.post("/setup/source", data={"choice": DEVICE})
        await asyncio.sleep(0.02)
        page = (await c.get("/setup/telegram")).text
        assert "That cannot be opened." in page
        assert "Choose another." in page
        first.problem = None
        await c.post("/setup/telegram", data={"again": "1"})
        assert "That cannot be opened." not in (await c.get("/setup/telegram")).text
        await asyncio.sleep(0.02)
    assert first.listened == [DEVICE, DEVICE]


@pytest.mark.parametrize(
    "form", [{}, {"fuse": "5"}, {"fuse": "other", "other": "x"}, {"fuse": "other", "other": "9999"}]
)
async def test_what_is_no_fuse_is_said_at_its_field(first: First, form: dict[str, str]) -> None:
    async with first.browser() as c:
        await first.begin(c)
        await c.post("/setup/source", data={"later": "1"})
        answer = await c.post("/setup/fuse", data=form)
    assert answer.status_code == 422
    assert "A main fuse has 6 to 6,300 A" in answer.text


async def test_what_is_wrong_with_the_user_is_said_and_the_name_is_kept(first: First) -> None:
    async with first.browser() as c:
        await first.begin(c)
        await c.post("/setup/source", data={"later": "1"})
        await c.post("/setup/fuse", data={"fuse": "20"})
        answer = await c.post("/setup/user", data={"name": "Eva", "password": "short"})
        assert answer.status_code == 422
        assert 'id="password-wrong"' in answer.text
        assert 'value="Eva"' in answer.text
        answer = await c.post("/setup/user", data={"name": " ", "password": PASSWORD})
        assert 'id="name-wrong"' in answer.text
        first.hub.trouble = ConfigError("home.toml cannot be written.", "Check the folder.")
        answer = await c.post("/setup/user", data={"name": "Eva", "password": PASSWORD})
        assert answer.status_code == 503
        assert "home.toml cannot be written." in answer.text
        assert not first.setup.is_over
        first.hub.trouble = None
        answer = await c.post("/setup/user", data={"name": "Eva", "password": PASSWORD})
        assert "All is set" in answer.text
    assert len(await first.hub.accounts.users()) == 1


async def test_who_set_the_hub_up_before_becomes_owner_again(first: First) -> None:
    """The set-up is for who has the machine: with it a forgotten password is renewed."""
    await first.hub.accounts.add("Eva", "something that was forgotten", Role.OWNER)
    async with first.browser() as c:
        await first.begin(c)
        await c.post("/setup/source", data={"later": "1"})
        await c.post("/setup/fuse", data={"fuse": "20"})
        await c.post("/setup/user", data={"name": "eva", "password": PASSWORD})
    [eva] = await first.hub.accounts.users()
    assert await first.hub.accounts.confirm(eva, PASSWORD, "") is None


async def test_a_strange_language_is_refused(first: First) -> None:
    async with first.browser() as c:
        assert (await first.begin(c, "fr")).status_code == 400
        assert not first.setup.is_bound


def test_the_invitation_can_be_typed_and_photographed(first: First) -> None:
    invitation = first.setup.invitation("http://192.168.1.20:8480/")
    assert re.fullmatch(r"http://192\.168\.1\.20:8480/setup/[2-9a-z]{4}(-[2-9a-z]{4}){3}", invitation.url)
    assert plain_code(invitation.url.rpartition("/")[2].upper()) == first.setup.code
    assert invitation.qr.count("\n") > 10
    assert first.setup.opens(f" {first.setup.code.upper()} ", "192.168.1.30")


def test_the_address_on_the_network_has_a_port() -> None:
    assert re.fullmatch(r"http://[^/]+:8480", address_on_network(8480))
    assert address_on_network(443, "https").startswith("https://")


async def test_the_network_companys_word_is_pasted(first: First) -> None:
    async with first.browser() as c:
        await first.begin(c)
        page = await c.get("/setup/source")
        assert "QR code from the network company" in page.text
        assert "What your network company says" not in page.text
        answer = await c.post("/setup/source", data={"hand_over": "https://han.example.se"})
        assert answer.status_code == 422
        assert "Paste the whole text" in answer.text
        answer = await c.post("/setup/source", data={"hand_over": EXAMPLE.read_text("utf-8")})
        assert (answer.status_code, answer.headers["location"]) == (303, "/setup/source")
        page = await c.get("/setup/source")
        assert "What your network company says" in page.text
        assert "Kamstrup OMNIPOWER (P1)" in page.text
        assert "12345678" in page.text
        assert first.listened == []


async def test_the_network_companys_setting_is_tried_first(first: First) -> None:
    mbus = json.loads(EXAMPLE.read_text("utf-8"))
    del mbus["may_be"][0]
    async with first.browser() as c:
        await first.begin(c)
        await c.post("/setup/source", data={"hand_over": json.dumps(mbus)})
        await c.post("/setup/source", data={"choice": DEVICE})
        await asyncio.sleep(0.02)
        assert first.listened == [f"{DEVICE}?baud=2400"]
        page = await c.get("/setup/source")
        assert re.search(rf'value="{re.escape(DEVICE)}" checked', page.text), "it is still the device that was chosen"


async def test_what_is_pasted_is_shown_as_text(first: First) -> None:
    evil = {"format": "hanport-handover-v1", "company": {"name": "<script>alert(1)</script>"}}
    async with first.browser() as c:
        await first.begin(c)
        await c.post("/setup/source", data={"hand_over": json.dumps(evil)})
        page = await c.get("/setup/source")
        assert "&lt;script&gt;alert" in page.text
        assert "<script>alert" not in page.text
