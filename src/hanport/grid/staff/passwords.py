"""Passwords of staff: which are good enough, and their hashes by argon2id, made off the event loop."""

import asyncio
import unicodedata
from collections.abc import Collection

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hanport.grid.staff.values import Problem, StaffError

# OWASP asks for 19 MiB twice at least; a server has more than a hub.
HASHER = PasswordHasher(time_cost=2, memory_cost=48 * 1024, parallelism=1)
SHORTEST = 12
LONGEST = 256
_GOOD = 3  # of 4, by zxcvbn: more than 10^8 guesses
_LOOKED_AT = 72  # signs; zxcvbn takes no more
_WORD = 3  # shorter ones are in every sentence
_AT_ONCE = 2  # each takes the memory of one hash


def check(password: str, known: Collection[str]) -> None:
    """Raise StaffError for a password that is short or guessed early. `known` are words that anybody would try first:
    the member's name, the company's.
    """
    from zxcvbn import zxcvbn  # its lists are large: read when somebody chooses a password

    if len(password) < SHORTEST:
        raise StaffError(Problem.PASSWORD_SHORT)
    if len(password) > LONGEST:
        raise StaffError(Problem.PASSWORD_LONG)
    rest = _without(password.casefold(), known)[:_LOOKED_AT].strip()
    if not rest or zxcvbn(rest)["score"] < _GOOD:
        raise StaffError(Problem.PASSWORD_EASY)


class Passwords:
    """Hashes and checks."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        self._hasher = hasher
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._of_nobody: str | None = None

    async def hashed(self, password: str) -> str:
        """The hash to store."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def fits(self, stored: str | None, password: str) -> bool:
        """Whether the password belongs to the hash. None takes as long: whoever guesses names must not see it."""
        if len(password) > LONGEST:
            return False
        if self._of_nobody is None:
            self._of_nobody = await self.hashed("nobody has this password")
        async with self._turns:
            fits = await asyncio.to_thread(self._verify, stored or self._of_nobody, _normal(password))
        return fits and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with other costs than those of now."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def _without(text: str, known: Collection[str]) -> str:
    """What is left when the words are taken out that anybody would try; they add nothing."""
    words = {word.casefold() for each in known for word in (each, *each.split()) if len(word) >= _WORD}
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "")
    return text


def _normal(password: str) -> str:
    """Two keyboards may write one å in two ways (RFC 8265, 4.2.1)."""
    return unicodedata.normalize("NFC", password)
