"""Reads a PDF of letters as whoever opens the envelope does: the text of each page, and what the squares hold."""

from pathlib import Path

from pypdf import PdfReader


def pages_of(path: Path) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(path).pages]


def words_of(path: Path) -> str:
    """All that is read, on one line."""
    return " ".join(" ".join(pages_of(path)).split())
