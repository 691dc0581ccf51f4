"""The company's public keys as a document that it publishes, and keys as whoever verifies a receipt gives them."""

import base64
import binascii
import json
import re

from hanport.errors import ConfigError
from hanport.grid.keys import Keyring
from hanport.grid.receipts.format import KEYS_FORMAT, Content

_SIZE = 32  # bytes of an Ed25519 public key
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_REMEDY = f"Give 64 hex digits, or a file of the form {KEYS_FORMAT}."


def receipt_keys(keyring: Keyring, company: str) -> Content:
    """The document for `/api/v1/receipt-keys`: the newest key first. Receipts of older ones stay good, also of those
    that were dropped.
    """
    known = [*keyring.public_keys().items(), *keyring.retired.items()]
    keys = [{"id": key_id, "public_key": public.hex()} for key_id, public in known]
    return {"format": KEYS_FORMAT, "company": company, "keys": keys}


def read_key(text: str) -> bytes:
    """A public key in hex or base64. Raises ConfigError."""
    given = text.strip()
    if _HEX.fullmatch(given):
        return bytes.fromhex(given)
    try:
        key = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _SIZE:
        raise ConfigError("This is no public key.", _REMEDY)
    return key


def read_keys(data: bytes) -> frozenset[bytes]:
    """The keys of a published document, or of a text with one key a line. Raises ConfigError."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise ConfigError("The file of keys is no text.", _REMEDY) from None
    if not text.lstrip().startswith("{"):
        return frozenset(read_key(line) for line in text.splitlines() if line.strip())
    try:
        document = json.loads(text)
        if document["format"] != KEYS_FORMAT:
            raise ValueError
        return frozenset(read_key(each["public_key"]) for each in document["keys"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ConfigError(f"The file of keys is not of the form {KEYS_FORMAT}.", _REMEDY) from None
