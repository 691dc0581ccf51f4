"""The start page answers before the parties are there, and does only what it can."""

import json
from pathlib import Path

import pytest

from demo.staged import Staged
from hanport.demo.situations import SEED


@pytest.fixture
def staged(tmp_path: Path) -> Staged:
    return Staged(tmp_path)


async def test_it_is_there_before_the_parties(staged: Staged) -> None:
    async with staged.browser() as browser:
        answer = await browser.get("/")
    assert answer.status_code == 200
    assert "The parties are starting." in answer.text
    assert answer.text.count('data-is="starting"') == 4
    assert 'data-can="stranger" aria-disabled="true"' in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(("language", "title"), [("sv", "Från stängd port"), ("en", "From a closed port")])
async def test_it_speaks_both_languages(staged: Staged, language: str, title: str) -> None:
    async with staged.ready().browser(**{"accept-language": language}) as browser:
        page = (await browser.get("/")).text
    assert title in page
    assert all(f'action="/play/{each}"' in page for each in SEED)


async def test_a_situation_is_begun_once(staged: Staged) -> None:
    async with staged.ready().browser() as browser:
        assert (await browser.post("/play/stranger")).headers["location"] == "/#log"
        assert staged.journal.run.name == "stranger"
        second = await browser.post("/play/move-out")
        assert second.status_code == 409
        assert "Wait until it is over" in second.text
        assert staged.journal.run.name == "stranger"


async def test_what_is_not_there_and_who_comes_from_elsewhere(staged: Staged) -> None:
    async with staged.ready().browser() as browser:
        assert (await browser.post("/play/everything")).status_code == 404
        assert (await browser.post("/cabinet/door")).status_code == 404
        assert (await browser.get("/play/stranger")).status_code == 405
    async with staged.browser(origin="http://elsewhere.example") as browser:
        assert (await browser.post("/play/stranger")).status_code == 403
    async with staged.browser(host="elsewhere.example") as browser:
        assert (await browser.get("/")).status_code == 421
    assert staged.journal.run.name == "start"


async def test_the_cabinet_cannot_be_touched_before_a_meter_hangs_there(staged: Staged) -> None:
    async with staged.browser() as browser:
        assert (await browser.post("/cabinet/cable")).status_code == 409


async def test_a_meter_that_does_not_answer_breaks_nothing(staged: Staged) -> None:
    async with staged.ready().browser() as browser:
        assert (await browser.post("/cabinet/cable")).status_code == 303


async def test_scripts_are_told_what_the_page_shows(staged: Staged) -> None:
    async with staged.ready().browser() as browser:
        told = json.loads((await browser.get("/state")).text)
    assert told == staged.view()
