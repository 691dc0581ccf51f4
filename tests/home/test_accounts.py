"""Users, sessions and tokens, with somebody who tries to get in."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher

from hanport.clock import ManualClock
from hanport.home.account_values import LONGEST_NAME
from hanport.home.accounts import AccountError, Accounts, LoggedIn, Problem, Refused, Role, User
from hanport.home.store.thread import StoreThread

START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD = "sju sorters kakor"
IDLE = timedelta(days=30)
HOME = "192.168.1.30"


@dataclass
class Scene:
    accounts: Accounts
    clock: ManualClock
    store: StoreThread
    path: Path

    async def rows(self, sql: str) -> list[tuple[object, ...]]:
        return await self.store.read(lambda reader: list(reader.connection.execute(sql)))

    async def owner(self) -> User:
        return await self.accounts.add("Eva", GOOD, Role.OWNER)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = ManualClock(START)
    store = await StoreThread.open(tmp_path / "hub.db")
    try:
        yield Scene(Accounts(store, clock, lambda: IDLE, hasher=QUICK), clock, store, tmp_path)
    finally:
        await store.close()


def entered(found: LoggedIn | Refused) -> LoggedIn:
    assert isinstance(found, LoggedIn)
    return found


async def test_who_knows_the_password_gets_a_session(scene: Scene) -> None:
    eva = await scene.owner()
    session = entered(await scene.accounts.login(" eva ", GOOD, HOME))
    assert session.user == eva
    assert await scene.accounts.user_of(session.token) == eva
    assert re.fullmatch(r"[\w-]{43}", session.token)  # 256 bits


async def test_the_file_holds_no_secret(scene: Scene) -> None:
    await scene.owner()
    session = entered(await scene.accounts.login("Eva", GOOD, HOME))
    token = await scene.accounts.make_token("Home Assistant", ["read"])
    await scene.store.close()
    stored = b"".join(path.read_bytes() for path in scene.path.iterdir() if path.is_file())
    assert b"$argon2id$" in stored
    for secret in (GOOD, session.token, token, token.removeprefix("hp_")):
        assert secret.encode() not in stored


async def test_each_login_has_a_new_token_and_logout_ends_it(scene: Scene) -> None:
    eva = await scene.owner()
    tokens = {entered(await scene.accounts.login("Eva", GOOD, HOME)).token for _ in range(3)}
    assert len(tokens) == 3
    assert await scene.accounts.session_count(eva) == 3
    gone = tokens.pop()
    await scene.accounts.logout(gone)
    assert await scene.accounts.user_of(gone) is None
    assert await scene.accounts.session_count(eva) == 2


async def test_a_session_ends_when_it_is_idle_and_lives_while_it_is_used(scene: Scene) -> None:
    eva = await scene.owner()
    used, idle = [entered(await scene.accounts.login("Eva", GOOD, HOME)).token for _ in range(2)]
    for _ in range(4):
        await scene.clock.advance(IDLE.total_seconds() / 3)
        assert await scene.accounts.user_of(used) == eva
    assert await scene.accounts.user_of(idle) is None
    await scene.clock.advance(IDLE.total_seconds() + 1)
    assert await scene.accounts.user_of(used) is None
    await scene.accounts.login("Eva", GOOD, HOME)
    assert await scene.rows("SELECT COUNT(*) FROM session") == [(1,)]  # what is idle is thrown away


async def test_looking_at_pages_does_not_write_each_time(scene: Scene) -> None:
    await scene.owner()
    token = entered(await scene.accounts.login("Eva", GOOD, HOME)).token
    before = await scene.rows("SELECT seen_ms FROM session")
    for _ in range(10):
        await scene.clock.advance(60)
        await scene.accounts.user_of(token)
    assert await scene.rows("SELECT seen_ms FROM session") == before


async def test_sessions_of_a_user_are_bounded(scene: Scene) -> None:
    eva = await scene.owner()
    first = await scene.accounts.begin_session(eva)
    for _ in range(60):
        await scene.clock.advance(1)
        await scene.accounts.begin_session(eva)
    assert await scene.accounts.session_count(eva) == 50
    assert await scene.accounts.user_of(first.token) is None


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --", "å" * 100, "\udc80", "a" * 100_000])
async def test_what_is_no_session_opens_nothing(scene: Scene, token: str) -> None:
    await scene.owner()
    await scene.accounts.login("Eva", GOOD, HOME)
    assert await scene.accounts.user_of(token) is None
    assert await scene.accounts.token_scopes(token) == frozenset()
    assert await scene.accounts.token_scopes(f"hp_{token}") == frozenset()


async def test_guessing_is_slowed_down_by_name_even_from_many_addresses(scene: Scene) -> None:
    await scene.owner()
    for n in range(5):
        assert await scene.accounts.login("Eva", f"wrong {n}", f"10.0.0.{n}") == Refused()
    found = await scene.accounts.login("EVA", GOOD, "10.0.0.99")
    assert isinstance(found, Refused)
    assert found.wait_s > 0
    await scene.clock.advance(found.wait_s)
    entered(await scene.accounts.login("Eva", GOOD, HOME))
    entered(await scene.accounts.login("Eva", GOOD, HOME))


async def test_the_owner_is_locked_out_for_a_minute_at_most(scene: Scene) -> None:
    await scene.owner()
    for n in range(100):
        await scene.accounts.login("Eva", "wrong", f"10.0.{n}.1")
        await scene.clock.advance(30)
    await scene.clock.advance(60)
    entered(await scene.accounts.login("Eva", GOOD, HOME))


async def test_guessing_is_slowed_down_by_address_even_with_many_names(scene: Scene) -> None:
    await scene.owner()
    for n in range(5):
        assert await scene.accounts.login(f"name {n}", GOOD, f"2001:db8::{n}") == Refused()
    found = await scene.accounts.login("Eva", GOOD, "2001:db8::ffff")
    assert isinstance(found, Refused)
    assert found.wait_s > 0
    entered(await scene.accounts.login("Eva", GOOD, "2001:db8:0:1::1"))


async def test_an_own_account_does_not_wash_an_address_clean(scene: Scene) -> None:
    """Somebody with a viewer's password guesses the owner's, and logs in properly in between."""
    await scene.owner()
    await scene.accounts.add("Mallory", GOOD, Role.VIEWER)
    for n in range(4):
        await scene.accounts.login(f"Eva{n}", "wrong", HOME)
        entered(await scene.accounts.login("Mallory", GOOD, HOME))
    await scene.accounts.login("Eva", "wrong", HOME)
    found = await scene.accounts.login("Eva", "wrong", HOME)
    assert isinstance(found, Refused)
    assert found.wait_s > 0


async def test_many_guesses_at_once_are_not_all_checked(scene: Scene) -> None:
    await scene.owner()
    guesses = [scene.accounts.login("Eva", f"guess {n}", HOME) for n in range(50)]
    found = await asyncio.gather(*guesses)
    assert sum(1 for each in found if each == Refused()) == 5


async def test_an_unknown_name_takes_a_hash_too(scene: Scene) -> None:
    checked = 0

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            nonlocal checked
            checked += 1
            return super().verify(hash, password)

    accounts = Accounts(scene.store, scene.clock, lambda: IDLE, hasher=Counting(1, 8, 1))
    assert await accounts.login("nobody", GOOD, HOME) == Refused()
    assert await accounts.login("nobody", "nobody has this password", HOME) == Refused()
    assert checked == 2


async def test_a_huge_password_costs_nothing(scene: Scene) -> None:
    await scene.owner()
    assert await scene.accounts.login("Eva", "x" * 10_000_000, HOME) == Refused()


async def test_costs_of_hashes_are_renewed_at_login(scene: Scene) -> None:
    await scene.owner()
    dearer = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    later = Accounts(scene.store, scene.clock, lambda: IDLE, hasher=dearer)
    entered(await later.login("Eva", GOOD, HOME))
    [(hashed,)] = await scene.rows("SELECT password_hash FROM user")
    assert "m=16,t=2" in str(hashed)
    entered(await later.login("Eva", GOOD, HOME))


async def test_two_keyboards_write_one_letter_in_two_ways(scene: Scene) -> None:
    await scene.accounts.add("A\u030asa", "bla\u030aba\u0308rssoppa", Role.OWNER)
    entered(await scene.accounts.login("\u00e5sa", "bl\u00e5b\u00e4rssoppa", HOME))


@pytest.mark.parametrize(
    ("name", "password", "problem"),
    [
        ("", GOOD, Problem.NAME_EMPTY),
        ("  ", GOOD, Problem.NAME_EMPTY),
        ("a\nb", GOOD, Problem.NAME_EMPTY),
        ("x" * (LONGEST_NAME + 1), GOOD, Problem.NAME_LONG),
        ("EVA", GOOD, Problem.NAME_TAKEN),
        ("Adam", "short", Problem.PASSWORD_SHORT),
        ("Adam", "x" * 257, Problem.PASSWORD_LONG),
        ("Adam", "aaaaaaaaaaaa", Problem.PASSWORD_EASY),
        ("Adam", "1234567890", Problem.PASSWORD_EASY),
        ("Adamadam", "adamadam12", Problem.PASSWORD_EASY),
    ],
)
async def test_names_and_passwords_have_to_be_good(scene: Scene, name: str, password: str, problem: Problem) -> None:
    await scene.owner()
    with pytest.raises(AccountError) as refused:
        await scene.accounts.add(name, password, Role.VIEWER)
    assert refused.value.why is problem
    assert len(await scene.accounts.users()) == 1


async def test_a_name_is_taken_whatever_its_case_also_beyond_ascii(scene: Scene) -> None:
    await scene.accounts.add("Åsa", GOOD, Role.OWNER)
    with pytest.raises(AccountError):
        await scene.accounts.add("åSA", GOOD, Role.OWNER)


async def test_a_new_password_ends_all_other_sessions(scene: Scene) -> None:
    eva = await scene.owner()
    here, there = [entered(await scene.accounts.login("Eva", GOOD, HOME)).token for _ in range(2)]
    with pytest.raises(AccountError):
        await scene.accounts.set_password(eva, "short", here)
    assert await scene.accounts.user_of(there) == eva
    await scene.accounts.set_password(eva, "tretton blåa bilar", here)
    assert await scene.accounts.user_of(here) == eva
    assert await scene.accounts.user_of(there) is None
    assert await scene.accounts.login("Eva", GOOD, HOME) == Refused()
    entered(await scene.accounts.login("Eva", "tretton blåa bilar", HOME))


async def test_the_password_is_asked_for_again_and_that_is_slowed_down_too(scene: Scene) -> None:
    eva = await scene.owner()
    assert await scene.accounts.confirm(eva, GOOD, HOME) is None
    for _ in range(5):
        assert await scene.accounts.confirm(eva, "wrong", HOME) == Refused()
    waiting = await scene.accounts.confirm(eva, GOOD, HOME)
    assert waiting is not None
    assert waiting.wait_s > 0


async def test_the_last_owner_stays(scene: Scene) -> None:
    eva = await scene.owner()
    adam = await scene.accounts.add("Adam", GOOD, Role.VIEWER, "en")
    session = entered(await scene.accounts.login("Adam", GOOD, HOME))
    for refused in (scene.accounts.remove(eva.id), scene.accounts.set_role(eva.id, Role.VIEWER)):
        with pytest.raises(AccountError) as error:
            await refused
        assert error.value.why is Problem.LAST_OWNER
    await scene.accounts.set_role(adam.id, Role.OWNER)
    await scene.accounts.set_role(eva.id, Role.VIEWER)
    await scene.accounts.set_role(eva.id, Role.OWNER)
    await scene.accounts.remove(adam.id)
    assert await scene.accounts.users() == [eva]
    assert await scene.accounts.user_of(session.token) is None


async def test_two_owners_who_remove_each_other_leave_one(scene: Scene) -> None:
    eva = await scene.owner()
    adam = await scene.accounts.add("Adam", GOOD, Role.OWNER)
    results = await asyncio.gather(
        scene.accounts.remove(eva.id), scene.accounts.remove(adam.id), return_exceptions=True
    )
    assert [type(each) for each in results] == [type(None), AccountError]
    assert len(await scene.accounts.users()) == 1


async def test_the_language_of_a_user_is_kept(scene: Scene) -> None:
    eva = await scene.owner()
    await scene.accounts.set_language(eva, "en")
    [after] = await scene.accounts.users()
    assert (eva.language, after.language) == (None, "en")


async def test_a_token_opens_what_it_is_for_until_it_is_revoked(scene: Scene) -> None:
    secret = await scene.accounts.make_token("Grafana", ["metrics", "everything"])
    assert re.fullmatch(r"hp_[0-9A-Za-z]{43}", secret)
    [token] = await scene.accounts.tokens()
    assert (token.name, token.scopes, token.created_at) == ("Grafana", frozenset({"metrics"}), START)
    assert token.used_at is None
    await scene.clock.advance(5)
    assert await scene.accounts.token_scopes(secret) == {"metrics"}
    await scene.clock.advance(5)
    assert await scene.accounts.token_scopes(secret) == {"metrics"}
    [token] = await scene.accounts.tokens()
    assert token.used_at == START + timedelta(seconds=5)
    await scene.accounts.revoke_token(token.id)
    assert await scene.accounts.token_scopes(secret) == frozenset()
    assert await scene.accounts.tokens() == []


async def test_a_token_without_a_name_is_refused(scene: Scene) -> None:
    with pytest.raises(AccountError):
        await scene.accounts.make_token(" ", ["read"])
