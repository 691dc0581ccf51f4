"""Codes of an app and on paper: each once, and of two who come at once one."""

import threading
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from hanport.grid.database.work import Database
from hanport.grid.staff import accounts, factors
from hanport.grid.staff.roles import Role
from hanport.grid.staff.values import StaffError

# RFC 6238, appendix B (SHA-1), the last six digits of its eight.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_VECTORS = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]


@pytest.fixture
def member_id(database: Database) -> int:
    with database.writing("system") as work:
        return accounts.add(work, "Ada", [Role.ADMIN]).id


@pytest.mark.parametrize(("at_s", "code"), RFC_VECTORS)
def test_the_standards_own_vectors(at_s: int, code: str) -> None:
    at = datetime.fromtimestamp(at_s, UTC)
    assert factors.step_of(RFC_SECRET, code, at) == at_s // 30
    assert factors.step_of(RFC_SECRET, f" {code[:3]} {code[3:]} ", at + timedelta(seconds=30)) == at_s // 30
    assert factors.step_of(RFC_SECRET, code, at + timedelta(seconds=90)) is None


@pytest.mark.parametrize("typed", ["", "287", "2870822", "abcdef", "２８７０８２", "287082\x00", "\ud800"])
def test_what_is_no_code(typed: str) -> None:
    assert factors.step_of(RFC_SECRET, typed, datetime.fromtimestamp(59, UTC)) is None


def test_an_app_reads_the_address() -> None:
    secret = factors.new_secret()
    read = pyotp.parse_uri(factors.address_of(secret, "Ada Å", "Fjällby Elnät"))
    assert (read.secret, read.name, read.issuer) == (secret, "Ada Å", "Fjällby Elnät")


def test_of_two_with_the_same_code_one_gets_in(database: Database, member_id: int) -> None:
    now = database.clock.now()
    earlier = pyotp.TOTP(RFC_SECRET).at(int(now.timestamp()) - 30)
    with database.writing("system") as work:
        factors.keep_totp(work, member_id, RFC_SECRET, earlier)
    code, got = pyotp.TOTP(RFC_SECRET).at(int(now.timestamp())), []

    def come() -> None:
        with database.writing("system") as work:
            got.append(factors.use_totp(work, member_id, code))

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False, False, False, True]


def test_an_app_that_shows_something_else_is_not_kept(database: Database, member_id: int) -> None:
    with database.writing("system") as work:
        with pytest.raises(StaffError):
            factors.keep_totp(work, member_id, RFC_SECRET, "000000")
        assert factors.use_totp(work, member_id, "000000") is False
        assert accounts.member(work.connection, member_id).has_totp is False


def test_codes_on_paper_are_long_and_each_is_used_once(database: Database, member_id: int) -> None:
    with database.writing("system") as work:
        codes = factors.new_recovery(work, member_id)
        assert len(set(codes)) == 8
        assert all(len(code) == 19 for code in codes)
        assert factors.use_recovery(work, member_id + 1, codes[0]) is False
        assert factors.use_recovery(work, member_id, codes[0]) is True
        assert factors.use_recovery(work, member_id, codes[0]) is False
        assert factors.recovery_left(work.connection, member_id) == 7
        factors.new_recovery(work, member_id)
        assert factors.use_recovery(work, member_id, codes[1]) is False
