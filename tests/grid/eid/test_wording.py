"""The texts that are signed: they say what is asked, and nobody's value can say anything else."""

import hashlib
import json
import re
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.grid.eid.requests import LONGEST_SHOWN, LONGEST_SIGNED, Ask, auth_form, sign_form
from hanport.grid.eid.wording import (
    NamedMeter,
    OrderLine,
    Terms,
    TooMuchToSign,
    canonical,
    hidden_of,
    login_text,
    order_text,
)
from hanport.grid.orders import Kind
from hanport.locale import LANGUAGES

COMPANY = "Byns Elnät AB"
TERMS = Terms("2026-1", 2)
METER = NamedMeter("18012345", "Kamstrup OMNIPOWER")
LINE = OrderLine("8k2m", Kind.OPEN, "735999123456789018", "Storgatan 1, 782 33 Malung", (METER,))
SWEDISH = """\
# Öppna HAN-porten
Jag ber Byns Elnät AB att öppna HAN-porten på elmätaren vid den här anläggningen.

*Anläggnings-ID:* 735999123456789018
*Adress:* Storgatan 1, 782 33 Malung
*Elmätare:* Kamstrup OMNIPOWER 18012345

*Villkor:* jag har läst och godtar version 2026-1 av villkoren hos Byns Elnät AB. Jag ansvarar för vem som kommer \
åt den öppna porten. Det jag ansluter behöver egen strömförsörjning. HAN-adaptern har 2 års garanti. Villkoren säger \
vad Byns Elnät AB ansvarar för om porten inte fungerar.

*Har du inte själv börjat beställningen?* Avbryt i så fall och kontakta Byns Elnät AB."""


def said(*lines: OrderLine, language: str = "sv", company: str = COMPANY, terms: Terms = TERMS) -> str:
    return order_text(lines, company, terms, language)


def test_an_order_to_open_in_swedish() -> None:
    assert said(LINE) == SWEDISH


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_every_order_names_company_facility_address_meter_and_terms(kind: Kind, language: str) -> None:
    text = said(replace(LINE, kind=kind), language=language)
    for word in (COMPANY, LINE.gsrn, LINE.address, METER.serial, METER.name, TERMS.version):
        assert word in text
    assert text.startswith("# ")
    assert ("{" in text, "}" in text) == (False, False)


def test_each_kind_and_language_says_something_of_its_own() -> None:
    texts = {said(replace(LINE, kind=kind), language=language) for kind in Kind for language in LANGUAGES}
    assert len(texts) == len(Kind) * len(LANGUAGES)


@pytest.mark.parametrize(
    ("price_ore", "swedish", "english"),
    [
        (None, "", ""),
        (0, "*Pris:* kostnadsfritt inom garantin", "*Price:* free of charge within the warranty"),
        (50_000, "*Pris:* 500,00 kr", "*Price:* 500.00 kr"),
        (123_456, "*Pris:* 1\u00a0234,56 kr", "*Price:* 1,234.56 kr"),
    ],
)
def test_the_price_is_in_the_text(price_ore: int | None, swedish: str, english: str) -> None:
    line = replace(LINE, kind=Kind.WARRANTY, price_ore=price_ore)
    for language, price in (("sv", swedish), ("en", english)):
        lines = said(line, language=language).splitlines()
        assert [each for each in lines if each.startswith(("*Pris", "*Price"))] == ([price] if price else [])


def test_what_opening_means_is_said_when_something_is_opened() -> None:
    assert "2 års garanti" in said(LINE)
    assert "garanti" not in said(replace(LINE, kind=Kind.CLOSE))


def test_several_facilities_are_numbered() -> None:
    others = [replace(LINE, order_id=f"o{place}", gsrn=f"73599900000000000{place}") for place in range(3)]
    text = said(*others)
    assert "de här 3 anläggningarna" in text
    assert re.findall("^## (.*)$", text, re.MULTILINE) == [f"Anläggning {place} av 3" for place in (1, 2, 3)]
    assert all(line.gsrn in text for line in others)


def test_orders_of_several_kinds_are_grouped() -> None:
    text = said(LINE, replace(LINE, order_id="b", kind=Kind.CLOSE, gsrn="735999000000000001"))
    assert re.findall("^# (.*)$", text, re.MULTILINE) == ["Öppna HAN-porten", "Stäng HAN-porten"]
    assert text.index(LINE.gsrn) < text.index("# Stäng") < text.index("735999000000000001")


