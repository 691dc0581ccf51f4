"""The past of a virtual house as columns: months of readings in seconds, without writing a telegram.

What they say is what the telegrams of a profile would say: rounded to its steps, without what it does not send.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from hanport.meter.house import House, HouseSetup
from hanport.meter.register import Energies, Registers
from hanport.port.bulk import NONE
from hanport.port.fields import FIELD_NAMES
from hanport.port.profiles import Profile
from hanport.port.values import Reading

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Past:
    """Readings as `port.bulk.Batch` has them: one row a field of Reading, `at` in seconds since 1970 UTC, NONE for
    None; and the registers at their end.
    """

    columns: NDArray[np.int64]
    registers: Energies


def past_days(
    setup: HouseSetup, profile: Profile, span: tuple[datetime, datetime], *, energies: Energies, every_s: int = 10
) -> Iterator[Past]:
    """The house between two whole seconds (aware), a day of readings at a time, from these register states on."""
    house, registers = House(setup), Registers(energies, phases=setup.phases)
    steps = _steps(profile)
    at, end = span[0].astimezone(UTC), span[1].astimezone(UTC)
    while at < end:
        seconds = min(86_400, int((end - at).total_seconds()))
        readings = [
            msgspec.structs.astuple(reading) for reading in registers.readings(house.flow(at, seconds), every_s)
        ]
        at += timedelta(seconds=seconds)
        yield Past(_columns(readings, steps), _states(registers.read()))


def _states(shown: Reading) -> Energies:
    return Energies(
        shown.energy_import_wh or 0,
        shown.energy_export_wh or 0,
        shown.reactive_energy_import_varh or 0,
        shown.reactive_energy_export_varh or 0,
    )


def _steps(profile: Profile) -> NDArray[np.int64]:
    """The step of each field in its own unit, 0 for a field that the profile does not send."""
    resolutions = {row.field: row.resolution for row in profile.rows if row.field}
    return np.array([[resolutions.get(name, 0)] for name in FIELD_NAMES[1:]], np.int64)


def _columns(readings: list[tuple[object, ...]], steps: NDArray[np.int64]) -> NDArray[np.int64]:
    columns = np.full((len(FIELD_NAMES), len(readings)), NONE, np.int64)
    if not readings:
        return columns
    at, *fields = zip(*readings, strict=True)
    columns[0] = [(each - _EPOCH) // timedelta(seconds=1) for each in at]
    for row, values in enumerate(fields, 1):
        if values[0] is not None and steps[row - 1]:
            columns[row] = values
    sent = columns[1:] != NONE
    rounded = (columns[1:] + steps // 2) // np.maximum(steps, 1) * steps
    columns[1:] = np.where(sent, rounded, NONE)
    return columns
