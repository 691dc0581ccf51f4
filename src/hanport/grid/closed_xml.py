"""XML from outside, parsed so that it can do nothing: bounded, UTF-8, no DOCTYPE, no entities, no network.

OWASP ASVS 5.0, 1.5.1. The caller says what is wrong to whom it concerns, in words of its own.
"""

import re
from enum import StrEnum
from typing import Any, TypeAlias

from lxml import etree

Element: TypeAlias = Any  # lxml comes without types

_ENCODING = re.compile(r"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")
_TAKEN = ("utf-8", "utf8", "us-ascii", "ascii")


class Flaw(StrEnum):
    """What is wrong with it."""

    TOO_LONG = "too_long"
    NOT_UTF8 = "not_utf8"
    OTHER_ENCODING = "other_encoding"  # it names another than UTF-8
    DOCTYPE = "doctype"
    TRAILING = "trailing"  # something stands behind the end of the document
    BROKEN = "broken"


class NotClosed(Exception):
    """It is not taken. `line` is 0 where the flaw is in no line."""

    def __init__(self, flaw: Flaw, line: int = 0) -> None:
        super().__init__(flaw)
        self.flaw = flaw
        self.line = line


def parse(body: bytes, longest: int, *, keeps_remarks: bool = False) -> Element:
    """The root of a document of at most `longest` bytes. Comments and processing instructions are left out, unless
    they are kept for the caller to see. Raises NotClosed, and nothing else.
    """
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=not keeps_remarks,
        remove_pis=not keeps_remarks,
    )
    try:
        return etree.fromstring(_checked(body, longest), parser)
    except etree.XMLSyntaxError as error:
        trailing = error.code == etree.ErrorTypes.ERR_DOCUMENT_END
        raise NotClosed(Flaw.TRAILING if trailing else Flaw.BROKEN, error.lineno or 0) from None
    except ValueError:
        raise NotClosed(Flaw.BROKEN) from None


def _checked(body: bytes, longest: int) -> bytes:
    if len(body) > longest:
        raise NotClosed(Flaw.TOO_LONG)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotClosed(Flaw.NOT_UTF8) from None
    named = _ENCODING.match(text)
    if named is not None and named[1].lower() not in _TAKEN:
        raise NotClosed(Flaw.OTHER_ENCODING)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise NotClosed(Flaw.DOCTYPE)
    return text.encode()
