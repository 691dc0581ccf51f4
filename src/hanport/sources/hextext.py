"""Bytes that are written as hex text: only hex digits and white space, as many readers publish them."""

import re

_HEX_TEXT = re.compile(rb"[0-9A-Fa-f\s]*[0-9A-Fa-f][0-9A-Fa-f\s]*")
_SPACE = b" \t\r\n\v\f"


def from_hex_text(data: bytes) -> bytes | None:
    """The bytes that a hex text stands for; None when it is none, or has half a byte."""
    if not _HEX_TEXT.fullmatch(data):
        return None
    digits = data.translate(None, _SPACE)
    return bytes.fromhex(digits.decode("ascii")) if len(digits) % 2 == 0 else None


class HexTextReader:
    """A hex text that comes in pieces. The first piece decides whether it is one: no telegram begins so."""

    def __init__(self) -> None:
        self._is_hex: bool | None = None
        self._half = b""

    def feed(self, data: bytes) -> bytes:
        """The bytes of this piece; of data that is no hex text, the data itself."""
        if self._is_hex is None:
            self._is_hex = _HEX_TEXT.fullmatch(data) is not None
        if not self._is_hex:
            return data
        digits = self._half + data.translate(None, _SPACE)
        whole = len(digits) - len(digits) % 2
        try:
            decoded = bytes.fromhex(digits[:whole].decode("ascii"))
        except ValueError:  # no hex text after all: from here on it is passed as it is
            self._is_hex = False
            return self._half + data
        self._half = digits[whole:]
        return decoded
