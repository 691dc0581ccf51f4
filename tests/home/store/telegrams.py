"""Recordings: telegrams of a virtual meter, a register that goes on, one each ten seconds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hanport.port.profiles import PROFILES, Profile
from hanport.port.values import Reading
from hanport.port.write import fit, write

BEGIN = datetime(2026, 1, 31, 12, tzinfo=UTC)
P1 = PROFILES["landisgyr-e360"]


def readings(count: int, profile: Profile = P1, *, begin: datetime = BEGIN, first_wh: int = 1_000_000) -> list[Reading]:
    """What such a meter shows, in the resolution of its telegrams."""
    return [
        fit(
            Reading(
                at=begin + timedelta(seconds=10 * number),
                energy_import_wh=first_wh + number * 3,
                energy_export_wh=number // 50,
                power_import_w=1000 + number % 700,
                power_export_w=0,
                voltage_l1_mv=230_100,
                voltage_l2_mv=231_000,
                voltage_l3_mv=229_900,
                current_l1_ma=4_000,
                current_l2_ma=1_000 + number % 7 * 100,
                current_l3_ma=0,
            ),
            profile,
        )
        for number in range(count)
    ]


def telegrams(said: list[Reading], profile: Profile = P1) -> Iterator[bytes]:
    """Their telegrams."""
    return (write(reading, profile) for reading in said)
