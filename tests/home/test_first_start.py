"""The first start as a whole: the one-time address, the steps, and the hub on the same socket, logged in."""

import asyncio
from pathlib import Path

import httpx
import pytest

from hanport.clock import ManualClock, SystemClock
from hanport.errors import ConfigError
from hanport.home.config import load
from hanport.home.first_start import EVERYWHERE, Teller, draft_of, set_up
from hanport.home.from_company import read
from hanport.home.hub import Start
from home.hubs import PASSWORD
from home.meters import NOON


class Invited:
    """Takes the invitation."""

    def __init__(self) -> None:
        self.url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.late = False
        self.teller = Teller(lambda url, qr: self.url.set_result(url), self._too_late)

    def _too_late(self) -> None:
        self.late = True


def start_in(folder: Path) -> Start:
    path = folder / "home.toml"
    path.write_text("# ours\n[web]\nport = 0\n")
    return Start(path)


async def test_from_an_empty_folder_to_the_first_page(tmp_path: Path) -> None:
    invited, until = Invited(), asyncio.Event()
    handed_over = read('{"format":"hanport-handover-v1","company":{"name":"Fjällnät AB"}}')
    setting_up = set_up(start_in(tmp_path), SystemClock(), invited.teller, until, handed_over=handed_over)
    running = asyncio.create_task(setting_up)
    url = await asyncio.wait_for(invited.url, 10)
    base = url.partition("/setup/")[0]
    async with httpx.AsyncClient(base_url=base, headers={"origin": base}, timeout=10) as browser:
        steps = [
            (url.removeprefix(base), {"language": "sv"}),
            ("/setup/source", {"later": "1"}),
            ("/setup/fuse", {"fuse": "25", "phases": "3"}),
            ("/setup/user", {"name": "anna", "password": PASSWORD, "again": PASSWORD}),
        ]
        for path, form in steps:
            answer = await browser.post(path, data=form)
            assert answer.status_code in (200, 303), (path, answer.text)
            if path.startswith("/setup/source"):
                assert "Fjällnät AB" in (await browser.get(path)).text
        page = await _first_page(browser)
    assert "anna" in page
    until.set()
    assert await running is True
    config = load(tmp_path / "home.toml")
    assert config.house.main_fuse_a == 25
    assert (tmp_path / "home.toml").read_text("utf-8").startswith("# ours\n")


async def _first_page(browser: httpx.AsyncClient) -> str:
    """The Now page of the hub, which takes the set-up's place within a moment."""
    for _ in range(100):
        try:
            answer = await browser.get("/")
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code == 200 and "setup" not in str(answer.url):
            return answer.text
        await asyncio.sleep(0.1)
    raise AssertionError("the hub did not take over")


async def test_after_fifteen_minutes_it_is_over(tmp_path: Path) -> None:
    invited, clock = Invited(), ManualClock(NOON)
    running = asyncio.create_task(set_up(start_in(tmp_path), clock, invited.teller, asyncio.Event()))
    await asyncio.wait_for(invited.url, 10)
    for _ in range(50):
        await clock.advance(60)
        await asyncio.sleep(0.01)
    assert await asyncio.wait_for(running, 10) is False
    assert invited.late


async def test_it_can_be_stopped(tmp_path: Path) -> None:
    invited, until = Invited(), asyncio.Event()
    running = asyncio.create_task(set_up(start_in(tmp_path), SystemClock(), invited.teller, until))
    await asyncio.wait_for(invited.url, 10)
    until.set()
    assert await asyncio.wait_for(running, 10) is False
    assert not invited.late


async def test_a_certificate_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    start = start_in(tmp_path)
    start.path.write_text('[web]\nport = 0\ncertificate = "none.pem"\nprivate_key = "none.pem"\n')
    with pytest.raises(ConfigError, match="certificate"):
        await set_up(start, SystemClock(), Invited().teller, asyncio.Event())


def test_a_new_hub_is_for_all_on_the_local_network(tmp_path: Path) -> None:
    assert draft_of(Start(tmp_path / "home.toml")).web.host == EVERYWHERE
