"""The settings as an owner uses them, and as others try to."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import apsw
import httpx
import pytest

from hanport.errors import ConfigError
from hanport.home.accounts import Role
from hanport.home.config import (
    HomeConfig,
    HouseTable,
    MailTable,
    MqttTable,
    NoticeTable,
    ShareTable,
    SourceTable,
    StoreTable,
)
from hanport.home.store.exporting import What
from hanport.home.values import PartState, PartStatus
from hanport.home.web.settings_data import day_start
from hanport.home.web.settings_sections import SECTIONS
from hanport.home.web.settings_source import is_same_place
from hanport.web.shell import SWEDEN
from home.meters import meter_on_tcp
from home.web.scene import PASSWORD, START, Scene, browser, log_in

PAGES = ("", "/house", "/source", "/store", "/users", "/shares", "/tokens", "/notices", "/data", "/about")
POSTS = [f"/{each.name}" for each in SECTIONS] + ["/undo", "/source", "/source/trial", "/tokens", "/tokens/revoke"]
POSTS += ["/users", "/users/role", "/users/password", "/users/remove"]


@dataclass
class Owner:
    """A hub, and its owner's browser."""

    hub: Scene
    c: httpx.AsyncClient

    async def get(self, path: str) -> str:
        answer = await self.c.get(f"/settings{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def post(self, path: str, **form: str) -> httpx.Response:
        return await self.c.post(f"/settings{path}", data={name.replace("__", "."): v for name, v in form.items()})

    async def shown(self, path: str) -> dict[str, str]:
        """What the form of a page sends when nothing is touched."""
        page = await self.get(path)
        form: dict[str, str] = {}
        for tag in re.findall(r"<input\b[^>]*>", page.partition("<main")[2], re.S):
            attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            if attributes.get("type") in ("radio", "checkbox") and " checked" not in tag:
                continue
            form[attributes["name"]] = attributes.get("value", "")
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
            form[name] = re.findall(r'value="([^"]*)" selected', options)[0]
        return form


@pytest.fixture
async def owner(hub: Scene) -> AsyncIterator[Owner]:
    await hub.user()
    async with browser(hub.app()) as client:
        await log_in(client)
        yield Owner(hub, client)


async def test_a_viewer_sees_and_changes_no_settings(hub: Scene) -> None:
    await hub.user()
    await hub.user("Adam", Role.VIEWER)
    async with browser(hub.app()) as c:
        await log_in(c, "Adam")
        assert "/settings" not in (await c.get("/account")).text
        for path in (*PAGES, "/data/export.csv?what=hours&begin=2026-11-01&end=2026-11-02"):
            answer = await c.get(f"/settings{path}")
            assert answer.status_code == 403, path
            assert "belong to the owner" in answer.text
        for path in POSTS:
            answer = await c.post(f"/settings{path}", data={"user": "2", "role": "owner", "name": "x", "new": PASSWORD})
            assert answer.status_code == 403, path
    assert hub.saved == []
    assert [user.role for user in await hub.accounts.users()] == [Role.VIEWER, Role.OWNER]


async def test_a_page_of_another_site_changes_nothing(owner: Owner) -> None:
    for path in POSTS:
        form = {"hub.name": "Hacked", "name": "Mallory", "password": PASSWORD, "role": "owner"}
        answer = await owner.c.post(f"/settings{path}", data=form, headers={"origin": "http://evil.example"})
        assert answer.status_code == 403, path
    assert owner.hub.saved == []
    assert len(await owner.hub.accounts.users()) == 1


async def test_all_pages_are_there_in_both_languages(owner: Owner) -> None:
    for language, title in (("en", "Settings"), ("sv", "Inställningar")):
        await owner.c.post("/language", data={"language": language})
        for path in PAGES:
            assert title in await owner.get(path)


@pytest.mark.parametrize("section", [section.name for section in SECTIONS])
async def test_saving_what_was_shown_changes_nothing(owner: Owner, section: str) -> None:
    form = await owner.shown(f"/{section}")
    answer = await owner.c.post(f"/settings/{section}", data=form)
    assert answer.headers["location"] == f"/settings/{section}"
    assert owner.hub.saved == []


async def test_a_change_is_saved_and_taken_back(owner: Owner) -> None:
    form = await owner.shown("/house")
    answer = await owner.c.post("/settings/house", data=form | {"fuse": "25", "hub.name": "Torpet"})
    assert answer.status_code == 303
    assert (owner.hub.config.house.main_fuse_a, owner.hub.config.hub.name) == (25, "Torpet")
    page = (await owner.c.get(answer.headers["location"])).text
    assert "Saved." in page
    [ticket] = re.findall(r'name="ticket" value="([^"]+)"', page)
    assert "ticket" not in await owner.get("/store")
    for guess in ("guess", "", "å"):
        assert (await owner.post("/undo", ticket=guess)).headers["location"] == "/settings"
    await owner.c.post("/settings/house", data=form | {"fuse": "35"})
    await owner.post("/undo", ticket=ticket)  # of a change that is not the last one
    assert owner.hub.config.house.main_fuse_a == 35


async def test_undo_brings_back_what_was_before(owner: Owner) -> None:
    form = await owner.shown("/house")
    answer = await owner.c.post("/settings/house", data=form | {"fuse": "63"})
    page = (await owner.c.get(answer.headers["location"])).text
    [ticket] = re.findall(r'name="ticket" value="([^"]+)"', page)
    answer = await owner.post("/undo", ticket=ticket)
    assert answer.headers["location"] == "/settings/house?saved=undone"
    assert owner.hub.config == HomeConfig()
    assert "Undone" in (await owner.c.get(answer.headers["location"])).text
    await owner.post("/undo", ticket=ticket)
    assert len(owner.hub.saved) == 2


async def test_undo_does_not_touch_what_was_changed_since_by_another(owner: Owner) -> None:
    form = await owner.shown("/house")
    answer = await owner.c.post("/settings/house", data=form | {"fuse": "63"})
    page = (await owner.c.get(answer.headers["location"])).text
    [ticket] = re.findall(r'name="ticket" value="([^"]+)"', page)
    owner.hub.config = HomeConfig(house=HouseTable(main_fuse_a=50))  # in the file
    await owner.post("/undo", ticket=ticket)
    assert owner.hub.config.house.main_fuse_a == 50


async def test_what_is_wrong_stands_at_its_field_and_the_rest_stays_typed(owner: Owner) -> None:
    form = await owner.shown("/house")
    answer = await owner.c.post(
        "/settings/house", data=form | {"fuse": "other", "other": "3", "hub.name": "Torpet", "house.phase_names": "L1"}
    )
    assert answer.status_code == 422
    assert "A number from 6 to 6,300, please." in answer.text
    assert 'value="Torpet"' in answer.text
    assert 'value="3"' in answer.text
    answer = await owner.c.post("/settings/house", data=form | {"house.phase_names": "L1, L1, L2"})
    assert "Give 3 different names" in answer.text
    assert owner.hub.saved == []


async def test_a_file_that_cannot_be_written_is_said(owner: Owner) -> None:
    owner.hub.trouble = ConfigError("home.toml cannot be written.", "Give the hub the right to it.")
    form = await owner.shown("/house")
    answer = await owner.c.post("/settings/house", data=form | {"hub.name": "Torpet"})
    assert answer.status_code == 503
    assert "home.toml cannot be written." in answer.text
    assert "Give the hub the right to it." in answer.text
    assert 'value="Torpet"' in answer.text


async def test_readings_are_thrown_away_only_when_that_was_meant(owner: Owner) -> None:
    form = await owner.shown("/store")
    shorter = form | {"store.keep_readings_days": "365"}
    answer = await owner.c.post("/settings/store", data=shorter)
    assert answer.status_code == 422
    assert "Tick that older readings may be thrown away." in answer.text
    assert owner.hub.saved == []
    await owner.c.post("/settings/store", data=shorter | {"confirm": "on"})
    assert owner.hub.config.store.keep_readings_days == 365
    await owner.c.post("/settings/store", data=form | {"store.keep_readings_days": "1095"})  # longer needs no word
    assert owner.hub.config.store.keep_readings_days == 1095


async def test_an_unusual_choice_of_the_file_is_shown(owner: Owner) -> None:
    owner.hub.config = HomeConfig(store=StoreTable(commit_every_s=45, keep_readings_days=77))
    page = await owner.get("/store")
    assert 'value="45" checked' in page
    assert 'value="77" checked' in page


SECRETS = HomeConfig(
    source=SourceTable(address="mqtt://eva:geheim1@broker/han", key="00" * 16),
    notice=NoticeTable(mail=MailTable(host="smtp.example.se", password="geheim2", user="eva")),
    share=ShareTable(mqtt=MqttTable(password="geheim3")),
)


async def test_no_page_gives_a_secret_back(owner: Owner) -> None:
    owner.hub.config = SECRETS
    for path in PAGES:
        page = await owner.get(path)
        assert "geheim" not in page, path
        assert "00" * 16 not in page, path
    form = await owner.shown("/notices")
    for typed in (
        {"notice.mail.password": "nytt-geheim", "notice.mail.port": "x"},
        {"notice.mail.host": "evil.example"},
    ):
        answer = await owner.c.post("/settings/notices", data=form | typed)
        assert answer.status_code == 422
        assert "geheim" not in answer.text


async def test_a_stored_password_is_not_sent_to_another_server_for_trial(owner: Owner) -> None:
    owner.hub.config = SECRETS
    form = await owner.shown("/notices")
    mail = {"notice.mail.to": "eva@example.se", "notice.mail.sender": "hub@example.se", "try": "mail"}
    answer = await owner.c.post("/settings/notices", data=form | mail | {"notice.mail.host": "evil.example"})
    assert answer.status_code == 422
    assert "write the password again" in answer.text
    assert owner.hub.tried == []
    answer = await owner.c.post("/settings/notices", data=form | mail)
    assert answer.status_code == 200
    assert "The test mail is sent." in answer.text
    assert owner.hub.tried == ["mail en"]
    assert owner.hub.saved == []


async def test_a_notice_that_did_not_go_says_why(owner: Owner) -> None:
    form = await owner.shown("/notices")
    owner.hub.trouble = ConfigError("The server refuses.", "Check the address.")
    answer = await owner.c.post(
        "/settings/notices", data=form | {"notice.webhook.url": "https://example.se/x", "try": "webhook"}
    )
    assert "The server refuses." in answer.text
    assert 'value="https://example.se/x"' in answer.text
    answer = await owner.c.post("/settings/notices", data=form | {"try": "pigeon"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"notice.mail.enabled": "on"}, "This has to be filled in."),
        ({"notice.mail.enabled": "on", "notice.mail.sender": "x"}, "An e-mail address"),
        ({"notice.webhook.enabled": "on"}, "A web address"),
        ({"notice.webhook.enabled": "on", "notice.webhook.url": "file:///etc/passwd"}, "A web address"),
        ({"notice.webhook.enabled": "on", "notice.webhook.url": "http://[bad"}, "A web address"),
        ({"notice.webhook.enabled": "on", "notice.webhook.url": "http://a:99999/"}, "A web address"),
    ],
)
async def test_notices_need_what_they_need(owner: Owner, form: dict[str, str], says: str) -> None:
    answer = await owner.c.post("/settings/notices", data=await owner.shown("/notices") | form)
    assert answer.status_code == 422
    assert says in answer.text


