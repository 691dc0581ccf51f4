"""Four days, a month and a year of telegrams, written and read back: the registers give the energy, to the Wh."""

import mmap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hanport.meter.house import Flow, House
from hanport.meter.register import Energies, Registers
from hanport.meter.setup import HouseSetup
from hanport.port import bulk
from hanport.port.profiles import PROFILES
from hanport.port.write import fit, write

_DAY_S = 86_400
_START = Energies(import_wh=60_995_424, export_wh=1_234_567)
_PROFILE = PROFILES["kamstrup-omnia"]


def days(first: datetime, count: int) -> Iterator[Flow]:
    house = House(HouseSetup(seed=3))
    for day in range(count):
        yield house.flow(first + timedelta(days=day), _DAY_S)


def write_days(path: Path, first: datetime, count: int) -> tuple[int, int]:
    """Write the telegrams of these days; give the energy that passed both ways, in W·s, added up second by second."""
    registers = Registers(_START)
    import_ws = export_ws = 0
    with path.open("wb") as file:
        for flow in days(first, count):
            net_w = flow.power_w.astype(np.int64).sum(axis=1)
            import_ws += int(net_w[net_w > 0].sum())
            export_ws -= int(net_w[net_w < 0].sum())
            for reading in registers.readings(flow, 10):
                file.write(write(fit(reading, _PROFILE), _PROFILE))
    return import_ws, export_ws


def check(folder: Path, first: datetime, count: int) -> None:
    path = folder / "recording"
    import_ws, export_ws = write_days(path, first, count)
    telegrams = 0
    last: dict[str, int] = {}
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as recording:
        for batch in bulk.decode(recording):
            assert not batch.rejected
            telegrams += len(batch)
            for name in ("at", "energy_import_wh", "energy_export_wh"):
                column = batch.column(name)
                assert (np.diff(column) >= 0).all()
                last[name] = int(column[-1]) if len(column) else last[name]
    assert telegrams == count * _DAY_S // 10
    assert last["at"] == int((first + timedelta(days=count)).timestamp())
    assert last["energy_import_wh"] - _START.import_wh == import_ws // 3600
    assert last["energy_export_wh"] - _START.export_wh == export_ws // 3600
    assert import_ws > 0
    assert export_ws > 0


def test_four_days(tmp_path: Path) -> None:
    check(tmp_path, datetime(2026, 3, 27, tzinfo=UTC), 4)  # over the change to summer time


@pytest.mark.soak
def test_a_month(tmp_path: Path) -> None:
    check(tmp_path, datetime(2026, 3, 15, tzinfo=UTC), 30)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_year_of_three_million_telegrams(tmp_path: Path) -> None:
    check(tmp_path, datetime(2026, 1, 1, tzinfo=UTC), 365)