def test_what_is_not_known_is_left_out_and_who_acts_is_said() -> None:
    text = said(replace(LINE, address="", meters=()))
    assert "Adress" not in text
    assert "Elmätare" not in text
    meters = (NamedMeter("1"), NamedMeter("2", "Kaifa MA304"))
    text = said(replace(LINE, meters=meters, on_behalf_of="Snickeriet AB"))
    assert re.findall(r"^\*Elmätare:\* (.*)$", text, re.MULTILINE) == ["1", "Kaifa MA304 2"]
    assert "*För:* Snickeriet AB" in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Storgatan 1\n# Stäng porten", "Storgatan 1 ＃ Stäng porten"),
        ("a\r\n\r\n*Pris:* 0 kr", "a ∗Pris:∗ 0 kr"),
        ("a\u2028b\u2029c\x0bd\x85e", "a b c d e"),
        ("|a|_b_`c`~d~\\*", "¦a¦＿b＿ˋcˋ∼d∼＼∗"),
        ("<b>[x]", "‹b›［x］"),
        ("a\u202egnivig\u2066b\u200d\ufeff", "agnivigb"),
        (" \u00a0 \t", "–"),
        ("x" * 201, "x" * 199 + "…"),
        ("Blåbärsstigen 4 – lgh 1001, 78 % + 2", "Blåbärsstigen 4 – lgh 1001, 78 % + 2"),
    ],
)
def test_a_value_cannot_look_like_something_of_ours(value: str, shown: str) -> None:
    assert f"*Adress:* {shown}\n" in said(replace(LINE, address=value))


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300), st.text(max_size=120))
def test_no_value_changes_the_form_of_the_text(address: str, serial: str, version: str, company: str) -> None:
    line = replace(LINE, address=address or "x", meters=(NamedMeter(serial or "x", address),), on_behalf_of="x")
    text = said(line, company=company, terms=Terms(version, 2))
    text.encode()
    lines = text.split("\n")
    assert len(lines) == len(text.splitlines())
    assert [place for place, each in enumerate(lines) if each.startswith("#")] == [0]
    marks = [(place, each.count("*")) for place, each in enumerate(lines)]
    assert [place for place, count in marks if count] == [3, 4, 5, 6, 8, 10]
    assert all(count in (0, 2) for _, count in marks)


@given(st.text(max_size=200))
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_login_is_never_too_long(language: str, company: str) -> None:
    for name in (company, "𝕏" * 200):
        text = login_text(name, language)
        assert len(b64encode(text.encode())) <= LONGEST_SHOWN
        assert text.startswith("# ")
        auth_form(Ask(user_ip="192.0.2.7", visible=text, markdown=True))


def test_as_many_facilities_as_bankid_takes() -> None:
    lines = [replace(LINE, order_id=f"{place:04}", gsrn=f"735999{place:012}") for place in range(140)]
    text = said(*lines)
    assert len(b64encode(text.encode())) <= LONGEST_SIGNED
    sign_form(Ask(user_ip="192.0.2.7", visible=text, hidden=hidden_of(lines, "1"), markdown=True))
    with pytest.raises(TooMuchToSign, match="several turns"):
        said(*lines, *lines)


def test_the_hash_is_one_that_anybody_can_compute() -> None:
    """As docs/bankid.md shows it."""
    written = (
        '{"orders":[{"gsrn":"735999123456789018","id":"8k2m","kind":"open","meters":["18012345"],"price_ore":null}],'
        '"terms":"2026-1"}'
    )
    assert canonical([LINE], "2026-1").decode() == written
    assert hidden_of([LINE], "2026-1") == f"hanport-order-v1:{hashlib.sha256(written.encode()).hexdigest()}".encode()


def test_the_order_of_orders_and_meters_does_not_matter() -> None:
    first = replace(LINE, order_id="a", meters=(METER, NamedMeter("1")))
    second = replace(LINE, order_id="b", kind=Kind.CLOSE)
    turned = replace(first, meters=(NamedMeter("1", "another name"), METER))
    assert hidden_of([first, second], "1") == hidden_of([second, turned], "1")


@pytest.mark.parametrize(
    "other",
    [
        replace(LINE, order_id="x"),
        replace(LINE, kind=Kind.CLOSE),
        replace(LINE, gsrn="735999123456789001"),
        replace(LINE, meters=(NamedMeter("2"),)),
        replace(LINE, meters=()),
        replace(LINE, price_ore=0),
    ],
)
def test_another_order_has_another_hash(other: OrderLine) -> None:
    assert hidden_of([other], "1") != hidden_of([LINE], "1")
    assert hidden_of([LINE], "2") != hidden_of([LINE], "1")
    assert hidden_of([LINE, other], "1") != hidden_of([LINE], "1")


@given(st.text(max_size=50))
def test_the_canonical_form_can_be_read_back(version: str) -> None:
    content = canonical([LINE], version)
    assert json.loads(content)["terms"] == version
    assert b": " not in content.replace(version.encode(), b"")


def test_the_document_shows_what_is_computed() -> None:
    page = (Path(__file__).parents[3] / "docs" / "bankid.md").read_text("utf-8")
    assert canonical([LINE], "2026-1").decode() in page
