"""The tables `user`, `session` and `token` as statements, one function each, for one connection."""

from collections.abc import Sequence
from datetime import UTC, datetime

import apsw

from hanport.home.account_values import AccountError, Problem, Role, Token, User, folded_name

SESSIONS_OF_A_USER = 50

_USER = "SELECT u.id, u.name, u.role, u.language FROM user u"


def user_by_name(c: apsw.Connection, name: str) -> tuple[User, str] | None:
    """A user, and the hash of the password."""
    folded = folded_name(name)
    for *user, hashed in c.execute("SELECT id, name, role, language, password_hash FROM user"):
        if folded_name(str(user[1])) == folded:  # SQLite folds ASCII alone
            return _user(user), str(hashed)
    return None


def user_of_session(c: apsw.Connection, hashed: bytes, oldest_ms: int) -> tuple[User, int] | None:
    """Whose session it is, and when it was last seen."""
    sql = f"{_USER.replace(' FROM', ', s.seen_ms FROM')} JOIN session s ON s.user = u.id"
    for *user, seen_ms in c.execute(f"{sql} WHERE s.token_hash = ? AND s.seen_ms >= ?", (hashed, oldest_ms)):
        return _user(user), _integer(seen_ms)
    return None


def all_users(c: apsw.Connection) -> list[User]:
    """By name."""
    return sorted((_user(row) for row in c.execute(_USER)), key=lambda user: folded_name(user.name))


def insert_user(c: apsw.Connection, user: User, hashed: str, now_ms: int) -> User:
    """The user with its number. Raises AccountError where the name is taken."""
    if user_by_name(c, user.name) is not None:
        raise AccountError(Problem.NAME_TAKEN)
    sql = "INSERT INTO user (name, password_hash, role, language, created_ms) VALUES (?, ?, ?, ?, ?)"
    c.execute(sql, (user.name, hashed, str(user.role), user.language, now_ms))
    return User(c.last_insert_rowid(), user.name, user.role, user.language)


def set_password(c: apsw.Connection, user_id: int, hashed: str) -> None:
    """A new hash."""
    c.execute("UPDATE user SET password_hash = ? WHERE id = ?", (hashed, user_id))


def set_language(c: apsw.Connection, user_id: int, language: str) -> None:
    """The language of a user's pages."""
    c.execute("UPDATE user SET language = ? WHERE id = ?", (language, user_id))


def set_role(c: apsw.Connection, user_id: int, role: Role) -> None:
    """Raises AccountError where no owner would be left."""
    if role is not Role.OWNER:
        _keep_an_owner(c, user_id)
    c.execute("UPDATE user SET role = ? WHERE id = ?", (str(role), user_id))


def delete_user(c: apsw.Connection, user_id: int) -> None:
    """A user and all their sessions. Raises AccountError where no owner would be left."""
    _keep_an_owner(c, user_id)
    c.execute("DELETE FROM session WHERE user = ?", (user_id,))
    c.execute("DELETE FROM user WHERE id = ?", (user_id,))


def _keep_an_owner(c: apsw.Connection, leaving: int) -> None:
    others = c.execute("SELECT 1 FROM user WHERE role = 'owner' AND id <> ? LIMIT 1", (leaving,)).fetchone()
    if others is None:
        raise AccountError(Problem.LAST_OWNER)


def begin_session(c: apsw.Connection, hashed: bytes, user_id: int, now_ms: int, oldest_ms: int) -> None:
    """A new session; the idle ones go, and those over the limit."""
    c.execute("DELETE FROM session WHERE seen_ms < ?", (oldest_ms,))
    kept = "SELECT token_hash FROM session WHERE user = ? ORDER BY seen_ms DESC LIMIT ?"
    c.execute(
        f"DELETE FROM session WHERE user = ? AND token_hash NOT IN ({kept})",
        (user_id, user_id, SESSIONS_OF_A_USER - 1),
    )
    c.execute("INSERT INTO session VALUES (?, ?, ?, ?)", (hashed, user_id, now_ms, now_ms))


def seen(c: apsw.Connection, hashed: bytes, now_ms: int) -> None:
    """The session is in use."""
    c.execute("UPDATE session SET seen_ms = ? WHERE token_hash = ?", (now_ms, hashed))


def end_session(c: apsw.Connection, hashed: bytes) -> None:
    """One session less."""
    c.execute("DELETE FROM session WHERE token_hash = ?", (hashed,))


def end_sessions(c: apsw.Connection, user_id: int, kept: bytes) -> None:
    """All sessions of a user but one."""
    c.execute("DELETE FROM session WHERE user = ? AND token_hash <> ?", (user_id, kept))


def live_sessions(c: apsw.Connection, user_id: int, oldest_ms: int) -> int:
    """How many browsers a user is logged in with."""
    sql = "SELECT COUNT(*) FROM session WHERE user = ? AND seen_ms >= ?"
    (count,) = c.execute(sql, (user_id, oldest_ms)).fetchone() or (0,)
    return _integer(count)


def all_tokens(c: apsw.Connection) -> list[Token]:
    """The latest first."""
    rows = c.execute("SELECT id, name, scopes, created_ms, used_ms FROM token ORDER BY id DESC")
    return [
        Token(_integer(number), str(name), frozenset(str(scopes).split()), _at(created), _at(used) if used else None)
        for number, name, scopes, created, used in rows
    ]


def insert_token(c: apsw.Connection, name: str, hashed: bytes, scopes: str, now_ms: int) -> int:
    """The number of the new token."""
    c.execute(
        "INSERT INTO token (name, token_hash, scopes, created_ms) VALUES (?, ?, ?, ?)", (name, hashed, scopes, now_ms)
    )
    return c.last_insert_rowid()


def token_by_hash(c: apsw.Connection, hashed: bytes) -> tuple[frozenset[str], int] | None:
    """Its scopes, and when it was last used (0: never)."""
    row = c.execute("SELECT scopes, COALESCE(used_ms, 0) FROM token WHERE token_hash = ?", (hashed,)).fetchone()
    return (frozenset(str(row[0]).split()), _integer(row[1])) if row else None


def used_token(c: apsw.Connection, hashed: bytes, now_ms: int) -> None:
    """The token is in use."""
    c.execute("UPDATE token SET used_ms = ? WHERE token_hash = ?", (now_ms, hashed))


def delete_token(c: apsw.Connection, number: int) -> None:
    """It opens nothing any more."""
    c.execute("DELETE FROM token WHERE id = ?", (number,))


def _user(row: Sequence[object]) -> User:
    number, name, role, language = row
    return User(_integer(number), str(name), Role(str(role)), None if language is None else str(language))


def _integer(value: object) -> int:
    assert isinstance(value, int)
    return value


def _at(ms: object) -> datetime:
    return datetime.fromtimestamp(_integer(ms) / 1000, UTC)
