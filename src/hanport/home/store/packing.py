"""Columns of integers packed without loss: differences, zigzag, byte planes, deflate. Pure, usable outside the hub.

A block is: a version byte; the number of rows (4 bytes) and of columns (2 bytes), little-endian; one byte of form a
column (0 all None, 1 constant, else the bytes of a difference, 2 to 9 for 1 to 8 bytes; +128 where some rows are None);
then, deflated, for each column its first number (8 bytes), its mask of rows that are not None, and the differences
of the others from row to row, modulo 2^64, zigzag, as planes of bytes, the lowest first. The last four bytes are a
CRC-32 of all before them.
"""

import struct
import zlib
from collections.abc import Collection
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint64]

# What a column holds where there is no number. The same as in port/bulk.py.
NONE = int(np.iinfo(np.int64).min)

VERSION = 1
_HEAD = struct.Struct("<BIH")
_CRC_BYTES = 4
_ABSENT, _CONSTANT, _MASKED = 0, 1, 128
_LEVEL = 6
_ONE, _ZERO = np.uint64(1), np.uint64(0)


class PackingError(ValueError):
    """The bytes are no block."""


def pack(columns: Integers) -> bytes:
    """A block of columns, shape (columns, rows). Rows: 1 to 2^32 - 1; columns: up to 65 535."""
    count, rows = columns.shape
    forms, parts = bytearray(), []
    for column in columns:
        form, content = _pack_column(column)
        forms.append(form)
        parts.append(content)
    data = _HEAD.pack(VERSION, rows, count) + bytes(forms) + zlib.compress(b"".join(parts), _LEVEL)
    return data + zlib.crc32(data).to_bytes(_CRC_BYTES, "little")


def unpack(data: bytes, wanted: Collection[int] | None = None) -> Integers:
    """The columns of a block, NONE for None; of the columns not `wanted` (by index) only NONE. Raises PackingError."""
    if (
        len(data) < _HEAD.size + _CRC_BYTES
        or zlib.crc32(data[:-_CRC_BYTES]).to_bytes(4, "little") != data[-_CRC_BYTES:]
    ):
        raise PackingError("no block, or a damaged one")
    version, rows, count = _HEAD.unpack_from(data)
    if version != VERSION:
        raise PackingError(f"a block of version {version}")
    forms = data[_HEAD.size : _HEAD.size + count]
    content = memoryview(zlib.decompress(data[_HEAD.size + count : -_CRC_BYTES]))
    columns = np.full((count, rows), NONE, np.int64)
    position = 0
    for index, form in enumerate(forms):
        end = position + _length(form, rows)
        if form != _ABSENT and (wanted is None or index in wanted):
            columns[index] = _unpack_column(form, content[position:end], rows)
        position = end
    return columns


def _pack_column(column: Integers) -> tuple[int, bytes]:
    there = column != NONE
    if not there.any():
        return _ABSENT, b""
    masked = 0 if there.all() else _MASKED
    numbers = column[there].view(np.uint64) if masked else np.ascontiguousarray(column).view(np.uint64)
    mask = np.packbits(there).tobytes() if masked else b""
    first = numbers[:1].astype("<u8").tobytes()
    steps = np.zeros(len(column) - 1, np.uint64)
    steps[: len(numbers) - 1] = np.diff(numbers)
    folded = (steps << _ONE) ^ (_ZERO - (steps >> np.uint64(63)))
    largest = int(folded.max(initial=0))
    if not largest:
        return _CONSTANT | masked, first + mask
    width = (largest.bit_length() + 7) // 8
    planes = folded.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].T
    return width + 1 | masked, first + mask + planes.tobytes()


def _length(form: int, rows: int) -> int:
    """The bytes of a column's content."""
    if form == _ABSENT:
        return 0
    mask = (rows + 7) // 8 if form & _MASKED else 0
    return 8 + mask + ((form & ~_MASKED) - _CONSTANT) * (rows - 1)


def _unpack_column(form: int, content: memoryview, rows: int) -> Integers:
    width, mask_length = (form & ~_MASKED) - _CONSTANT, (rows + 7) // 8 if form & _MASKED else 0
    planes = np.zeros((rows - 1, 8), np.uint8)
    planes[:, :width] = np.frombuffer(content[8 + mask_length :], np.uint8).reshape(width, rows - 1).T
    folded = planes.view("<u8")[:, 0]
    steps = (folded >> _ONE) ^ (_ZERO - (folded & _ONE))
    first = np.frombuffer(content[:8], "<u8")
    numbers: Integers = np.concatenate([first, steps]).cumsum(dtype=np.uint64).view(np.int64)
    if not mask_length:
        return numbers
    there = np.unpackbits(np.frombuffer(content[8 : 8 + mask_length], np.uint8), count=rows).astype(np.bool_)
    column = np.full(rows, NONE, np.int64)
    column[there] = numbers[: int(there.sum())]
    return column
