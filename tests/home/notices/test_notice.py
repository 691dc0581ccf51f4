"""What a notice says, in both languages, for people and for machines."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hanport.home.notices import Kind, Notice
from hanport.home.values import PortState
from hanport.locale import LANGUAGES, catalog_texts

SINCE = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
NOTICE = Notice(
    id="silent-1",
    kind=Kind.SILENT,
    at=SINCE + timedelta(minutes=12),
    hub="Hemma",
    language="sv",
    state=PortState.SILENT,
    since=SINCE,
    finding="silent-since",
    guide="guide.restart",
)


def test_a_silence_in_swedish_with_what_to_do_and_the_guide() -> None:
    assert NOTICE.subject == "Hemma: elmätarens HAN-port är tyst"
    assert "sedan 2026-07-01 12:00 (12\u00a0min)" in NOTICE.body  # local time, in summer
    assert "Gör så här: Se först efter att kontakten sitter" in NOTICE.body
    assert "2. Slå av huvudbrytaren vid elmätaren." in NOTICE.body
    assert NOTICE.body.endswith("Inställningar.\n")


def test_the_same_in_english() -> None:
    notice = replace(NOTICE, language="en")
    assert notice.subject == "Hemma: the electricity meter’s port is silent"
    assert "since 2026-07-01 12:00 (12\u00a0min)" in notice.body
    assert "What to do: First check that the plug" in notice.body


def test_no_guide_where_a_restart_does_not_help() -> None:
    lost = replace(NOTICE, state=PortState.LOST, finding="source-lost", guide=None)
    assert "läsaren" in lost.subject
    assert "huvudbrytaren" not in lost.body
    assert "USB-kabeln" in lost.body


def test_bytes_that_are_no_telegrams_have_no_remedy_with_gaps() -> None:
    garbled = replace(NOTICE, state=PortState.ILL, finding="setting-likely", guide=None)
    assert "går inte att tolka" in garbled.subject
    assert "{" not in garbled.body


def test_the_port_is_back() -> None:
    back = replace(NOTICE, kind=Kind.BACK, until=SINCE + timedelta(hours=2))
    assert back.silent_s == 7200
    assert "igång igen" in back.subject
    assert "2026-07-01 14:00" in back.body
    assert "huvudbrytaren" not in back.body


def test_for_machines() -> None:
    values = NOTICE.values()
    assert values["event"] == "port.silent"
    assert (values["since"], values["until"], values["silent_s"]) == ("2026-07-01T10:00:00Z", None, 720)
    assert values["text"] == NOTICE.body
    assert Notice("t", Kind.TEST, SINCE, "Hemma", "en").values()["silent_s"] == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", [PortState.SILENT, PortState.LOST, PortState.ILL])
@pytest.mark.parametrize("kind", Kind)
def test_every_notice_can_be_said(kind: Kind, state: PortState, language: str) -> None:
    notice = replace(NOTICE, kind=kind, state=state, language=language, until=SINCE)
    assert "{" not in notice.subject + notice.body
    assert "\n" not in notice.subject


def test_both_languages_have_the_same_places() -> None:
    for key, said in catalog_texts("notices").items():
        assert set(said) == {"en", "sv"}, key
        assert set(re.findall(r"{\w+}", said["en"])) == set(re.findall(r"{\w+}", said["sv"])), key
