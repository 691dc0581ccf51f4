"""Codes that people read off paper and type: how they are made, read, and kept.

They have no sign that is taken for another. They are kept as a keyed hash (HMAC-SHA-256, its key outside the database):
a code has fewer bits than a stored secret must have, and without the key the hashes say nothing; with it whoever has
it reads the whole database anyway. A slow hash would only let strangers keep the machine busy.
"""

import secrets

from hanport.grid.keys import Keyring

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31 signs: 4.95 bits each


def make(length: int) -> str:
    """A code that nobody guesses."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def grouped(code: str) -> str:
    """As it is printed: two groups of half the length."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def read(typed: str, length: int) -> str | None:
    """The code that somebody has typed, in whatever case and groups; None where it cannot be one."""
    code = "".join(sign for sign in typed.upper() if not sign.isspace() and sign not in "-\u2010\u2011\u2013")
    return code if len(code) == length and all(sign in ALPHABET for sign in code) else None


def hash_of(keyring: Keyring, use: str, code: str) -> bytes:
    """How the code is kept, for that use of codes."""
    return keyring.mac(_data(use, code))[1]


def hashes_of(keyring: Keyring, use: str, code: str) -> tuple[bytes, ...]:
    """How the code may be kept: under each of the keys."""
    return keyring.macs(_data(use, code))


def _data(use: str, code: str) -> bytes:
    return f"{use}:{code}".encode()