async def test_shares_are_switched_on_and_give_their_addresses(owner: Owner) -> None:
    form = await owner.shown("/shares")
    answer = await owner.c.post("/settings/shares", data=form | {"share.relay.enabled": "on", "share.relay.view": "p1"})
    assert answer.status_code == 303
    assert owner.hub.config.share.relay.enabled
    page = await owner.get("/shares")
    for address in ("tcp://localhost:5501", "http://localhost:8480/api/v1/", "http://localhost:8480/metrics"):
        assert address in page
    taken = form | {"share.homewizard.enabled": "on", "share.homewizard.port": "8480"}
    assert "already uses this port" in (await owner.c.post("/settings/shares", data=taken)).text
    nowhere = form | {"share.mqtt.enabled": "on", "share.mqtt.host": ""}
    assert "has to be filled in" in (await owner.c.post("/settings/shares", data=nowhere)).text


async def test_a_token_is_shown_once_and_taken_back(owner: Owner) -> None:
    answer = await owner.c.post("/settings/tokens", data={"name": "Grafana", "scope.metrics": "on"})
    [secret] = re.findall(r"hp_[0-9A-Za-z]{43}", answer.text)
    assert answer.headers["cache-control"] == "no-store"
    assert await owner.hub.accounts.token_scopes(secret) == {"metrics"}
    page = await owner.get("/tokens")
    assert "Grafana" in page
    assert secret not in page
    [number] = re.findall(r'name="token" value="(\d+)"', page)
    for bad in ("x", "", "9" * 30):
        await owner.post("/tokens/revoke", token=bad)
    assert await owner.hub.accounts.token_scopes(secret)
    await owner.post("/tokens/revoke", token=number)
    assert await owner.hub.accounts.token_scopes(secret) == frozenset()
    assert "The key is taken back." in await owner.get("/tokens?revoked=1")


