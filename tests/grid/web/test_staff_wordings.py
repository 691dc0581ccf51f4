"""Staff edit the company's texts: preview, saving, history, and two of them at once."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from grid.web.scene import Scene, browser, seen
from grid.web.staff_scene import hire
from hanport.grid.audit.reading import entries
from hanport.grid.staff.roles import GRANTS, Permission, Role
from hanport.grid.wordings import store
from hanport.grid.wordings.kinds import KINDS
from hanport.grid.wordings.shipped import shipped

HOURS = "/staff/texts/contact.hours"
BOTH = {"sv": "Ring **jämt**.", "en": "Call *always*."}


@pytest.fixture
async def anna(quick: Scene) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of an editor."""
    secret = quick.staff_session("Anna Ek", hire(quick, "Anna Ek", Role.EDITOR))
    async with browser(quick.app(), secret) as client:
        yield client


async def save(
    client: httpx.AsyncClient, texts: dict[str, str], expected: int, key: str = "contact.hours"
) -> httpx.Response:
    data = texts | {"expected": str(expected), "act": "save"}
    return await client.post(f"/staff/texts/{key}", data=data)


async def test_the_list_says_who_changed_what(quick: Scene, anna: httpx.AsyncClient) -> None:
    page = (await anna.get("/staff/texts")).text
    assert all(f'href="/staff/texts/{key}"' in page for key in KINDS)
    assert "ändrad" not in page
    await save(anna, BOTH, 0)
    assert "Version 1, ändrad 25 nov. 2026 av Anna Ek" in (await anna.get("/staff/texts")).text


async def test_an_editor_finds_it(anna: httpx.AsyncClient) -> None:
    assert 'href="/staff/texts"' in (await anna.get("/staff/more")).text


async def test_others_do_not_edit(quick: Scene) -> None:
    for role in Role:
        secret = quick.staff_session(role, hire(quick, f"Namn {role}", role))
        async with browser(quick.app(), secret) as client:
            may = role in GRANTS[Permission.TEXTS]
            for path in ("/staff/texts", HOURS, f"{HOURS}/history"):
                assert (await client.get(path)).status_code == (200 if may else 403)
            if not may:
                assert (await save(client, BOTH, 0)).status_code == 403
                assert (await client.post(f"{HOURS}/revert", data={"number": "0", "expected": "0"})).status_code == 403
    async with browser(quick.app(), quick.customer_session(quick.town.person())) as client:
        assert (await client.get(HOURS)).headers["location"].startswith("/staff/login")
        assert (await save(client, BOTH, 0)).status_code == 401
    with quick.database.reading() as connection:
        assert store.changes(connection) == 0


async def test_a_preview_changes_nothing(quick: Scene, anna: httpx.AsyncClient) -> None:
    answer = await anna.post(
        HOURS, data=BOTH | {"sv": "Ring <b>**jämt** till {company}.", "expected": "0", "act": "preview"}
    )
    assert answer.status_code == 200
    assert "<p>Ring &lt;b&gt;<strong>jämt</strong> till Fjällby Elnät.</p>" in answer.text
    assert "<p>Call <em>always</em>.</p>" in answer.text
    assert "Ring &lt;b&gt;**jämt** till {company}.</textarea>" in answer.text
    with quick.database.reading() as connection:
        assert store.changes(connection) == 0


async def test_what_is_saved_is_shown_at_once_and_logged(quick: Scene, anna: httpx.AsyncClient) -> None:
    answer = await save(anna, BOTH, 0)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HOURS}?done=saved")
    page = (await anna.get(f"{HOURS}?done=saved")).text
    assert "Sparat. Texten visas för alla." in page
    assert 'name="expected" value="1"' in page
    assert "<strong>jämt</strong>" in await seen(quick, "/contact")
    with quick.database.reading() as connection:
        (entry,) = [each for each in entries(connection) if each.action == "wording.changed"]
    assert entry.actor == "staff:Anna Ek"
    assert (entry.facts["key"], entry.facts["number"]) == ("contact.hours", 1)


async def test_the_same_again_is_no_version(anna: httpx.AsyncClient) -> None:
    await save(anna, BOTH, 0)
    answer = await save(anna, BOTH, 1)
    assert answer.headers["location"] == f"{HOURS}?done=same"


@pytest.mark.parametrize(
    ("key", "texts", "says"),
    [
        ("contact.hours", {"sv": "Bara svenska", "en": ""}, "tom på ett språk"),
        ("help.more", {"sv": "Bara svenska", "en": ""}, "bara på ett språk"),
        ("contact.hours", {"sv": "x" * 2001, "en": "x"}, "högst 2 000 tecken"),
    ],
)
async def test_what_cannot_be_saved_is_kept_in_the_form(
    anna: httpx.AsyncClient, key: str, texts: dict[str, str], says: str
) -> None:
    answer = await save(anna, texts, 0, key)
    assert answer.status_code == 422
    assert says in answer.text.replace("\u00a0", " ")
    assert f"{texts['sv']}</textarea>" in answer.text


