"""Sets letters on A4 pages: where each line and square goes.

The address stands where the right-hand window of a Swedish C5 envelope (H2) shows it, with the sheet folded once: 120
mm from the left and 44 to 66 mm from the top. It stays within the window when the sheet slides in the envelope.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from hanport.grid.letters.fonts import font_for
from hanport.grid.letters.paper import Paper
from hanport.grid.notices.texts import Voice

WIDTH, HEIGHT = 210 * mm, 297 * mm
_LEFT, _RIGHT = 22 * mm, 22 * mm
_WINDOW_LEFT, _WINDOW_WIDTH, _WINDOW_LINES = 120 * mm, 72 * mm, 5
_BODY_TOP, _NEXT_TOP, _BOTTOM = 98 * mm, 25 * mm, 272 * mm
_TEXT, _SMALL, _HEAD, _CODE = 10.0, 6.5, 13.0, 20.0
_LEADING, _GAP = 14.5, 7.0
_QR = 34 * mm


@dataclass(frozen=True, slots=True)
class Line:
    """A text at a place: points from the left and from the top of the page, to its base line."""

    x: float
    y: float
    text: str
    font: str
    size: float


@dataclass(frozen=True, slots=True)
class Square:
    """A QR code in a square: its upper left corner and its width in points."""

    x: float
    y: float
    size: float
    content: str


@dataclass(slots=True)
class Page:
    """What is drawn on a page."""

    lines: list[Line] = field(default_factory=list)
    squares: list[Square] = field(default_factory=list)


@dataclass(slots=True)
class _Sheets:
    """Pages that are being filled, and how far down the last one is."""

    pages: list[Page] = field(default_factory=lambda: [Page()])
    y: float = _BODY_TOP

    def room_for(self, height: float) -> None:
        """Go on to the next page unless so much fits on this one."""
        if self.y + height > _BOTTOM:
            self.pages.append(Page())
            self.y = _NEXT_TOP

    def write(self, text: str, *, size: float = _TEXT, bold: bool = False, x: float = _LEFT) -> None:
        """A paragraph, broken into lines."""
        leading = _LEADING * size / _TEXT
        for line in wrapped(text, size, WIDTH - x - _RIGHT, bold=bold):
            self.room_for(leading)
            self.y += leading
            self.pages[-1].lines.append(_line(x, self.y, line, size, bold=bold))


def set_letter(voice: Voice, paper: Paper, *, is_test: bool) -> list[Page]:
    """The pages of a letter."""
    sheets = _Sheets()
    _head(sheets.pages[0], voice, paper)
    if is_test:
        sheets.write(voice.say("letter.test"), bold=True)
        sheets.y += _GAP
    sheets.write(paper.subject, size=_HEAD, bold=True)
    for each in paper.paragraphs:
        sheets.y += _GAP
        for part in each.splitlines():
            sheets.write(part)
    sheets.y += _GAP
    _particulars(sheets, paper)
    if paper.code or paper.qr:
        _secrets(sheets, voice, paper)
    for each in paper.after:
        sheets.y += _GAP
        sheets.write(each)
    _number(voice, sheets.pages)
    return sheets.pages


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> Iterator[str]:
    """A text as lines that are no wider; a word that is wider is broken."""
    font, printable = font_for(text, bold=bold)
    line = ""
    for word in printable.split():
        longer = f"{line} {word}" if line else word
        if stringWidth(longer, font, size) <= width:
            line = longer
            continue
        if line:
            yield line
        line = word
        while stringWidth(line, font, size) > width:
            count = next(n for n in range(1, len(line) + 1) if stringWidth(line[: n + 1], font, size) > width)
            yield line[:count]
            line = line[count:]
    yield line


def _head(page: Page, voice: Voice, paper: Paper) -> None:
    """The company, the day, and the address in the window."""
    company = voice.config.company
    page.lines.append(_line(_LEFT, 24 * mm, voice.company, _HEAD, bold=True))
    page.lines.append(_line(_WINDOW_LEFT, 24 * mm, paper.day, _TEXT))
    sender = voice.say("letter.sender", company=voice.company, address=" ".join(company.address.split()))
    first = next(wrapped(sender, _SMALL, _WINDOW_WIDTH))
    page.lines.append(_line(_WINDOW_LEFT, 46 * mm, first, _SMALL))
    y = 51 * mm
    for each in paper.to[:_WINDOW_LINES]:
        page.lines.append(_line(_WINDOW_LEFT, y, next(wrapped(each, _TEXT, _WINDOW_WIDTH)), _TEXT))
        y += 4.3 * mm


def _particulars(sheets: _Sheets, paper: Paper) -> None:
    indent = _LEFT + 48 * mm
    for label, value in paper.particulars:
        sheets.room_for(_LEADING)
        top = sheets.y
        sheets.write(value, x=indent)
        sheets.pages[-1].lines.append(_line(_LEFT, top + _LEADING, label, _TEXT))
    sheets.y += _GAP


def _secrets(sheets: _Sheets, voice: Voice, paper: Paper) -> None:
    """The square and the code beside it."""
    sheets.room_for(_QR + _GAP)
    page, top = sheets.pages[-1], sheets.y + _GAP
    beside = _LEFT
    if paper.qr:
        page.squares.append(Square(_LEFT, top, _QR, paper.qr))
        beside += _QR + 8 * mm
    if paper.code:
        page.lines.append(_line(beside, top + 12 * mm, voice.say("letter.code-label"), _TEXT))
        page.lines.append(_line(beside, top + 22 * mm, paper.code, _CODE, bold=True))
    sheets.y = top + _QR


def _number(voice: Voice, pages: list[Page]) -> None:
    if len(pages) == 1:
        return
    for number, page in enumerate(pages, 1):
        said = voice.say("letter.page", page=number, pages=len(pages))
        page.lines.append(_line(_LEFT, HEIGHT - 14 * mm, said, _SMALL + 1.5))


def _line(x: float, y: float, text: str, size: float, *, bold: bool = False) -> Line:
    font, printable = font_for(text, bold=bold)
    return Line(x, y, printable, font, size)