async def test_a_token_needs_a_name_and_something_to_open(owner: Owner) -> None:
    assert "Give a name." in (await owner.c.post("/settings/tokens", data={"name": "", "scope.read": "on"})).text
    answer = await owner.c.post("/settings/tokens", data={"name": "x", "scope.everything": "on"})
    assert "Tick at least one." in answer.text
    assert await owner.hub.accounts.tokens() == []


async def test_users_come_change_and_go(owner: Owner) -> None:
    accounts = owner.hub.accounts
    assert (await owner.post("/users", name="Adam", password=PASSWORD, role="viewer")).status_code == 303
    assert "Only look" in await owner.get("/users?done=added")
    answer = await owner.post("/users", name="adam", password=PASSWORD)
    assert "Somebody already has that name" in answer.text
    assert 'value="adam"' in answer.text
    assert "too short" in (await owner.post("/users", name="Bo", password="x")).text
    adam, eva = await accounts.users()
    async with browser(owner.hub.app()) as c:
        await log_in(c, "Adam")
        await owner.post("/users/role", user=str(adam.id), role="owner")
        assert (await c.get("/settings")).status_code == 200  # at once
        await owner.post("/users/password", user=str(adam.id), new="tretton blåa bilar")
        assert (await c.get("/settings")).status_code == 303
    assert "too short" in (await owner.post("/users/password", user=str(adam.id), new="x")).text
    await owner.post("/users/role", user=str(adam.id), role="viewer")
    for path, form in (("/users/remove", {}), ("/users/role", {"role": "viewer"})):
        answer = await owner.post(path, user=str(eva.id), **form)
        assert answer.status_code == 422
        assert "There has to be an owner" in answer.text
    for path in ("/users/remove", "/users/role", "/users/password"):
        assert (await owner.post(path, user="999", new=PASSWORD)).status_code == 303  # somebody was quicker
    await owner.post("/users/remove", user=str(adam.id))
    assert await accounts.users() == [eva]