async def test_two_editors_do_not_overwrite_each_other(quick: Scene, anna: httpx.AsyncClient) -> None:
    async with browser(quick.app(), quick.staff_session("Bo", hire(quick, "Bo Ek", Role.EDITOR))) as bo:
        await save(bo, {"sv": "Ring på måndagar.", "en": "Call on Mondays."}, 0)
    answer = await save(anna, {"sv": "Ring på fredagar.", "en": "Call on Fridays."}, 0)
    assert answer.status_code == 409
    assert "Någon annan hann före (Bo Ek)" in answer.text
    assert "<del>måndagar.</del><ins>fredagar.</ins>" in answer.text
    assert "Ring på fredagar.</textarea>" in answer.text
    assert 'name="expected" value="1"' in answer.text
    assert "måndagar" in await seen(quick, "/contact")
    assert (await save(anna, {"sv": "Ring på fredagar.", "en": "Call on Fridays."}, 1)).status_code == 303
    assert "fredagar" in await seen(quick, "/contact")


async def test_the_history_shows_what_changed_and_takes_it_back(quick: Scene, anna: httpx.AsyncClient) -> None:
    await save(anna, BOTH, 0)
    await save(anna, BOTH | {"sv": "Ring **sällan**."}, 1)
    page = (await anna.get(f"{HOURS}/history")).text
    assert "<del>**jämt**.</del><ins>**sällan**.</ins>" in page
    assert page.index("Version 2") < page.index("Version 1") < page.index("Som den levererades")
    assert re.findall(r'name="number" value="(\d)"', page) == ["1", "0"]
    answer = await anna.post(f"{HOURS}/revert", data={"number": "1", "expected": "2"})
    assert answer.headers["location"] == f"{HOURS}?done=reverted"
    assert "<strong>jämt</strong>" in await seen(quick, "/contact")
    assert "samma text som version 1" in (await anna.get(f"{HOURS}/history")).text
    await anna.post(f"{HOURS}/revert", data={"number": "0", "expected": "3"})
    assert shipped("contact.hours")["sv"] in await seen(quick, "/contact")
    # Pressed again in an old window: nothing is done, and what happened is shown.
    answer = await anna.post(f"{HOURS}/revert", data={"number": "1", "expected": "3"})
    assert answer.headers["location"] == f"{HOURS}/history"
    with quick.database.reading() as connection:
        assert len(store.history(connection, "contact.hours")) == 4


@pytest.mark.parametrize("number", ["9", "-1", "x", "", "99999999", "¹"])
async def test_there_is_no_other_version(anna: httpx.AsyncClient, number: str) -> None:
    answer = await anna.post(f"{HOURS}/revert", data={"number": number, "expected": "0"})
    assert answer.status_code == 400


async def test_there_is_no_other_text(anna: httpx.AsyncClient) -> None:
    for path in ("/staff/texts/nothing", "/staff/texts/nothing/history"):
        assert (await anna.get(path)).status_code == 404
    assert (await save(anna, BOTH, 0, "nothing")).status_code == 404


async def test_terms_are_kept_before_they_are_edited(quick: Scene, anna: httpx.AsyncClient) -> None:
    page = (await anna.get("/staff/texts/terms")).text
    assert 'name="expected" value="1"' in page
    assert "numrerade" in page
    await save(anna, {"sv": "Nya villkor från {company}.", "en": "New terms of {company}."}, 1, "terms")
    assert "Nya villkor från Fjällby Elnät." in await seen(quick, "/terms")
    assert "anläggning där du har nätavtal" in await seen(quick, "/terms/1")
    history = (await anna.get("/staff/texts/terms/history")).text
    assert "levererad text" in history
    assert re.findall(r'name="number" value="(\d)"', history) == ["1"]


async def test_a_plain_text_is_previewed_as_it_is(anna: httpx.AsyncClient) -> None:
    texts = {"sv": "Hej\n**{company}** <b>", "en": "Hi", "expected": "0"}
    page = (await anna.post("/staff/texts/notices.end", data=texts)).text
    assert "Hej\n**Fjällby Elnät** &lt;b&gt;</div>" in page


async def test_a_long_text_in_both_languages_fits(anna: httpx.AsyncClient) -> None:
    page = (await anna.get("/staff/texts/privacy")).text
    assert 'enctype="multipart/form-data"' in page
    files = {each: (None, "å\r\n" * 4000) for each in ("sv", "en")}  # more would be refused by its length alone
    answer = await anna.post("/staff/texts/privacy", files=files | {"expected": (None, "0"), "act": (None, "save")})
    assert answer.status_code == 303
