"""A-XDR: the types in which a DLMS push list is written (IEC 62056-6-2; Green Book 9.5)."""

import struct
from dataclasses import dataclass
from typing import TypeAlias

from hanport.port.cipher import length_at

# Deeper or longer than any push list known; it bounds the work of a hostile one.
_MAX_DEPTH = 8
_MAX_ITEMS = 1024


class Malformed(ValueError):
    """Bytes that are no A-XDR value."""


@dataclass(frozen=True, slots=True)
class Octets:
    """An octet-string: an OBIS code, a date-time, an identity."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Text:
    """A visible or UTF-8 string."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Enum:
    """An enumerated number, such as a unit."""

    number: int


Value: TypeAlias = "bool | int | float | Octets | Text | Enum | list[Value] | None"

_INTEGERS = {0x05: ">i", 0x06: ">I", 0x0F: ">b", 0x10: ">h", 0x11: ">B", 0x12: ">H", 0x14: ">q", 0x15: ">Q"}
_FLOATS = {0x17: ">f", 0x18: ">d"}
_STRINGS = (0x09, 0x0A, 0x0C)
_TIMES = {0x19: 12, 0x1A: 5, 0x1B: 4}


def decode(data: bytes, at: int = 0) -> tuple[Value, int]:
    """The value at `at` and the place behind it.

    Arrays and structures are lists. Raises Malformed for unknown types, cut values and absurd sizes.
    """
    try:
        return _value(data, at, 0)
    except (IndexError, struct.error) as cut:
        raise Malformed("cut off inside a value") from cut


def _value(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    tag = data[at]
    at += 1
    if tag in (0x01, 0x02):
        return _items(data, at, depth)
    if tag == 0x00:
        return None, at
    if tag in _INTEGERS:
        form = _INTEGERS[tag]
        number: int = struct.unpack_from(form, data, at)[0]
        return number, at + struct.calcsize(form)
    if tag in _STRINGS:
        length, at = length_at(data, at)
        raw = _cut(data, at, length)
        return (Octets(raw) if tag == 0x09 else Text(raw)), at + length
    if tag in _TIMES:
        return Octets(_cut(data, at, _TIMES[tag])), at + _TIMES[tag]
    if tag == 0x16:
        return Enum(data[at]), at + 1
    if tag == 0x03:
        return data[at] != 0, at + 1
    if tag in _FLOATS:
        form = _FLOATS[tag]
        fraction: float = struct.unpack_from(form, data, at)[0]
        return fraction, at + struct.calcsize(form)
    if tag == 0x04:
        bits, at = length_at(data, at)
        return Octets(_cut(data, at, (bits + 7) // 8)), at + (bits + 7) // 8
    raise Malformed(f"type {tag:#04x} is not known")


def _items(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    count, at = length_at(data, at)
    if depth >= _MAX_DEPTH or count > _MAX_ITEMS:
        raise Malformed(f"{count} items at depth {depth}")
    items: list[Value] = []
    for _ in range(count):
        item, at = _value(data, at, depth + 1)
        items.append(item)
    return items, at


def _cut(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise Malformed("cut off inside a string")
    return data[at : at + length]


def encode(value: Value, tag: int | None = None) -> bytes:
    """The bytes of a value of up to 65 535 bytes; `tag` says which integer type (default: 0x06, unsigned 32 bits).

    Raises TypeError for a float and struct.error for an integer that the type cannot hold.
    """
    match value:
        case None:
            return b"\x00"
        case bool():
            return bytes((0x03, value))
        case Octets(raw):
            return b"\x09" + _length(len(raw)) + raw
        case Text(raw):
            return b"\x0a" + _length(len(raw)) + raw
        case Enum(number):
            return bytes((0x16, number))
        case list():
            return b"\x02" + _length(len(value)) + b"".join(map(encode, value))
        case int():
            form = tag or 0x06
            return bytes((form,)) + struct.pack(_INTEGERS[form], value)
    raise TypeError(f"{value!r} has no A-XDR type here")


def _length(count: int) -> bytes:
    return bytes((count,)) if count < 0x80 else b"\x82" + count.to_bytes(2)
