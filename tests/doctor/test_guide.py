"""Which guide helps, and what is said of a model: keys that both languages have, with the places they want."""

import pytest

from hanport.doctor import Finding, Severity
from hanport.doctor.guide import (
    GUIDE_STEPS,
    RESTART_HELPS,
    SWITCHED_OFF_STEP,
    SWITCHED_ON_STEP,
    facts_of,
    finding_words,
    guide_of,
    restart_guide,
)
from hanport.locale import LANGUAGES, fill, has_text, text
from hanport.models import MODELS


@pytest.mark.parametrize("key", sorted(RESTART_HELPS))
def test_a_silent_or_frozen_port_may_be_cured_by_a_restart(key: str) -> None:
    assert has_text("doctor", f"{key}.text")
    assert restart_guide(["noise", key], None) == "guide.restart"
    assert restart_guide([key], MODELS["kamstrup-omnia"]) == guide_of(MODELS["kamstrup-omnia"])


def test_other_findings_call_for_no_restart() -> None:
    assert restart_guide([], None) is None
    assert restart_guide(["noise", "encrypted"], MODELS["kamstrup-omnia"]) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MODELS)
def test_all_that_is_known_of_a_model_can_be_said(name: str, language: str) -> None:
    model = MODELS[name]
    said = [fill("doctor", words.key, language, words.numbers) for words in facts_of(model)]
    assert len(said) == 2 + len(model.facts) + len(model.faults)
    assert all(said)
    assert has_text("doctor", guide_of(model))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_steps_are_those_of_the_text(language: str) -> None:
    lines = text("doctor", "guide.restart", language).strip().splitlines()
    steps = [line for line in lines if line[:1].isdigit()]
    assert len(steps) == GUIDE_STEPS
    assert ("switch off the main", "slå av huvudbrytaren")[language == "sv"] in steps[SWITCHED_OFF_STEP - 1].lower()
    assert ("switch on again", "slå på igen")[language == "sv"] in steps[SWITCHED_ON_STEP - 1].lower()


def test_a_finding_has_its_text_and_its_remedy() -> None:
    finding = Finding("noise", Severity.ILL, True, {"places": 3, "bytes": 1234})
    matter, remedy = finding_words(finding)
    assert "1,234" in fill("doctor", matter.key, "en", matter.numbers)
    assert fill("doctor", remedy.key, "sv", remedy.numbers)
