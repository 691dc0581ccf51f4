"""Breaks XML documents in the ways that bytes and trees can be broken: seeded, so that a find can be found again."""

import random
import re
from collections.abc import Callable, Iterator

_TAG = re.compile(rb"<[^>]+>")
_TEXT = re.compile(rb">([^<>]+)<")
_NASTY = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"&lt;",
    b"&unknown;",
    b"&#0;",
    b"&#xD800;",
    b"]]>",
    b"<!--",
    b"<![CDATA[",
    b"<?php ?>",
    b"191212121212",
    b"9" * 400,
    b"-0001-01-01T00:00:00Z",
    b"9999-12-31T24:00:00+14:00",
    b"2026-02-30T00:00:00Z",
    b"2026-11-25T08:00:00",
    "\u202e\u2028å".encode(),
    b"x" * 20_000,
    b"../../etc/passwd",
    b"%s%n{0}",
]
Way = Callable[[random.Random, bytes], bytes]


def broken(seed: int, documents: list[bytes], count: int) -> Iterator[bytes]:
    """So many broken documents, each broken one to four times over."""
    chance = random.Random(seed)
    for _ in range(count):
        document = chance.choice(documents)
        for _ in range(chance.randint(1, 4)):
            document = chance.choice(_WAYS)(chance, document)
        yield document


def _flip(chance: random.Random, document: bytes) -> bytes:
    if not document:
        return b"<"
    place = chance.randrange(len(document))
    return document[:place] + bytes([chance.randrange(256)]) + document[place + 1 :]


def _cut(chance: random.Random, document: bytes) -> bytes:
    return document[: chance.randrange(len(document) + 1)]


def _drop(chance: random.Random, document: bytes) -> bytes:
    begin, end = sorted(chance.randrange(len(document) + 1) for _ in range(2))
    return document[:begin] + document[end:]


def _repeat(chance: random.Random, document: bytes) -> bytes:
    begin, end = sorted(chance.randrange(len(document) + 1) for _ in range(2))
    return document[:end] + document[begin:end] * chance.randint(1, 3) + document[end:]


def _insert(chance: random.Random, document: bytes) -> bytes:
    place = chance.randrange(len(document) + 1)
    return document[:place] + chance.choice(_NASTY) + document[place:]


def _change_text(chance: random.Random, document: bytes) -> bytes:
    return _replace_one(chance, document, _TEXT, lambda _: b">" + chance.choice(_NASTY) + b"<")


def _drop_tag(chance: random.Random, document: bytes) -> bytes:
    return _replace_one(chance, document, _TAG, lambda _: b"")


def _swap_tag(chance: random.Random, document: bytes) -> bytes:
    tags = _TAG.findall(document)
    return _replace_one(chance, document, _TAG, lambda tag: chance.choice(tags) if tags else tag)


def _deepen(chance: random.Random, document: bytes) -> bytes:
    depth = chance.choice([10, 300, 3000])
    return _replace_one(chance, document, _TEXT, lambda _: b">" + b"<a>" * depth + b"</a>" * depth + b"<")


def _other_encoding(chance: random.Random, document: bytes) -> bytes:
    return document.decode("utf-8", "replace").encode(chance.choice(["utf-16", "utf-16-be", "utf-32", "utf-7"]))


def _doctype(chance: random.Random, document: bytes) -> bytes:
    entity = chance.choice([b'SYSTEM "file:///etc/passwd"', b'"' + b"y" * 50 + b'"', b'SYSTEM "http://127.0.0.1:9/x"'])
    head = b"<!DOCTYPE x [<!ENTITY e " + entity + b">]>"
    end = document.find(b"?>")
    return document[: end + 2] + head + document[end + 2 :].replace(b"hanport", b"&e;")


def _replace_one(
    chance: random.Random, document: bytes, pattern: re.Pattern[bytes], change: Callable[[bytes], bytes]
) -> bytes:
    found = list(pattern.finditer(document))
    if not found:
        return document
    chosen = chance.choice(found)
    return document[: chosen.start()] + change(chosen[0]) + document[chosen.end() :]


_WAYS: list[Way] = [
    _flip,
    _cut,
    _drop,
    _repeat,
    _insert,
    _change_text,
    _change_text,
    _drop_tag,
    _swap_tag,
    _deepen,
    _other_encoding,
    _doctype,
]
