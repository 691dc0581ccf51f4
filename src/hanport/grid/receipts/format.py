"""The form of a receipt: canonical JSON (RFC 8785) with the company's signature (Ed25519, RFC 8032) in it.

A receipt has one form alone, byte for byte, so that every changed byte shows. What is signed begins with the name of
the form: a signature of something else that the same key has made is never one of a receipt.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

FORMAT = "hanport-receipt-v1"
PDF_FORMAT = "hanport-receipt-pdf-v1"
KEYS_FORMAT = "hanport-receipt-keys-v1"
ATTACHMENT = "hanport-receipt.json"  # the receipt's name in the PDF
KEYS_PLACE = "/api/v1/receipt-keys"  # below the address of the company's service

Content = dict[str, object]


def canonical(content: Mapping[str, object]) -> bytes:
    """The one form of JSON values: texts, whole numbers, true, false, null, lists and objects with ASCII names.

    Raises ValueError and TypeError for anything else.
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def covered(content: Mapping[str, object]) -> bytes:
    """What the signature covers: the name of the form and the receipt without the signature."""
    return FORMAT.encode() + b"\n" + canonical({name: value for name, value in content.items() if name != "signature"})


def covered_pdf(pdf: bytes) -> bytes:
    """What the signature of a PDF covers: the name of the form and all bytes before the signature."""
    return PDF_FORMAT.encode() + b"\n" + pdf


def instant(at: datetime | None) -> str | None:
    """A time to the second, in UTC: `2026-01-31T12:00:00Z`."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
