"""Who may see and change the hub: users with passwords, their sessions, and tokens for other programs.

Secrets are stored as hashes alone: passwords by argon2id, sessions and tokens (256 random bits each) by SHA-256.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

import apsw
from argon2 import PasswordHasher

from hanport.clock import Clock
from hanport.home import account_rows as rows
from hanport.home.account_values import AccountError, LoggedIn, Problem, Refused, Role, Token, User, checked_name
from hanport.home.account_values import folded_name as folded
from hanport.home.passwords import HASHER, Passwords, check_password
from hanport.home.throttle import Throttle, key_of_address

if TYPE_CHECKING:
    from hanport.home.store.thread import StoreThread

__all__ = ["SCOPES", "AccountError", "Accounts", "LoggedIn", "Problem", "Refused", "Role", "Token", "User"]

SCOPES = ("read", "metrics")
_LONGEST_WAIT_FOR_NAME_S = 60.0
_LONGEST_WAIT_FOR_ADDRESS_S = 900.0
_USE_NOTED_EVERY_MS = 3_600_000  # not at each request: cards wear
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TOKEN_LENGTH = 43  # 62 ** 43 > 2 ** 256


class Accounts:
    """Users, sessions and tokens over the hub's store. `idle` is how long a session lives unused."""

    def __init__(
        self, store: "StoreThread", clock: Clock, idle: Callable[[], timedelta], *, hasher: PasswordHasher = HASHER
    ) -> None:
        self._store = store
        self._clock = clock
        self._idle = idle
        self._passwords = Passwords(hasher)
        self._by_name = Throttle(clock, longest_wait_s=_LONGEST_WAIT_FOR_NAME_S)
        self._by_address = Throttle(clock, longest_wait_s=_LONGEST_WAIT_FOR_ADDRESS_S)

    async def login(self, name: str, password: str, address: str) -> LoggedIn | Refused:
        """A new session for who knows the password. `address` is the peer's."""
        found = await self._checked(name, password, address)
        return found if isinstance(found, Refused) else await self.begin_session(found)

    async def confirm(self, user: User, password: str, address: str) -> Refused | None:
        """Asks for the password again before what matters; it counts as a try of a login. None where it fits."""
        found = await self._checked(user.name, password, address)
        return found if isinstance(found, Refused) else None

    async def _checked(self, name: str, password: str, address: str) -> User | Refused:
        name_key, address_key = folded(name)[:100], key_of_address(address)
        wait_s = max(self._by_name.wait_s(name_key), self._by_address.wait_s(address_key))
        if wait_s > 0:
            return Refused(wait_s)
        self._by_name.begin(name_key)
        self._by_address.begin(address_key)
        found = await self._store.read(lambda reader: rows.user_by_name(reader.connection, name))
        fits = await self._passwords.fits(found[1] if found else None, password)
        if found is None or not fits:
            return Refused()
        user, hashed = found
        self._by_name.forgive_all(name_key)
        self._by_address.forgive_one(address_key)
        if self._passwords.is_outdated(hashed):
            renewed = await self._passwords.hashed(password)
            await self._store.write(lambda c: rows.set_password(c, user.id, renewed))
        return user

    async def begin_session(self, user: User) -> LoggedIn:
        """A session for who has proved who they are."""
        token, now_ms = secrets.token_urlsafe(32), self._now_ms()
        hashed, oldest_ms = _hash(token), now_ms - self._idle_ms()
        await self._store.write(lambda c: rows.begin_session(c, hashed, user.id, now_ms, oldest_ms))
        return LoggedIn(user, token)

    async def user_of(self, token: str) -> User | None:
        """Whose session it is; None where there is none, or it was idle for too long."""
        hashed, now_ms, idle_ms = _hash(token), self._now_ms(), self._idle_ms()
        found = await self._store.read(lambda reader: rows.user_of_session(reader.connection, hashed, now_ms - idle_ms))
        if found is None:
            return None
        user, seen_ms = found
        if now_ms - seen_ms > min(idle_ms // 10, _USE_NOTED_EVERY_MS):
            await self._store.write(lambda c: rows.seen(c, hashed, now_ms))
        return user

    async def logout(self, token: str) -> None:
        """End one session."""
        hashed = _hash(token)
        await self._store.write(lambda c: rows.end_session(c, hashed))

    async def logout_others(self, user: User, keep: str = "") -> None:
        """End all sessions of a user but that of the token `keep`."""
        kept = _hash(keep)
        await self._store.write(lambda c: rows.end_sessions(c, user.id, kept))

    async def session_count(self, user: User) -> int:
        """How many browsers a user is logged in with."""
        oldest_ms = self._now_ms() - self._idle_ms()
        return await self._store.read(lambda reader: rows.live_sessions(reader.connection, user.id, oldest_ms))

    async def users(self) -> list[User]:
        """All users, by name."""
        return await self._store.read(lambda reader: rows.all_users(reader.connection))

    async def add(self, name: str, password: str, role: Role, language: str | None = None) -> User:
        """A new user. Raises AccountError."""
        user = User(0, checked_name(name), role, language)
        check_password(password, user.name)
        hashed, now_ms = await self._passwords.hashed(password), self._now_ms()
        return await self._store.write(lambda c: rows.insert_user(c, user, hashed, now_ms))

    async def set_password(self, user: User, password: str, keep: str = "") -> None:
        """A new password, and the end of all sessions but `keep`. Raises AccountError."""
        check_password(password, user.name)
        hashed, kept = await self._passwords.hashed(password), _hash(keep)

        def change(c: apsw.Connection) -> None:
            rows.set_password(c, user.id, hashed)
            rows.end_sessions(c, user.id, kept)

        await self._store.write(change)

    async def set_language(self, user: User, language: str) -> None:
        """The language of a user's pages."""
        await self._store.write(lambda c: rows.set_language(c, user.id, language))

    async def set_role(self, user_id: int, role: Role) -> None:
        """Raises AccountError where no owner would be left."""
        await self._store.write(lambda c: rows.set_role(c, user_id, role))

    async def remove(self, user_id: int) -> None:
        """A user and all their sessions. Raises AccountError where no owner would be left."""
        await self._store.write(lambda c: rows.delete_user(c, user_id))

    async def tokens(self) -> list[Token]:
        """All tokens, the latest first."""
        return await self._store.read(lambda reader: rows.all_tokens(reader.connection))

    async def make_token(self, name: str, scopes: Iterable[str]) -> str:
        """A new token: its secret, which is nowhere kept. Raises AccountError for the name."""
        secret = "hp_" + "".join(secrets.choice(_BASE62) for _ in range(_TOKEN_LENGTH))
        clean, hashed, now_ms = checked_name(name), _hash(secret), self._now_ms()
        written = " ".join(sorted(set(scopes) & set(SCOPES)))
        await self._store.write(lambda c: rows.insert_token(c, clean, hashed, written, now_ms))
        return secret

    async def revoke_token(self, number: int) -> None:
        """The token opens nothing any more."""
        await self._store.write(lambda c: rows.delete_token(c, number))

    async def token_scopes(self, token: str) -> frozenset[str]:
        """What a token of another program opens; nothing where it is unknown."""
        if not token.startswith("hp_"):
            return frozenset()
        hashed, now_ms = _hash(token), self._now_ms()
        found = await self._store.read(lambda reader: rows.token_by_hash(reader.connection, hashed))
        if found is None:
            return frozenset()
        scopes, used_ms = found
        if now_ms - used_ms > _USE_NOTED_EVERY_MS:
            await self._store.write(lambda c: rows.used_token(c, hashed, now_ms))
        return scopes

    def _now_ms(self) -> int:
        return round(self._clock.now().timestamp() * 1000)

    def _idle_ms(self) -> int:
        return round(self._idle().total_seconds() * 1000)


def _hash(secret: str) -> bytes:
    """Fast on purpose: 256 random bits cannot be guessed. The comparison is the index's, of hashes, not of secrets."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
