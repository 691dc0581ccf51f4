"""Codes that people type: no sign is taken for another, and no stored hash says which code it is of."""

from datetime import date

import pytest

from hanport.grid.keys import Keyring, new_key
from hanport.grid.letters import signs

RING = Keyring((new_key(date(2026, 1, 1)),))


def test_a_code_has_no_sign_that_is_taken_for_another() -> None:
    made = {signs.make(10) for _ in range(200)}
    assert len(made) == 200
    assert set("".join(made)) == set(signs.ALPHABET)
    assert not set(signs.ALPHABET) & set("01OIL")


@pytest.mark.parametrize("typed", ["ABCDE-23456", "abcde 23456", "  a b c d e\u20112 3 4 5 6\n", "ABCDE23456"])
def test_it_is_read_however_it_is_typed(typed: str) -> None:
    assert signs.read(typed, 10) == "ABCDE23456"
    assert signs.grouped("ABCDE23456") == "ABCDE-23456"


@pytest.mark.parametrize("typed", ["", "ABCDE-2345", "ABCDE-234567", "ABCDE-2345O", "ÅBCDE-23456", "ABCDE_23456"])
def test_what_cannot_be_one(typed: str) -> None:
    assert signs.read(typed, 10) is None


def test_the_hash_is_of_a_code_a_use_and_a_key() -> None:
    kept = signs.hash_of(RING, "a", "ABCDE")
    assert kept != signs.hash_of(RING, "b", "ABCDE")
    assert kept != signs.hash_of(RING, "a", "ABCDF")
    newer = Keyring((new_key(date(2027, 1, 1)), *RING.keys))
    assert kept != signs.hash_of(newer, "a", "ABCDE")
    assert kept in signs.hashes_of(newer, "a", "ABCDE")
