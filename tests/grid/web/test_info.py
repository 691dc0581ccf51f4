"""Terms, personal data, accessibility and contact."""

import asyncio

import pytest

from grid.web.scene import Scene, browser, seen
from hanport.clock import ManualClock
from hanport.grid.wordings import store
from hanport.grid.wordings.terms import all_terms


async def test_the_first_visitor_of_a_new_service_finds_terms(scene: Scene) -> None:
    async with browser(scene.app()) as client:
        pages = await asyncio.gather(*(client.get("/terms") for _ in range(4)))
    for page in pages:
        assert "Version 1, gäller från 25 november 2026" in page.text
        assert "anläggning där du har nätavtal" in page.text
    with scene.database.reading() as connection:
        assert len(all_terms(connection)) == 1


async def test_what_was_signed_stays(quick: Scene, clock: ManualClock) -> None:
    first = await seen(quick, "/terms/1")
    await clock.advance(40 * 24 * 3600)
    with quick.database.writing("staff:anna") as work:
        store.change(work, quick.config, "terms", {"sv": "Nya ord.", "en": "New words."}, expected=1)
    now = await seen(quick, "/terms")
    assert "<p>Nya ord.</p>" in now
    assert "Version 2, gäller från 4 januari 2027" in now
    assert '<a href="/terms/1">Version 1</a>, från 25 november 2026' in now
    old = await seen(quick, "/terms/1")
    assert "äldre version, som gällde från 25 november 2026" in old
    article = first[first.index('<section class="sheet prose') : first.index("</section>")]
    assert article in old
    assert "New words." in await seen(quick, "/terms/2", "en")


@pytest.mark.parametrize("path", ["/terms/0", "/terms/2", "/terms/99999999999999999999", "/terms/x", "/terms/-1"])
async def test_other_versions_are_no_pages(quick: Scene, path: str) -> None:
    await seen(quick, path, status=404)


async def test_personal_data_are_told_with_the_retention_of_the_service(quick: Scene) -> None:
    page = await seen(quick, "/privacy")
    assert "Uppgifterna raderas 3 år efter" in page
    assert "Fjällby Elnät är personuppgiftsansvarig" in page
    assert '<a href="https://www.imy.se/">' in page
    assert "Ändrad" not in page
    with quick.database.writing("staff:anna") as work:
        store.change(work, quick.config, "privacy", {"sv": "Eget.", "en": "Own."}, expected=0)
    page = await seen(quick, "/privacy", "en")
    assert "<p>Own.</p>" in page
    assert "Changed 25 November 2026" in page


async def test_accessibility_is_told_honestly(quick: Scene) -> None:
    page = await seen(quick, "/accessibility", "en")
    assert "<strong>partially conformant</strong>" in page
    assert "No outside party has reviewed the website." in page


async def test_how_to_reach_the_company(quick: Scene) -> None:
    page = await seen(quick, "/contact")
    assert '<a href="tel:0280-12345">0280-123 45</a>' in page
    assert '<a href="mailto:kund@fjallby.example">' in page
    assert '<a href="https://fjallby.example">fjallby.example</a>' in page
    silent = Scene(quick.database, quick.clock, quick.folder).with_company(phone="", email="", website="")
    page = await seen(silent, "/contact")
    assert "tel:" not in page
    assert "Vi svarar på vardagar." in page
