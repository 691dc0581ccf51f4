"""The page of a receipt, as bytes: the same each time, with the file in it that PDF readers show as attached."""

import re
from dataclasses import replace

import pytest

from grid.receipts.made import FULL, SHARED, as_json, keyring_of
from hanport.grid.orders import Kind, State
from hanport.grid.receipts.format import ATTACHMENT
from hanport.grid.receipts.pdf import drawn
from hanport.grid.receipts.receipt import Issuer
from hanport.grid.receipts.words import lines

KEYRING = keyring_of(25)


def test_the_same_receipt_gives_the_same_page() -> None:
    inner = as_json(KEYRING)
    assert drawn(SHARED, inner, "sv") == drawn(SHARED, inner, "sv")
    assert drawn(SHARED, inner, "sv") != drawn(SHARED, inner, "en")


def test_the_file_is_attached_as_it_is() -> None:
    inner = as_json(KEYRING)
    pdf = drawn(SHARED, inner, "sv")
    stream = re.search(rb"/Length (\d+)[^>]*/Subtype /application#2Fjson /Type /EmbeddedFile\s*>>\nstream\n", pdf)
    assert stream is not None
    assert int(stream[1]) == len(inner)
    assert pdf[stream.end() : stream.end() + len(inner)] == inner
    assert re.search(rb"/Names <<\s*/EmbeddedFiles <<", pdf) or b"/EmbeddedFiles" in pdf
    assert ATTACHMENT.encode() in pdf


def test_its_time_is_that_of_the_receipt_and_its_language_is_said() -> None:
    pdf = drawn(SHARED, as_json(KEYRING), "en")
    assert b"(D:20261125080602Z)" in pdf
    assert re.search(rb"/Lang \(en\)", pdf)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("state", list(State))
def test_every_order_has_words(kind: Kind, state: State, language: str) -> None:
    told = dict(lines(replace(FULL, order=replace(FULL.order, kind=kind, state=state)), language))
    assert len(told) >= 10
    assert FULL.order.id in told.values()


def test_what_the_lines_say() -> None:
    told = dict(lines(SHARED, "sv"))
    assert told["Läge"] == "Klart: elmätaren själv har svarat att porten är öppen."
    assert told["Klart"] == "2026-11-25 kl. 09:01:45"
    assert told["Anläggnings-id"] == "735999123456789018"
    assert told["Mätarnummer"] == "12345678"
    assert told["Villkor, version"] == "2026-3"
    assert "Identiteten styrkt med" not in told
    assert dict(lines(FULL, "sv"))["Identiteten styrkt med"] == "Underskrift med BankID"
    bare = dict(lines(replace(SHARED, meters=None, place=replace(SHARED.place, address="")), "sv"))
    assert not {"Adress", "Mätarnummer", "Återkallad"} & set(bare)


def test_a_long_text_and_odd_signs_are_drawn() -> None:
    assert FULL.evidence is not None
    long = replace(FULL.evidence, visible_text="<b>å & ß</b> \x07 漢字\n" * 300, note="<i>")
    receipt = replace(FULL, evidence=long, company=Issuer("A <b>&amp; B"), order=replace(FULL.order, by_power=True))
    pdf = drawn(receipt, as_json(KEYRING, receipt), "sv")
    assert pdf.count(b"/Type /Page\n") > 3
