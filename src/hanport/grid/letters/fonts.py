"""The fonts of letters: Vera, which comes with reportlab; and DejaVu Sans, of the same shapes, for what Vera lacks.

Signs that neither has are written as their nearest relative, or as a box: a letter never fails for a name.
"""

import unicodedata
from importlib.resources import as_file, files

from reportlab.pdfbase.pdfmetrics import getFont, registerFont
from reportlab.pdfbase.ttfonts import TTFont

TEXT, BOLD, WIDE = "hanport-text", "hanport-bold", "hanport-wide"
MISSING = "\u25a1"


def register() -> None:
    """Make the fonts known to reportlab. Once more does no harm."""
    registerFont(TTFont(TEXT, "Vera.ttf"))
    registerFont(TTFont(BOLD, "VeraBd.ttf"))
    with as_file(files(__package__).joinpath("fonts/DejaVuSans.ttf")) as path:
        registerFont(TTFont(WIDE, str(path)))


def font_for(text: str, *, bold: bool = False) -> tuple[str, str]:
    """The font in which a text can be set, and the text with what no font has put otherwise. After `register`."""
    composed = unicodedata.normalize("NFC", text)
    usual = BOLD if bold else TEXT
    if all(_has(usual, sign) for sign in composed):
        return usual, composed
    return WIDE, "".join(map(_printable, composed))


def is_missing(text: str) -> bool:
    """Whether a sign of the text cannot be printed, so that somebody must look at the letter."""
    return MISSING in font_for(text)[1] and MISSING not in text


def _printable(sign: str) -> str:
    if _has(WIDE, sign):
        return sign
    plain = "".join(each for each in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(each))
    return plain if plain and plain != sign and all(_has(WIDE, each) for each in plain) else MISSING


def _has(font: str, sign: str) -> bool:
    return ord(sign) in getFont(font).face.charToGlyph