async def test_another_reader_is_listened_to_before_it_is_saved(owner: Owner) -> None:
    async with meter_on_tcp(start=START) as meter:
        host, _, port = meter.address.removeprefix("tcp://").rpartition(":")
        form = {"choice": "tcp", "host": host, "port": port, "try": "1"}
        answer = await owner.c.post("/settings/source", data=form)
        assert answer.headers["location"] == "/settings/source/trial"
        assert meter.address in await owner.get("/source/trial")
        async with asyncio.timeout(10):
            while "The meter is heard" not in (await owner.c.get("/settings/source/trial?part=1")).text:
                await meter.send(10)
                await asyncio.sleep(0.1)
        assert owner.hub.saved == []
        answer = await owner.c.post("/settings/source/trial", data={"save": "1"})
        assert answer.headers["location"].startswith("/settings/source?saved=")
        assert owner.hub.config.source.address == meter.address
        assert (await owner.c.get("/settings/source/trial")).headers["location"] == "/settings/source"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("serial:/dev/a", "serial:/dev/a?baud=2400", True),
        ("serial:/dev/a", "serial:/dev/b", False),
        ("tcp://a:1", "tcp://a:1", True),
        ("tcp://a:1", "tcp://a:2", False),
        ("tcp://a:1", "serial:/dev/a", False),
        ("mqtt://a/x", "mqtt://a/x", False),  # a broker takes many
        ("", "tcp://a:1", False),
    ],
)
def test_what_the_hub_itself_reads_is_not_opened_twice(one: str, other: str, same: bool) -> None:
    assert is_same_place(SourceTable(address=one), SourceTable(address=other)) is same


async def test_a_trial_that_is_left_changes_nothing(owner: Owner) -> None:
    form = {"choice": "tcp", "host": "127.0.0.1", "port": "1", "try": "1"}
    await owner.c.post("/settings/source", data=form)
    answer = await owner.c.post("/settings/source/trial", data={"leave": "1"})
    assert answer.headers["location"] == "/settings/source"
    assert owner.hub.saved == []


