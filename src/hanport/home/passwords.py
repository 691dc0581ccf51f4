"""Passwords: which are good enough, and their hashes by argon2id, made off the event loop and one at a time."""

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hanport.home.account_values import AccountError, Problem

# OWASP's advice is 19 MiB twice and upwards; a Raspberry Pi 4 takes about 0.3 s for this.
HASHER = PasswordHasher(time_cost=2, memory_cost=24 * 1024, parallelism=1)
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256
_FEWEST_LETTERS = 5


def check_password(password: str, name: str) -> None:
    """Raises AccountError for a password that is guessed early: short, of few letters, or the name itself."""
    if len(password) < SHORTEST_PASSWORD:
        raise AccountError(Problem.PASSWORD_SHORT)
    if len(password) > LONGEST_PASSWORD:
        raise AccountError(Problem.PASSWORD_LONG)
    rest = password.casefold().replace(name.casefold(), "")
    if len(set(rest)) < _FEWEST_LETTERS or rest in "01234567890123456789":
        raise AccountError(Problem.PASSWORD_EASY)


class Passwords:
    """Hashes and checks. Each takes the memory of one hash, so never two at once."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        self._hasher = hasher
        self._one_at_a_time = asyncio.Semaphore(1)
        self._of_nobody: str | None = None

    async def hashed(self, password: str) -> str:
        """The hash to store."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def fits(self, hashed: str | None, password: str) -> bool:
        """Whether the password belongs to the hash. None takes as long: who guesses names must not see it."""
        if len(password) > LONGEST_PASSWORD:
            return False
        if hashed is None and self._of_nobody is None:
            self._of_nobody = await self.hashed("nobody has this password")
        async with self._one_at_a_time:
            fits = await asyncio.to_thread(self._verify, hashed or self._of_nobody or "", _normal(password))
        return fits and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other costs than those of now."""
        return self._hasher.check_needs_rehash(hashed)

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    """Two keyboards may write one å in two ways (RFC 8265, 4.2.1)."""
    return unicodedata.normalize("NFC", password)
