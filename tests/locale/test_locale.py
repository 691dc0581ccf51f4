"""The texts of all catalogs, and how numbers are written."""

from decimal import Decimal
from importlib.resources import files
from string import Formatter

import pytest

from hanport.locale import (
    LANGUAGES,
    catalog_texts,
    duration,
    fill,
    has_text,
    language_of_environment,
    number,
    text,
)

CATALOGS = sorted(
    entry.name.removesuffix(".toml") for entry in files("hanport.locale").iterdir() if entry.name.endswith(".toml")
)


def places(pattern: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}


@pytest.mark.parametrize("catalog", CATALOGS)
def test_every_text_is_in_both_languages_with_the_same_places(catalog: str) -> None:
    texts = catalog_texts(catalog)
    assert texts
    for key, by_language in texts.items():
        assert set(by_language) == set(LANGUAGES), f"{catalog}.{key}"
        assert all(said.strip() for said in by_language.values()), f"{catalog}.{key} is empty"
        assert places(by_language["sv"]) == places(by_language["en"]), f"{catalog}.{key}"
        assert all(name.isidentifier() for name in places(by_language["en"])), f"{catalog}.{key}: name every place"


def test_the_doctors_catalog_is_among_them() -> None:
    assert "doctor" in CATALOGS
    assert has_text("doctor", "verdict.healthy")
    assert not has_text("doctor", "no such key")


def test_a_text_with_its_numbers() -> None:
    said = text("doctor", "progress.left", "en", seconds=7)
    assert "7" in said
    assert said != text("doctor", "progress.left", "sv", seconds=7)


def test_a_mistake_of_ours_is_loud() -> None:
    with pytest.raises(KeyError):
        text("doctor", "no such key", "en")
    with pytest.raises(KeyError):
        text("doctor", "progress.left", "fr", seconds=7)
    with pytest.raises(KeyError):
        text("doctor", "progress.left", "en")
    with pytest.raises(FileNotFoundError):
        text("no such catalog", "key", "en")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "sv_SE.UTF-8"}, "sv"),
        ({"LANG": "sv"}, "sv"),
        ({"LANG": "sv_FI"}, "sv"),
        ({"LANG": "swedish"}, "sv"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "se_NO"}, "en"),  # Northern Sámi, not Sweden
        ({"LANG": "sv_SE", "LC_ALL": "C"}, "en"),
        ({"LANG": "sv_SE", "LC_MESSAGES": "en_GB"}, "en"),
        ({"LANG": "en_GB", "LC_MESSAGES": "sv_SE@euro"}, "sv"),
        ({"LANG": "sv_SE", "LC_ALL": ""}, "sv"),
        ({"LC_ALL": "sv_SE.utf8", "LC_MESSAGES": "en_US"}, "sv"),
    ],
)
def test_the_language_of_the_environment(environ: dict[str, str], language: str) -> None:
    assert language_of_environment(environ) == language


@pytest.mark.parametrize(
    ("value", "decimals", "swedish", "english"),
    [
        (0, None, "0", "0"),
        (999, None, "999", "999"),
        (1234, None, "1\u00a0234", "1,234"),
        (-1234567, None, "\u22121\u00a0234\u00a0567", "-1,234,567"),
        (Decimal("1234.5"), None, "1\u00a0234,5", "1,234.5"),
        (Decimal("1234.56"), 1, "1\u00a0234,6", "1,234.6"),
        (Decimal("0.25"), 1, "0,2", "0.2"),
        (Decimal("-0.04"), 1, "0,0", "0.0"),
        (7, 2, "7,00", "7.00"),
        (Decimal("1E+3"), None, "1\u00a0000", "1,000"),
    ],
)
def test_a_number_as_people_write_it(value: int | Decimal, decimals: int | None, swedish: str, english: str) -> None:
    assert number(value, "sv", decimals=decimals) == swedish
    assert number(value, "en", decimals=decimals) == english


@pytest.mark.parametrize(
    ("seconds", "swedish", "english"),
    [
        (0, "0 s", "0 s"),
        (45, "45 s", "45 s"),
        (60, "1 min", "1 min"),
        (-125, "2 min 5 s", "2 min 5 s"),
        (3600, "1 h", "1 h"),
        (3603, "1 h", "1 h"),
        (3 * 86_400 + 7_200, "3 dygn 2 h", "3 d 2 h"),
        (26 * 365 * 86_400, "26 år", "26 y"),
    ],
)
def test_a_time_as_people_say_it(seconds: int, swedish: str, english: str) -> None:
    assert duration(seconds, "sv").replace("\u00a0", " ") == swedish
    assert duration(seconds, "en").replace("\u00a0", " ") == english


def test_filling_writes_numbers_times_and_words_as_people_do() -> None:
    said = fill("doctor", "silent-since.text", "sv", {"silent_s": 90, "since": "12:00"})
    assert "1\u00a0min 30\u00a0s" in said
    assert "sedan 12:00" in said
    assert "1,234 bytes" in fill("doctor", "not-understood.text", "en", {"bytes": 1234})
    missing = fill("doctor", "rows-fewer.text", "sv", {"groups": ("voltage", "current"), "rows": ()})
    assert "spänningar, strömmar" in missing
    assert "115200 8N1" in fill("doctor", "wrong-setting.remedy", "en", {"works": "115200 8N1"})
    assert "0.5 of 2" in fill("doctor", "repeated.text", "en", {"repeated": Decimal("0.5"), "telegrams": 2})
