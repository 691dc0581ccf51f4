"""The past as columns: what telegrams of the same house would say."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from hanport.meter.house import House, HouseSetup
from hanport.meter.past import past_days
from hanport.meter.register import Energies, Registers
from hanport.port.bulk import NONE
from hanport.port.profiles import PROFILES
from hanport.port.write import fit

START = datetime(2026, 1, 15, 22, tzinfo=UTC)
ENERGIES = Energies(60_995_424, 12, 13, 14)


@pytest.mark.parametrize("name", ["kamstrup-omnia", "kaifa-hdlc"])
@pytest.mark.parametrize("phases", [1, 3])
def test_it_says_what_the_telegrams_would(name: str, phases: int) -> None:
    setup, profile = HouseSetup(seed=3, phases=phases), PROFILES[name]
    span = (START, START + timedelta(hours=30))
    parts = list(past_days(setup, profile, span, energies=ENERGIES))
    columns = np.concatenate([part.columns for part in parts], axis=1)

    registers = Registers(ENERGIES, phases=phases)
    flow = House(setup).flow(START, 30 * 3600)
    readings = [fit(reading, profile) for reading in registers.readings(flow, 10)]
    assert columns.shape[1] == len(readings) == 30 * 360
    for index in range(0, len(readings), 997):
        at, *values = msgspec.structs.astuple(readings[index])
        assert columns[0, index] == int(at.timestamp())
        assert columns[1:, index].tolist() == [NONE if value is None else value for value in values]
    assert parts[-1].registers.import_wh == registers.read().energy_import_wh


def test_days_join_without_a_seam() -> None:
    setup, profile = HouseSetup(seed=3), PROFILES["kamstrup-omnia"]
    whole = list(past_days(setup, profile, (START, START + timedelta(days=2)), energies=ENERGIES))
    first = list(past_days(setup, profile, (START, START + timedelta(days=1)), energies=ENERGIES))
    assert np.array_equal(whole[0].columns, first[0].columns)
    assert whole[1].columns[0, 0] - whole[0].columns[0, -1] == 10


def test_a_moment_without_a_reading() -> None:
    setup, profile = HouseSetup(seed=3), PROFILES["kamstrup-omnia"]
    span = (START + timedelta(seconds=1), START + timedelta(seconds=4))
    (part,) = past_days(setup, profile, span, energies=ENERGIES)
    assert part.columns.shape[1] == 0
