"""Draws letters into one PDF."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import segno
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from hanport.grid.config import GridConfig
from hanport.grid.database.schema import Environment
from hanport.grid.letters import fonts
from hanport.grid.letters.layout import HEIGHT, WIDTH, Page, Square, set_letter
from hanport.grid.letters.paper import Paper
from hanport.grid.notices.texts import voice_for

_LOGO_TOP, _LOGO_HIGH, _LOGO_WIDE = 28 * mm, 14 * mm, 60 * mm


def draw(file: BinaryIO, config: GridConfig, papers: Sequence[Paper], *, logo: Path | None = None) -> int:
    """Write the letters, one after the other, each on pages of its own; gives how many pages. `logo` is a PNG.

    The same letters make the same bytes.
    """
    fonts.register()
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), invariant=1, lang=config.company.language)
    canvas.setTitle(config.company.name)
    is_test = config.environment is Environment.TEST
    count = 0
    for paper in papers:
        for number, page in enumerate(set_letter(voice_for(config, paper.language), paper, is_test=is_test)):
            if logo is not None and not number:
                _draw_logo(canvas, logo)
            _draw_page(canvas, page)
            canvas.showPage()
            count += 1
    canvas.save()
    return count


def _draw_page(canvas: Canvas, page: Page) -> None:
    for line in page.lines:
        canvas.setFont(line.font, line.size)
        canvas.drawString(line.x, HEIGHT - line.y, line.text)
    for square in page.squares:
        _draw_square(canvas, square)


def _draw_square(canvas: Canvas, square: Square) -> None:
    """The modules of a QR code (ISO/IEC 18004), row by row, with its quiet zone of four."""
    code = segno.make(square.content, error="m", micro=False)
    rows = [list(row) for row in code.matrix_iter(border=4)]
    step = square.size / len(rows)
    for y, row in enumerate(rows):
        for x, is_dark in enumerate(row):
            if is_dark:
                left, top = square.x + x * step, HEIGHT - square.y - (y + 1) * step
                canvas.rect(left, top, step, step, stroke=0, fill=1)


def _draw_logo(canvas: Canvas, logo: Path) -> None:
    canvas.drawImage(
        str(logo),
        22 * mm,
        HEIGHT - _LOGO_TOP - _LOGO_HIGH,
        width=_LOGO_WIDE,
        height=_LOGO_HIGH,
        preserveAspectRatio=True,
        anchor="sw",
        mask="auto",
    )
