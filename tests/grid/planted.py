"""A planted personal number: every form in which it could stand in a file, a log or an answer, to search for it."""

import base64
import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import URL

from hanport.grid.identifiers import Number

_TEXTS_TO_HASH = ("12 digits", "10 digits", "10 digits, dash", "12 digits, dash")
_HASHES = ("md5", "sha1", "sha256", "sha512")


def forms_of(number: Number) -> list[bytes]:
    """Every form to search for, none of them twice."""
    return list(dict.fromkeys(form for _, form in _forms(number)))


def found_in(data: bytes, number: Number) -> list[str]:
    """The names of the forms in which the number stands in the data; none when it is not there."""
    return sorted({name for name, form in _forms(number) if form in data})


def stored_at(url: URL) -> bytes:
    """All that a database stores: the files of SQLite with the WAL, or what PostgreSQL's dump says."""
    if url.get_backend_name() == "sqlite":
        assert url.database is not None
        path = Path(url.database)
        return b"".join(each.read_bytes() for each in sorted(path.parent.glob(path.name + "*")))
    program = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))[-1]
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run([str(program), "--inserts", address], capture_output=True, check=True).stdout


def _forms(number: Number) -> Iterator[tuple[str, bytes]]:
    texts = _texts(number.digits)
    for name, text in texts.items():
        yield from _written(name, text)
    for name in _TEXTS_TO_HASH:
        for kind in _HASHES:
            digest = hashlib.new(kind, texts[name].encode(), usedforsecurity=False).digest()
            yield f"{kind} of {name}", digest
            yield f"{kind} of {name}, hex", digest.hex().encode()
            yield f"{kind} of {name}, HEX", digest.hex().upper().encode()
            yield f"{kind} of {name}, base64", base64.b64encode(digest).rstrip(b"=")
            yield f"{kind} of {name}, base64 for URLs", base64.urlsafe_b64encode(digest).rstrip(b"=")
    for length in (12, 10):
        digits = number.digits[-length:]
        yield f"{length} digits, packed", bytes.fromhex(digits)
        for order in ("big", "little"):
            # A number of 10 digits is one of 4 or 5 bytes, which other data can hold by chance: only with its zeros.
            size = 6 if length == 12 else 8
            yield f"{length} digits, integer ({order} end first)", int(digits).to_bytes(size, order)


def _texts(digits: str) -> dict[str, str]:
    birth, short, serial = digits[:8], digits[2:8], digits[8:]
    texts = {"12 digits": digits, "10 digits": digits[2:]}
    for name, mark in {"dash": "-", "plus": "+", "space": " ", "hard space": "\u00a0", "minus": "\u2212"}.items():
        texts[f"12 digits, {name}"] = birth + mark + serial
        texts[f"10 digits, {name}"] = short + mark + serial
    return texts | {"12 digits, reversed": digits[::-1], "10 digits, reversed": digits[:1:-1]}


def _written(name: str, text: str) -> Iterator[tuple[str, bytes]]:
    plain = text.encode()
    yield name, plain
    yield f"{name}, hex", plain.hex().encode()
    yield f"{name}, HEX", plain.hex().upper().encode()
    yield f"{name}, spaced hex", plain.hex(" ").encode()
    yield f"{name}, URL", "".join(f"%{byte:02X}" for byte in plain).encode()
    yield f"{name}, url", "".join(f"%{byte:02x}" for byte in plain).encode()
    yield f"{name}, JSON", "".join(f"\\u{ord(sign):04x}" for sign in text).encode()
    yield f"{name}, mark in JSON", json.dumps(text)[1:-1].encode()
    yield f"{name}, HTML", "".join(f"&#{ord(sign)};" for sign in text).encode()
    yield f"{name}, UTF-16 LE", text.encode("utf-16-le")
    yield f"{name}, UTF-16 BE", text.encode("utf-16-be")
    if "-" in text or "+" in text or " " in text:
        yield f"{name}, in a query", text.replace("+", "%2B").replace(" ", "+").encode()
    for offset in range(3):
        yield f"{name}, base64 at {offset}", _encoded(plain, offset, 6)
        yield f"{name}, UTF-16 LE, base64 at {offset}", _encoded(text.encode("utf-16-le"), offset, 6)
    for offset in range(5):
        yield f"{name}, base32 at {offset}", _encoded(plain, offset, 5)


def _encoded(plain: bytes, offset: int, bits: int) -> bytes:
    """The text in base64 (6 bits a sign) or base32 (5) with `offset` bytes before it: the signs that are its alone."""
    encode = base64.b64encode if bits == 6 else base64.b32encode
    return encode(bytes(offset) + plain)[-(-8 * offset // bits) : 8 * (offset + len(plain)) // bits]
