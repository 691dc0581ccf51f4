"""Verifies a receipt, JSON or PDF, by the company's public keys alone: for anybody, without the service."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hanport.grid.receipts.format import FORMAT, PDF_FORMAT, Content, canonical, covered, covered_pdf

_HEX_KEY = re.compile(r"[0-9a-f]{64}")
_HEX_SIGNATURE = re.compile(r"[0-9a-f]{128}")
# The last line of a PDF: where the JSON stands, how long it is, and the signature of everything before it.
_LAST_LINE = re.compile(rb"%" + PDF_FORMAT.encode() + rb" (0|[1-9]\d{0,8}) ([1-9]\d{0,8}) ([0-9a-f]{128})\n\Z")
_LAST_LINE_LONGEST = 200


class Why(StrEnum):
    """What the verdict rests on."""

    GENUINE = "genuine"
    ALTERED = "altered"  # it is not as it was signed
    OTHER_KEY = "other_key"  # whole, but signed with none of the given keys: perhaps another company's
    NO_KEY = "no_key"  # whole, but nobody said which company's key is right
    UNREADABLE = "unreadable"  # no receipt


WORDS: dict[Why, str] = {
    Why.ALTERED: "The receipt is not as it was signed. Ask for the original file: saved anew it is another.",
    Why.OTHER_KEY: "The receipt was signed with none of the given keys. Give the keys that the company publishes.",
    Why.NO_KEY: "The receipt is whole, but anybody can make a whole one: give the company's key as well.",
    Why.UNREADABLE: f"This is no receipt of the form {FORMAT}, and no PDF with one in it.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`content` is what the receipt says: None where it is not known who says so, but for `NO_KEY`."""

    why: Why
    content: Content | None = None

    @property
    def is_genuine(self) -> bool:
        """Whether one of the given keys has signed exactly this."""
        return self.why is Why.GENUINE


def verify(data: bytes, keys: Collection[bytes]) -> Verdict:
    """The verdict on a receipt's file. `keys` are the company's public keys (32 bytes each)."""
    if not data.startswith(b"%PDF-"):
        return _verify_json(data, keys)
    found = _LAST_LINE.search(data, max(0, len(data) - _LAST_LINE_LONGEST))
    if found is None:
        return Verdict(Why.UNREADABLE)
    begin, length = int(found[1]), int(found[2])
    inner = _verify_json(data[begin : begin + length], keys)
    if inner.content is None:
        return inner
    public_key, _ = _key_of(inner.content)
    if not _holds(public_key, bytes.fromhex(found[3].decode()), covered_pdf(data[: found.start(3)])):
        return Verdict(Why.ALTERED)
    return inner


def _verify_json(data: bytes, keys: Collection[bytes]) -> Verdict:
    content = _read(data)
    if content is None:
        return Verdict(Why.UNREADABLE)
    public_key, signature = _key_of(content)
    if not _is_canonical(content, data) or not _holds(public_key, signature, covered(content)):
        return Verdict(Why.ALTERED)
    if not keys:
        return Verdict(Why.NO_KEY, content)
    return Verdict(Why.GENUINE, content) if public_key in keys else Verdict(Why.OTHER_KEY)


def _read(data: bytes) -> Content | None:
    try:
        content = json.loads(data.decode())
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) and content.get("format") == FORMAT else None


def _is_canonical(content: Content, data: bytes) -> bool:
    try:
        return canonical(content) + b"\n" == data
    except (ValueError, RecursionError):
        return False


def _key_of(content: Content) -> tuple[bytes, bytes]:
    """The key that the receipt names, and its signature; empty where they are none."""
    key, signature = content.get("key"), content.get("signature")
    public_key = key.get("public_key") if isinstance(key, dict) else None
    return _bytes(public_key, _HEX_KEY), _bytes(signature, _HEX_SIGNATURE)


def _bytes(value: object, form: re.Pattern[str]) -> bytes:
    return bytes.fromhex(value) if isinstance(value, str) and form.fullmatch(value) else b""


def _holds(public_key: bytes, signature: bytes, data: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True
