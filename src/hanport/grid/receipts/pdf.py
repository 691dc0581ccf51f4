"""A receipt as a page to print and keep, with the signed JSON in it as an attached file."""

import io
from collections.abc import Iterator
from functools import cache
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream, PDFString
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from hanport.grid.receipts.format import ATTACHMENT, KEYS_PLACE
from hanport.grid.receipts.receipt import Receipt
from hanport.grid.receipts.words import CATALOG, lines
from hanport.locale import text

_GREY = HexColor("#555555")
_TEXT, _BOLD = "hanport-vera", "hanport-vera-bold"  # Bitstream Vera, which comes with reportlab


def drawn(receipt: Receipt, signed: bytes, language: str) -> bytes:
    """The PDF, with the signed JSON attached as it is. The same receipt always gives the same bytes."""
    _fonts()
    file = io.BytesIO()
    title = f"{text(CATALOG, 'title', language)} {receipt.order.id}"
    page = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=22 * mm,
        rightMargin=22 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        title=title,
        author=receipt.company.name,
        creator="hanport",
        lang=language,
        invariant=1,
    )

    def begun(canvas: Canvas, document: object) -> None:
        canvas.setDateFormatter(lambda *_: f"D:{receipt.issued_at:%Y%m%d%H%M%S}Z")
        _attach(canvas, signed)

    page.build(list(_story(receipt, language)), onFirstPage=begun)
    return file.getvalue()


def _story(receipt: Receipt, language: str) -> Iterator[Flowable]:
    def said(key: str, **places: object) -> str:
        return text(CATALOG, key, language, **places)

    yield Paragraph(escape(receipt.company.name), _SMALL)
    yield Paragraph(escape(said("title")), _TITLE)
    yield Paragraph(escape(said(f"kind.{receipt.order.kind.value}")), _HEAD)
    yield Spacer(0, 5 * mm)
    rows = [
        (Paragraph(escape(label), _LABEL), Paragraph(escape(value), _BODY)) for label, value in lines(receipt, language)
    ]
    yield Table(rows, colWidths=(48 * mm, 118 * mm), style=_STYLE, hAlign="LEFT")
    evidence = receipt.evidence
    if evidence is not None and receipt.order.by_power:
        yield Paragraph(escape(said("by-power")), _BODY)
    if evidence is not None and evidence.visible_text:
        yield Paragraph(escape(said("signed-text")), _HEAD)
        for line in evidence.visible_text.splitlines():
            yield Paragraph(escape(line) or "&nbsp;", _BODY)
    yield Spacer(0, 8 * mm)
    yield Paragraph(escape(said("shared" if evidence is None else "full")), _SMALL)
    yield Spacer(0, 2 * mm)
    where = said("where", url=f"{receipt.company.url}{KEYS_PLACE}") if receipt.company.url else ""
    yield Paragraph(escape(said("verify", company=receipt.company.name, where=where)), _SMALL)


def _attach(canvas: Canvas, data: bytes) -> None:
    """An embedded file (ISO 32000-1, 7.11.4), uncompressed: the signature of the PDF says where it stands."""
    document = canvas._doc
    kind = PDFDictionary({"Type": PDFName("EmbeddedFile"), "Subtype": "/application#2Fjson"})
    stream = document.Reference(PDFStream(kind, data, filters=[]))
    name = PDFString(ATTACHMENT)
    specification = PDFDictionary(
        {"Type": PDFName("Filespec"), "F": name, "UF": name, "EF": PDFDictionary({"F": stream, "UF": stream})}
    )
    names = PDFArray([name, document.Reference(specification)])
    document.Catalog.Names = PDFDictionary({"EmbeddedFiles": PDFDictionary({"Names": names})})


@cache
def _fonts() -> None:
    registerFont(TTFont(_TEXT, "Vera.ttf"))
    registerFont(TTFont(_BOLD, "VeraBd.ttf"))


_BODY = ParagraphStyle("body", fontName=_TEXT, fontSize=9.5, leading=14)
_LABEL = ParagraphStyle("label", parent=_BODY, textColor=_GREY)
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=8, leading=11.5, textColor=_GREY)
_TITLE = ParagraphStyle("title", parent=_BODY, fontName=_BOLD, fontSize=19, leading=26)
_HEAD = ParagraphStyle("head", parent=_BODY, fontName=_BOLD, fontSize=11, leading=16, spaceBefore=10)
_STYLE = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (0, -1), 0),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#cccccc")),
]