async def test_a_source_is_saved_without_listening_and_what_is_none_is_refused(owner: Owner) -> None:
    await owner.c.post("/settings/source", data={"choice": "tcp", "host": "192.168.1.20", "port": "2001"})
    assert owner.hub.config.source.address == "tcp://192.168.1.20:2001"
    page = await owner.get("/source")
    assert 'value="192.168.1.20"' in page
    same = {"choice": "tcp", "host": "192.168.1.20", "port": "2001", "try": "1"}
    assert (await owner.c.post("/settings/source", data=same)).headers["location"] == "/settings/source"
    answer = await owner.c.post("/settings/source", data={"choice": "tcp", "host": "a b", "port": "9"})
    assert answer.status_code == 422
    assert 'value="a b"' in answer.text
    owner.hub.trouble = ConfigError("home.toml cannot be written.", "Look.")
    answer = await owner.c.post("/settings/source", data={"choice": "address", "address": "tcp://a:1"})
    assert "home.toml cannot be written." in answer.text
    owner.hub.config = HomeConfig(source=SourceTable(address="nonsense"))
    assert "nonsense" in await owner.get("/source")


async def test_the_data_are_downloaded_by_days_of_the_house(owner: Owner) -> None:
    starts = [datetime(2026, 10, 31, 22, 0, tzinfo=UTC), datetime(2026, 10, 31, 23, 0, tzinfo=UTC)]
    starts += [datetime(2026, 11, 1, 22, 45, tzinfo=UTC), datetime(2026, 11, 1, 23, 0, tzinfo=UTC)]

    def fill(c: apsw.Connection) -> None:
        for start in starts:
            c.execute("INSERT INTO quarter VALUES (?, 100, NULL, 0)", (int(start.timestamp()),))

    await owner.hub.store.write(fill)
    answer = await owner.c.get("/settings/data/export.csv?what=quarters&begin=2026-11-01&end=2026-11-01")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="hanport-quarters-2026-11-01-2026-11-01.csv"' in answer.headers["content-disposition"]
    head, *lines = answer.text.splitlines()
    assert head == "start_utc,import_wh,export_wh,quality"
    assert [line.split(",")[0] for line in lines] == ["2026-10-31T23:00:00Z", "2026-11-01T22:45:00Z"]
    turned = await owner.c.get("/settings/data/export.csv?what=hours&begin=2026-11-02&end=2026-11-01")
    assert "begin=2026-11-01&end=2026-11-02" in turned.headers["location"]
    for what in What:
        answer = await owner.c.get(f"/settings/data/export.csv?what={what}&begin=2026-01-01&end=2026-12-31")
        assert answer.status_code == 200
        assert answer.text.count("\n") >= 1


@pytest.mark.parametrize("query", ["", "what=users&begin=2026-11-01&end=2026-11-01", "what=hours&begin=x&end=y"])
async def test_what_is_no_span_is_said(owner: Owner, query: str) -> None:
    answer = await owner.c.get(f"/settings/data/export.csv?{query}")
    assert answer.status_code == 422
    assert "Choose what and two days." in answer.text


async def test_the_last_day_there_is_has_no_end(owner: Owner) -> None:
    answer = await owner.c.get("/settings/data/export.csv?what=hours&begin=0001-01-01&end=9999-12-31")
    assert answer.status_code == 422


def test_a_day_begins_at_midnight_of_the_house() -> None:
    assert day_start(datetime(2026, 7, 1).date(), SWEDEN) == datetime(2026, 6, 30, 22, tzinfo=UTC)


async def test_parts_of_the_hub_say_how_they_do(owner: Owner) -> None:
    parts = owner.hub.live.parts
    parts["mqtt"] = PartStatus("mqtt", PartState.FAILED, START, "The broker refuses <us>.", 8.0)
    parts["own-thing"] = PartStatus("own-thing", PartState.RUNNING, START)
    page = await owner.get("/about")
    assert "The broker refuses &lt;us&gt;." in page
    assert "Starts again in 8" in page
    assert "own-thing" in page
    assert "Apache-2.0" in page


async def test_the_size_of_the_data_is_said(owner: Owner) -> None:
    assert "MB" in await owner.get("/data")
