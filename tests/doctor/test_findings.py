"""The table of rules as a whole: texts for every finding, order, health."""

import re
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

import hanport.doctor
from hanport.doctor import (
    RULES,
    Damage,
    Finding,
    Observation,
    Severity,
    SourceKind,
    Trouble,
    diagnose,
    gather,
    is_healthy,
    is_surely_healthy,
    observe,
)
from hanport.doctor.typical import TYPICAL
from hanport.locale import LANGUAGES, catalog_texts, fill, has_text
from hanport.port.profiles import PROFILES
from hanport.port.values import Reason
from hanport.port.write import fit, write

ROOM = Path(hanport.doctor.__file__).parent
CORPUS = Path(__file__).parents[1] / "corpus"
START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def all_keys() -> set[str]:
    """Every key that a rule can give, read from the source: a text must not be missing in the field."""
    sources = "".join(path.read_text() for path in ROOM.glob("rules_*.py"))
    found = set(re.findall(r'(?:Finding\(|_rows_finding\(|key = )\s*"([a-z-]+)"', sources))
    found |= set(re.findall(r'else "(clock-[a-z]+)"', sources))
    return found | {f"source-{trouble}" for trouble in Trouble}


def test_every_finding_has_its_texts_and_every_text_its_finding() -> None:
    keys = all_keys()
    assert len(keys) > 30
    assert all(has_text("doctor", f"{key}.text") and has_text("doctor", f"{key}.remedy") for key in keys)
    spoken = {key.removesuffix(".remedy") for key in catalog_texts("doctor") if key.endswith(".remedy")} - {"label"}
    assert spoken == keys


def test_rules_hide_only_what_comes_after_and_exists() -> None:
    hidden = set().union(*(rule.hides for rule in RULES))
    assert hidden <= all_keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_promises_what_is_unconfirmed(language: str) -> None:
    """What rests on reports says so."""
    marks = {"en": ("report", "says"), "sv": ("rapporter", "uppge")}[language]
    for key in ("known.hang", "known.hang-unfed", "known.only-identification", "known.feed-pin-1", "known.every-15-s"):
        said = fill("doctor", key, language, {})
        assert any(mark in said for mark in marks), key
    assert any(mark in fill("doctor", "only-identification.remedy", language, {}) for mark in marks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_warns_of_fuses(language: str) -> None:
    guide = fill("doctor", "guide.restart", language, {})
    words = {
        "en": ("main switch", "dark", "used to it", "network company"),
        "sv": ("slocknat", "van vid", "nätbolaget"),
    }
    assert all(word in guide for word in words[language])


def telegrams(count: int, *, source: SourceKind = SourceKind.TCP, moving: bool = True) -> Observation:
    profile = PROFILES["kamstrup-omnia"]
    pieces = []
    for turn in range(count):
        at = START + timedelta(seconds=10 * turn)
        reading = msgspec.structs.replace(TYPICAL, at=at, power_import_w=2_000 + turn * moving)
        pieces.append((at, write(fit(reading, profile), profile)))
    return observe(pieces, begun_at=START, until=START + timedelta(seconds=10 * count - 9), source=source)


def test_health_is_sure_after_three_telegrams_that_move() -> None:
    assert is_surely_healthy(telegrams(3))
    assert not is_surely_healthy(telegrams(2))
    assert not is_surely_healthy(telegrams(3, moving=False))
    assert not is_surely_healthy(telegrams(3, source=SourceKind.FILE))
    assert not is_surely_healthy(replace(telegrams(3), trouble=Trouble.LOST))


def test_health_is_not_sure_after_damage_that_is_a_mere_note() -> None:
    observation = telegrams(3)
    (stretch,) = observation.stretches
    noise = Damage(START + timedelta(seconds=10), Reason.NOISE, 1, 1, b"\x13", True)
    noisy = replace(observation, stretches=(replace(stretch, damages=(noise,)),))
    assert is_healthy(diagnose(noisy))
    assert not is_surely_healthy(noisy)


def test_health_is_not_sure_while_the_interval_is_not() -> None:
    observation = telegrams(3)
    (stretch,) = observation.stretches
    first, second, third = stretch.telegrams
    for late in (replace(third, at=third.at + timedelta(seconds=5)), replace(third, at=second.at)):
        shifted = replace(observation, stretches=(replace(stretch, telegrams=(first, second, late)),))
        assert not is_surely_healthy(shifted)


def test_notes_come_last_and_leave_health() -> None:
    notes = (Finding("slow-as-known", Severity.NOTE, True),)
    assert is_healthy(())
    assert is_healthy(notes)
    assert not is_healthy((Finding("cut", Severity.ILL, False), *notes))
    assert not is_healthy((Finding("not-understood", Severity.UNREADABLE, False),))


def test_a_finding_is_frozen() -> None:
    numbers: dict[str, int | str | tuple[str, ...]] = {"count": 1}
    finding = Finding("cut", Severity.ILL, True, numbers)
    numbers["count"] = 2
    assert finding.numbers == {"count": 1}
    assert Finding("cut", Severity.ILL, True).numbers == {}
    with pytest.raises(TypeError):
        finding.numbers["count"] = 3  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        finding.key = "x"  # type: ignore[misc]


def test_the_model_is_recognised_without_a_row() -> None:
    lines = [(START, b"/KAM5\r\n\r\n")]
    model = gather(observe(lines, begun_at=START, until=START)).model
    assert model is not None
    assert model.name == "kamstrup-omnipower-p1"
    assert gather(Observation(SourceKind.TCP, "x", 120)).silent_s == 0
    assert gather(observe([(START, b"noise")], begun_at=START, until=START)).model is None
    assert gather(observe([(START, b"/KAM5\r\n\r\n1-0:1")], begun_at=START, until=START)).model is not None
    assert gather(observe([(START, b"/KAM5\r\n\r\n1-0:1.8.0(")], begun_at=START, until=START)).model is None


INDEX = msgspec.json.decode((CORPUS / "index.json").read_bytes())
PLAIN_P1 = [case["file"] for case in INDEX if case["file"].startswith("p1/")]


@pytest.mark.parametrize("file", PLAIN_P1)
def test_every_valid_p1_telegram_of_the_corpus_is_healthy(file: str) -> None:
    data = (CORPUS / file).read_bytes()
    findings = diagnose(observe([(START, data), (START, data)], begun_at=START, until=START, source=SourceKind.FILE))
    assert [finding.key for finding in findings if finding.severity is not Severity.NOTE] in ([], ["repeated"])


def test_the_files_of_the_corpus_are_there() -> None:
    assert len(PLAIN_P1) > 40
