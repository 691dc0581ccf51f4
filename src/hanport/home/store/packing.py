"""Columns of integers packed without loss: differences, zigzag, byte planes, deflate. Pure, usable outside the hub.

A block is: a version byte; the number of rows (4 bytes) and of columns (2 bytes), little-endian; one byte of form a
column (0 all None, 1 constant, else the bytes of a difference, 2 to 9 for 1 to 8 bytes; +128 where some rows are None);
then, deflated, for each column its first number (8 bytes), its mask of rows that are not None, and the differences
of the others from row to row, modulo 2^64, zigzag, as planes of bytes, the lowest first. The last four bytes are a
CRC-32 of all before them.
"""

import struct
import zlib
from collections.abc import Collection, Iterator
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
    there = columns != NONE
    whole, some = there.all(axis=1), there.any(axis=1)
    full = _pack_full(columns[whole])
    forms, parts = bytearray(), []
    for index in range(count):
        if whole[index]:
            form, content = next(full)
        elif some[index]:
            form, content = next(_pack_full(_closed_up(columns[index], there[index])))
            form, content = form | _MASKED, content[:8] + np.packbits(there[index]).tobytes() + content[8:]
        else:
            form, content = _ABSENT, b""
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
    position, planes = 0, np.zeros((count, 8, rows), np.uint8)
    full: list[tuple[int, memoryview]] = []
    for index, form in enumerate(forms):
        part = content[position : position + _length(form, rows)]
        position += len(part)
        if form == _ABSENT or (wanted is not None and index not in wanted):
            continue
        width, mask_bytes = (form & ~_MASKED) - _CONSTANT, (rows + 7) // 8 if form & _MASKED else 0
        planes[len(full), :, 0] = np.frombuffer(part[:8], np.uint8)
        steps = np.frombuffer(part[8 + mask_bytes :], np.uint8)
        planes[len(full), :width, 1:] = steps.reshape(width, rows - 1)
        full.append((index, part[8 : 8 + mask_bytes]))
    numbers = _summed(planes[: len(full)])
    for place, (index, mask) in enumerate(full):
        columns[index] = _spread_out(numbers[place], mask) if mask else numbers[place]
    return columns


def _pack_full(columns: Integers) -> Iterator[tuple[int, bytes]]:
    """Form and content of each of some columns without a None."""
    numbers = np.ascontiguousarray(columns).view(np.uint64)
    steps = np.diff(numbers, axis=1)
    folded = (steps << _ONE) ^ (_ZERO - (steps >> np.uint64(63)))
    largest = folded.max(axis=1, initial=0).tolist()
    planes = folded.astype("<u8").view(np.uint8).reshape(*folded.shape, 8).transpose(0, 2, 1)
    for first, most, plane in zip(numbers[:, :1].astype("<u8"), largest, planes, strict=True):
        width = (most.bit_length() + 7) // 8
        yield width + _CONSTANT, first.tobytes() + plane[:width].tobytes()


def _closed_up(column: Integers, there: NDArray[np.bool_]) -> Integers:
    """The numbers that are there, and the last of them again until the column is full."""
    numbers = column[there]
    return np.concatenate([numbers, np.full(len(column) - len(numbers), numbers[-1])])[np.newaxis]


def _spread_out(numbers: Integers, mask: memoryview) -> Integers:
    there = np.unpackbits(np.frombuffer(mask, np.uint8), count=len(numbers)).astype(np.bool_)
    column = np.full(len(numbers), NONE, np.int64)
    column[there] = numbers[: int(there.sum())]
    return column


def _length(form: int, rows: int) -> int:
    """The bytes of a column's content."""
    if form == _ABSENT:
        return 0
    mask = (rows + 7) // 8 if form & _MASKED else 0
    return 8 + mask + ((form & ~_MASKED) - _CONSTANT) * (rows - 1)


def _summed(planes: NDArray[np.uint8]) -> Integers:
    """Planes of bytes, shape (columns, 8, rows), of a first number and differences, to the numbers themselves."""
    folded = np.ascontiguousarray(planes.transpose(0, 2, 1)).view("<u8")[:, :, 0]
    steps = (folded >> _ONE) ^ (_ZERO - (folded & _ONE))
    steps[:, :1] = folded[:, :1]
    return steps.cumsum(axis=1, dtype=np.uint64).view(np.int64)
