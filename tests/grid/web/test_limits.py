"""How often one address may do something."""

import pytest

from hanport.clock import ManualClock
from hanport.grid.config import LimitsTable
from hanport.grid.web.limits import Limits, What, network_of

FEW = LimitsTable(requests=4, identifications=2, logins=1)


@pytest.fixture
def few(clock: ManualClock) -> Limits:
    return Limits(FEW, clock)


async def test_one_too_many_waits_until_the_window_is_over(few: Limits, clock: ManualClock) -> None:
    assert [few.take(What.IDENTIFICATION, "192.0.2.1") for _ in range(2)] == [0, 0]
    await clock.advance(100)
    assert few.take(What.IDENTIFICATION, "192.0.2.1") == 500
    await clock.advance(499)
    assert few.take(What.IDENTIFICATION, "192.0.2.1") == 1
    await clock.advance(1)
    assert few.take(What.IDENTIFICATION, "192.0.2.1") == 0


def test_each_thing_and_each_address_is_counted_by_itself(few: Limits) -> None:
    assert few.take(What.LOGIN, "192.0.2.1") == 0
    assert few.take(What.LOGIN, "192.0.2.1") > 0
    assert few.take(What.LOGIN, "192.0.2.2") == 0
    assert [few.take(What.REQUEST, "192.0.2.1") > 0 for _ in range(5)] == [False] * 4 + [True]


def test_a_household_counts_once_with_all_its_ipv6_addresses(few: Limits) -> None:
    assert few.take(What.LOGIN, "2001:db8:1:2::1") == 0
    assert few.take(What.LOGIN, "2001:db8:1:2:ffff::9") > 0
    assert few.take(What.LOGIN, "2001:db8:1:3::1") == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),  # an IPv4 visitor of a socket for both
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_what_is_counted_as_one(address: str, network: str) -> None:
    assert network_of(address) == network


def test_memory_is_bounded_and_the_oldest_is_forgotten(clock: ManualClock) -> None:
    few = Limits(FEW, clock, addresses=3)
    for each in range(3):
        few.take(What.LOGIN, f"192.0.2.{each}")
    assert few.take(What.LOGIN, "192.0.2.0") > 0  # asked again: now 1 is the oldest
    few.take(What.LOGIN, "192.0.2.9")
    assert few.take(What.LOGIN, "192.0.2.0") > 0
    assert few.take(What.LOGIN, "192.0.2.1") == 0
