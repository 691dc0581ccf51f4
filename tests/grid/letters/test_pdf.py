"""What is on the paper: in the window, in the text, in the square; for every name that there is."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image
from pypdf import PdfReader
from reportlab.lib.units import mm

from grid.notices.office import CONFIG, config_with
from hanport.grid.config import CompanyTable
from hanport.grid.database.schema import Environment
from hanport.grid.keys import Keyring, new_key
from hanport.grid.letters import fonts
from hanport.grid.letters.layout import set_letter, wrapped
from hanport.grid.letters.paper import Paper, read_printed, seal_printed
from hanport.grid.letters.pdf import draw
from hanport.grid.notices.texts import Voice

PAPER = Paper(
    language="sv",
    to=("Åsa Öberg", "c/o Lindström", "Storgatan 12", "780 67 Sälen"),
    day="2026-11-25",
    subject="HAN-porten på din elmätare ska öppnas",
    paragraphs=("Det har beställts att HAN-porten öppnas.",),
    particulars=(("Anläggning", "735999000000000013"), ("Adress", "Storgatan 12, Sälen")),
    code="ABCD-EFGH",
    qr="https://han.example.se/not-me/" + "x" * 32,
    after=("Hit når du oss: 0280-442 00.",),
)


def drawn(*papers: Paper, logo: Path | None = None, **tables: Any) -> bytes:
    file = io.BytesIO()
    draw(file, config_with(**tables), papers, logo=logo)
    return file.getvalue()


def text(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_all_of_it_is_on_the_paper() -> None:
    read = text(drawn(PAPER, environment=Environment.PRODUCTION))
    for said in (*PAPER.to, PAPER.day, PAPER.subject, *PAPER.paragraphs, PAPER.code, *PAPER.after):
        assert said in read
    for label, value in PAPER.particulars:
        assert label in read and value in read
    assert "Fjällnät" in read and "Avs: Fjällnät, Box 7, 782 21 Malung" in read
    assert "TEST" not in read and "Sida" not in read


def test_a_trial_says_so() -> None:
    assert "TEST: det här brevet är ett prov" in text(drawn(PAPER))


def test_the_same_letters_are_the_same_bytes() -> None:
    assert drawn(PAPER, PAPER) == drawn(PAPER, PAPER)


def test_the_address_is_where_the_window_is() -> None:
    fonts.register()
    (page,) = set_letter(Voice(CONFIG, "sv"), PAPER, is_test=False)
    lines = {line.text: line for line in page.lines}
    for each in PAPER.to:
        assert 118 * mm <= lines[each].x <= 122 * mm
        assert 44 * mm <= lines[each].y <= 68 * mm
    others = [line for line in page.lines if line.text not in PAPER.to and 47 * mm < line.y < 90 * mm]
    assert others == []


@pytest.mark.parametrize(
    "name",
    [
        "Şükrü Çelik",
        "Łukasz Żółć",
        "Анна Жукова",
        "Ωραία Ελένη",
        "Đặng Thị Hương",
        "Þórður Ægisson",
        "محمد",
        "A\u030asa",  # in two signs, as some systems write it
    ],
)
def test_names_of_every_kind(name: str) -> None:
    content = drawn(replace(PAPER, to=(name, "Storgatan 1")))
    assert not fonts.is_missing(name)
    if name != "محمد":  # a reader puts it from right to left
        assert fonts.font_for(name)[1] in text(content)


def test_signs_that_no_font_has_are_boxes_and_said_to_be() -> None:
    fonts.register()
    for name in ("王小明", "🎉", "\U0001f1f8\U0001f1ea"):
        assert fonts.MISSING in text(drawn(replace(PAPER, to=(name,))))
        assert fonts.is_missing(name)
    assert fonts.font_for("ﷺa\uff21")[1].endswith("aA")
    assert not fonts.is_missing("a □ of its own")


def test_a_long_text_goes_on_on_the_next_page() -> None:
    content = drawn(replace(PAPER, paragraphs=tuple(f"Stycke {n}. " + "ord " * 150 for n in range(14))), PAPER)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    assert len(pages) >= 4
    assert "Sida 1 av" in pages[0] and f"Sida 2 av {len(pages) - 1}" in pages[1]
    assert "Sida" not in pages[-1]
    assert "Stycke 13." in "".join(pages[:-1])
    assert "ABCD-EFGH" in pages[-2]


def test_lines_are_no_wider_than_the_paper() -> None:
    fonts.register()
    lines = list(wrapped("kort " + "x" * 300 + " ord", 10, 200))
    assert "".join(lines).count("x") == 300 and len(lines) > 5
    assert [*wrapped("", 10, 200)] == [""]


def test_a_long_address_stays_in_the_window() -> None:
    fonts.register()
    paper = replace(PAPER, to=("Namn " * 30, *(f"rad {n}" for n in range(9))))
    (page,) = set_letter(Voice(CONFIG, "sv"), paper, is_test=False)
    shown = [line for line in page.lines if 47 * mm < line.y < 90 * mm]
    assert len(shown) == 5 and max(line.y for line in shown) < 70 * mm


def test_the_square_holds_the_link(tmp_path: Path) -> None:
    """Its modules are drawn as they are in the symbol: read back from the page, row by row."""
    fonts.register()
    (page,) = set_letter(Voice(CONFIG, "sv"), PAPER, is_test=False)
    (square,) = page.squares
    assert square.content == PAPER.qr
    code = segno.make(PAPER.qr, error="m", micro=False)
    dark = sum(sum(1 for module in row if module) for row in code.matrix)
    assert drawn(PAPER, environment=Environment.PRODUCTION).count(b"%PDF") == 1
    contents = PdfReader(io.BytesIO(drawn(PAPER))).pages[0].get_contents()
    assert contents is not None
    assert contents.get_data().count(b" re f") == dark


def test_a_logo_is_drawn_on_the_first_page_alone(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 20), (200, 0, 0, 128)).save(tmp_path / "logo.png")
    long = replace(PAPER, paragraphs=("ord " * 3000,))
    reader = PdfReader(io.BytesIO(drawn(long, logo=tmp_path / "logo.png")))
    counts = [len(page.images) for page in reader.pages]
    assert counts[0] == 1 and not any(counts[1:]) and len(counts) > 1


def test_it_is_kept_without_its_secrets(tmp_path: Path) -> None:
    ring = Keyring((new_key(date(2026, 1, 1)),))
    kept = read_printed(ring, seal_printed(ring, PAPER))
    assert kept == replace(PAPER, code="", qr="")
    assert "Öberg" not in repr(PAPER)


def test_without_a_company_address_it_is_still_drawn() -> None:
    assert "Avs: Elnät" in text(drawn(PAPER, company=CompanyTable(name="Elnät")))
