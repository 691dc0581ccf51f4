"""Help by what is seen."""

import pytest

from grid.web.scene import Scene, seen
from hanport.doctor.findings import RULES
from hanport.grid.web.help import GROUPS, SYMPTOMS, Symptom, cause_of, guide_steps, remedy_of
from hanport.grid.web.site import CATALOGS
from hanport.grid.wordings import store
from hanport.web.words import Words

WORDS = {language: Words(language, CATALOGS) for language in ("sv", "en")}


@pytest.mark.parametrize("symptom", SYMPTOMS.values(), ids=lambda symptom: symptom.name)
def test_each_symptom_has_a_cause_or_goes_through_them(symptom: Symptom) -> None:
    for words in WORDS.values():
        lead, steps = remedy_of(symptom, words)
        assert lead
        assert all(steps)
        assert cause_of(symptom, words) or steps or symptom.restart
        assert "{" not in lead + cause_of(symptom, words)


def test_the_doctors_steps_become_a_list() -> None:
    lead, steps = remedy_of(SYMPTOMS["nothing"], WORDS["en"])
    assert lead == "In this order:"
    assert len(steps) == 4
    assert steps[0].startswith("Is the port opened?")
    assert steps[3] == "Try another cable or reader."


def test_the_guide_has_the_steps_of_the_doctor() -> None:
    assert len(guide_steps(WORDS["sv"])) == len(guide_steps(WORDS["en"])) == 5
    assert guide_steps(WORDS["sv"])[1] == "Slå av huvudbrytaren vid elmätaren."


def test_no_symptom_is_told_twice() -> None:
    assert len(SYMPTOMS) == sum(len(group) for group in GROUPS.values())
    assert len(RULES) > len(SYMPTOMS)


async def test_only_the_identification_comes(quick: Scene) -> None:
    page = await seen(quick, "/help/kam5")
    assert "Bara identifikationsraden kommer (/KAM5)" in page
    assert "5 V på stift 1" in page
    assert "huvudbrytaren" not in page
    assert "menas vi på Fjällby Elnät" in page


async def test_silence_leads_to_the_restart(quick: Scene) -> None:
    page = await seen(quick, "/help/silent", "en")
    assert "Switch off the main switch by the meter." in page
    assert 'href="/facilities"' in page


async def test_another_symptom_is_no_page(quick: Scene) -> None:
    await seen(quick, "/help/toothache", status=404)


async def test_the_companys_own_help(quick: Scene) -> None:
    with quick.database.writing("staff:anna") as work:
        store.change(work, quick.config, "help.more", {"sv": "## Hos oss\n\nRing.", "en": "Call."}, expected=0)
    assert "<p>Ring.</p>" in await seen(quick, "/help")
