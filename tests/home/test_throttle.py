"""Who guesses is slowed down, in bounded memory, by what one attacker has of addresses."""

import ipaddress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.clock import ManualClock
from hanport.home.throttle import FORGOTTEN_AFTER_S, FREE_TRIES, Throttle, key_of_address

START = datetime(2026, 11, 25, tzinfo=UTC)


async def test_the_first_tries_are_free_then_each_waits_twice_as_long() -> None:
    clock = ManualClock(START)
    throttle = Throttle(clock, longest_wait_s=60)
    waits = []
    for _ in range(12):
        await clock.advance(throttle.wait_s("eva"))
        throttle.begin("eva")
        waits.append(throttle.wait_s("eva"))
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16, 32, 60, 60, 60]
    assert throttle.wait_s("adam") == 0


async def test_many_at_once_gain_nothing() -> None:
    throttle = Throttle(ManualClock(START), longest_wait_s=60)
    begun = 0
    while throttle.wait_s("eva") == 0:
        throttle.begin("eva")
        begun += 1
    assert begun == FREE_TRIES


async def test_what_was_good_is_forgiven() -> None:
    clock = ManualClock(START)
    throttle = Throttle(clock, longest_wait_s=60)
    for _ in range(20):
        throttle.begin("eva")
        throttle.forgive_one("eva")
    assert throttle.wait_s("eva") == 0
    for _ in range(FREE_TRIES):
        throttle.begin("eva")
    assert throttle.wait_s("eva") > 0
    throttle.forgive_all("eva")
    throttle.forgive_one("eva")
    assert throttle.wait_s("eva") == 0


async def test_after_a_day_all_begins_anew() -> None:
    clock = ManualClock(START)
    throttle = Throttle(clock, longest_wait_s=60)
    for _ in range(FREE_TRIES + 3):
        throttle.begin("eva")
    await clock.advance(FORGOTTEN_AFTER_S + 1)
    throttle.begin("eva")
    assert throttle.wait_s("eva") == 0


async def test_memory_is_bounded_and_who_tries_on_is_not_forgotten() -> None:
    throttle = Throttle(ManualClock(START), longest_wait_s=60, kept_keys=100)
    for n in range(10_000):
        throttle.begin(f"key {n}")
        if n % 50 == 0:
            throttle.begin("stubborn")
    assert len(throttle) == 100
    assert throttle.wait_s("stubborn") > 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),  # else all of IPv4 were one key
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),  # one household's /64
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::1%wlan0", True),
        ("", "unknown", False),
    ],
)
def test_what_counts_as_one_address(one: str, other: str, same: bool) -> None:
    assert (key_of_address(one) == key_of_address(other)) is same


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_all_of_a_64_is_one_key(one: int, other: int) -> None:
    prefix = 0x20010DB800010002 << 64
    assert key_of_address(str(ipaddress.IPv6Address(prefix | one))) == key_of_address(
        str(ipaddress.IPv6Address(prefix | other))
    )


@given(st.text())
def test_any_text_has_a_short_key(text: str) -> None:
    assert len(key_of_address(text)) <= 64
