"""What is known of a meter model, in words."""

import pytest

from hanport.grid.web.meter_sheets import found, groups_of, sheet_of, sure_words
from hanport.grid.web.site import CATALOGS
from hanport.models import MODELS, Model
from hanport.web.words import Words

SWEDISH, ENGLISH = (Words(language, CATALOGS) for language in ("sv", "en"))


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_each_model_has_a_sheet_in_both_languages(model: Model) -> None:
    for words in (SWEDISH, ENGLISH):
        sheet = sheet_of(model, words)
        assert sheet.supply
        assert sheet.clock
        assert (len(sheet.about), len(sheet.faults)) == (len(model.facts), len(model.faults))
        assert len(sheet.sources) == len(model.sources)
        assert any(model.serial in check for check in sheet.checks)
        assert "effekt" in " ".join(sheet.sends) or "power" in " ".join(sheet.sends)
    assert sheet_of(model, SWEDISH).supply != sheet_of(model, ENGLISH).supply


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("aidon-6534", "can take its supply from the socket"),
        ("kamstrup-omnia", "for the reader’s supply"),  # that it feeds a reader is only reported
        ("kamstrup-omnipower-p1", "has to be made for this meter"),
        ("landisgyr-e360", "for the reader’s supply"),
    ],
)
def test_what_a_reader_needs(name: str, says: str) -> None:
    assert says in " ".join(sheet_of(MODELS[name], ENGLISH).checks)


def test_the_kinds_of_values() -> None:
    assert groups_of(MODELS["kamstrup-omnia"]) == (
        "energy",
        "power",
        "phase-power",
        "voltage",
        "current",
        "reactive-energy",
        "reactive-power",
    )
    assert "phase-power" not in groups_of(MODELS["kaifa-hdlc"])
    assert "energy" not in groups_of(MODELS["kamstrup-hdlc"])  # it comes in another list, once an hour


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", list(MODELS)),
        ("aidon", ["aidon-6534", "aidon-hdlc"]),
        ("AIDON efs2", ["aidon-6534"]),
        ("e360", ["landisgyr-e360"]),
        ("landis+gyr", ["landisgyr-e360"]),
        ("kamstrup aidon", []),
        ("Kamstrup OMNIPOWER 3-fas", ["kamstrup-omnipower-p1", "kamstrup-hdlc"]),  # as a register calls it
        ("Aidon 6560", ["aidon-6534", "aidon-hdlc"]),
    ],
)
def test_searching(asked: str, names: list[str]) -> None:
    assert [model.name for model in found(asked)] == names


def test_each_mark_is_explained() -> None:
    assert [word for word, _ in sure_words(SWEDISH)] == ["bekräftat", "rapporterat", "obekräftat"]
