"""Which passwords are good enough, and their hashes."""

import pytest
from argon2 import PasswordHasher

from hanport.grid.staff.passwords import HASHER, Passwords, check
from hanport.grid.staff.values import Problem, StaffError

KNOWN = ("Anna Berglund", "Fjällby Elnät", "hanport")


@pytest.mark.parametrize(
    "password",
    ["gråsparv kompass lavendel", "correct horse battery", "x9!kQ2mzPw4t", "Lunch på fjället klockan tre"],
)
def test_good_ones(password: str) -> None:
    check(password, KNOWN)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", Problem.PASSWORD_SHORT),
        ("x" * 257, Problem.PASSWORD_LONG),
        ("password1234", Problem.PASSWORD_EASY),
        ("aaaaaaaaaaaa", Problem.PASSWORD_EASY),
        ("123456789012", Problem.PASSWORD_EASY),
        ("qwertyuiop[]", Problem.PASSWORD_EASY),
        ("iloveyou1234", Problem.PASSWORD_EASY),
        ("annaberglund1", Problem.PASSWORD_EASY),
        ("Fjällby Elnät!", Problem.PASSWORD_EASY),
        ("hanporthanport", Problem.PASSWORD_EASY),
    ],
)
def test_bad_ones(password: str, why: Problem) -> None:
    with pytest.raises(StaffError) as refused:
        check(password, KNOWN)
    assert refused.value.why is why


async def test_a_hash_fits_its_password_alone_however_it_was_typed() -> None:
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    stored = await quick.hashed("en å och en ö här")
    assert stored.startswith("$argon2id$")
    assert await quick.fits(stored, "en a\u030a och en o\u0308 här")  # two signs for one letter
    assert not await quick.fits(stored, "en a och en o här")
    assert not await quick.fits(None, "nobody has this password")
    assert not await quick.fits("no hash", "x")
    assert not await quick.fits(stored, "x" * 300)
    assert Passwords().is_outdated(stored)
    assert not Passwords().is_outdated(HASHER.hash("x"))
