"""The list of meters and the page of each."""

import pytest

from grid.web.scene import Scene, seen
from hanport.grid.wordings import store
from hanport.models import MODELS


async def test_the_list_is_searched(quick: Scene) -> None:
    page = await seen(quick, "/meters")
    assert all(f'href="/meters/{name}"' in page for name in MODELS)
    page = await seen(quick, "/meters?q=OMNIPOWER++kamstrup")
    assert "Modeller som passar ”OMNIPOWER kamstrup”: 2" in page
    assert 'href="/meters/kamstrup-hdlc"' in page
    assert 'href="/meters/aidon-6534"' not in page


async def test_what_is_searched_for_cannot_do_harm(quick: Scene) -> None:
    page = await seen(quick, "/meters?q=" + "%3Cscript%3E%22" * 40)
    assert "<script>&" not in page
    assert "&lt;script&gt;&#34;" in page
    assert page.count("&lt;script&gt;") < 30  # it is cut


async def test_a_model_that_is_not_known_is_told_what_usually_holds(quick: Scene) -> None:
    for page in (await seen(quick, "/meters/iskra-am550", status=404), await seen(quick, "/meters?q=iskra")):
        assert "vi vet det inte säkert för din mätare" in page
        assert "115200 8N1" in page
        assert 'href="/contact"' in page


@pytest.mark.parametrize("language", ["sv", "en"])
async def test_the_companys_note_stands_first(quick: Scene, language: str) -> None:
    with quick.database.writing("staff:anna") as work:
        texts = {"sv": "Sitter **bakom** luckan.", "en": "Is **behind** the lid."}
        store.change(work, quick.config, "model.aidon-6534.note", texts, expected=0)
    page = await seen(quick, "/meters/aidon-6534", language)
    note = {"sv": "<strong>bakom</strong>", "en": "<strong>behind</strong>"}[language]
    assert 0 < page.index(note) < page.index("data-sheet")
    assert note not in await seen(quick, "/meters/aidon-hdlc", language)


async def test_a_sheet_says_how_sure_it_is(quick: Scene) -> None:
    page = await seen(quick, "/meters/kamstrup-omnipower-p1")
    assert "Användare rapporterar att uttaget inte ger någon matning" in page
    assert "users of esphome-p1reader" in page
    assert "rapporterat" in page
    assert 'href="/meters/kamstrup-omnia"' in page  # which sends the same
