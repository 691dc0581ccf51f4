"""The meter's counting: vector sums, whole watt-hours, and the same total in any slices."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict
from numpy.typing import NDArray

from hanport.meter.house import Flow, House, HouseSetup
from hanport.meter.register import Energies, Registers
from hanport.port.values import Reading

START = datetime(2026, 1, 31, 22, 59, 57, tzinfo=UTC)


def flow_of(power_w: list[list[int]], reactive_power_var: list[list[int]] | None = None) -> Flow:
    power = np.array(power_w, np.int32).reshape(-1, 3)
    reactive = np.zeros_like(power) if reactive_power_var is None else np.array(reactive_power_var, np.int32)
    return Flow(START, power, reactive, np.full_like(power, 230_000), np.full_like(power, 1_000))


def part(flow: Flow, first: int, last: int) -> Flow:
    def cut(column: NDArray[np.int32]) -> NDArray[np.int32]:
        return column[first:last]

    columns = (cut(flow.power_w), cut(flow.reactive_power_var), cut(flow.voltage_mv), cut(flow.current_ma))
    return Flow(flow.start + timedelta(seconds=first), *columns)


def test_phases_are_summed_before_they_are_counted() -> None:
    registers = Registers()
    registers.advance(flow_of([[3000, -2000, -1000]] * 3600))
    reading = registers.read()
    assert (reading.energy_import_wh, reading.energy_export_wh) == (0, 0)
    assert (reading.power_import_w, reading.power_export_w) == (0, 0)
    assert (reading.power_import_l1_w, reading.power_export_l1_w) == (3000, 0)
    assert (reading.power_import_l2_w, reading.power_export_l2_w) == (0, 2000)
    assert (reading.power_import_l3_w, reading.power_export_l3_w) == (0, 1000)


def test_import_and_export_are_counted_apart_second_by_second() -> None:
    registers = Registers(Energies(5, 7, 11, 13))
    power = [[3600, 0, 0], [0, -7200, 0]]
    registers.advance(flow_of(power, [[0, -3600, 0], [10_800, 0, 0]]))
    reading = registers.read()
    energies = (reading.energy_import_wh, reading.energy_export_wh)
    assert energies == (6, 9)
    assert (reading.reactive_energy_import_varh, reading.reactive_energy_export_varh) == (14, 14)
    assert (reading.power_export_w, reading.reactive_power_import_var) == (7200, 10_800)


def test_a_part_of_a_watt_hour_is_kept_and_not_shown() -> None:
    registers = Registers()
    registers.advance(flow_of([[3599, 0, 0]]))
    assert registers.read().energy_import_wh == 0
    registers.advance(flow_of([[1, 0, 0]]))
    assert registers.read().energy_import_wh == 1


def test_before_the_first_second_only_the_registers_are_known() -> None:
    assert Registers(Energies(1, 2, 3, 4)).read() == Reading(None, 1, 2, 3, 4)
    registers = Registers()
    registers.advance(flow_of([]))
    assert registers.read().at is None
    assert list(registers.readings(flow_of([]), 10)) == []


def test_voltages_and_currents_are_those_of_the_last_second() -> None:
    flow = flow_of([[100, 200, 300]] * 2)
    flow.voltage_mv[1] = (229_123, 230_456, 231_789)
    flow.current_ma[1] = (435, 868, 1294)
    registers = Registers()
    registers.advance(flow)
    reading = registers.read()
    assert (reading.voltage_l1_mv, reading.voltage_l2_mv, reading.voltage_l3_mv) == (229_123, 230_456, 231_789)
    assert (reading.current_l1_ma, reading.current_l2_ma, reading.current_l3_ma) == (435, 868, 1294)
    assert reading.at == START + timedelta(seconds=2)


def test_a_single_phase_meter_says_nothing_of_the_others() -> None:
    registers = Registers(phases=1)
    registers.advance(House(HouseSetup(phases=1)).flow(START, 60))
    fields = asdict(registers.read())
    assert all(value is None for name, value in fields.items() if "_l2_" in name or "_l3_" in name)
    assert all(value is not None for name, value in fields.items() if "_l2_" not in name and "_l3_" not in name)
    assert fields["power_import_w"] == fields["power_import_l1_w"] > 0


def test_a_reading_stands_at_every_multiple_of_the_interval() -> None:
    registers = Registers()
    readings = list(registers.readings(flow_of([[360, 0, 0]] * 25), 10))
    at = [START + timedelta(seconds=seconds) for seconds in (3, 13, 23)]
    assert [reading.at for reading in readings] == at
    assert [reading.energy_import_wh for reading in readings] == [0, 1, 2]
    assert registers.read().at == START + timedelta(seconds=25)
    with pytest.raises(ValueError, match="once a second"):
        registers.readings(flow_of([[0, 0, 0]]), 0)


def test_the_registers_have_counted_although_nobody_reads_the_iterator() -> None:
    registers = Registers()
    registers.readings(flow_of([[3600, 0, 0]] * 7), 10)
    assert registers.read().energy_import_wh == 7


POWERS = st.lists(st.lists(st.integers(-20_000, 20_000), min_size=3, max_size=3), min_size=1, max_size=60)


@given(power=POWERS, reactive=POWERS, cuts=st.lists(st.integers(0, 60), max_size=6), every_s=st.integers(1, 17))
def test_any_slicing_gives_the_same_registers_and_readings(
    power: list[list[int]], reactive: list[list[int]], cuts: list[int], every_s: int
) -> None:
    seconds = min(len(power), len(reactive))
    flow = flow_of(power[:seconds], reactive[:seconds])
    whole, sliced = Registers(Energies(9)), Registers(Energies(9))
    expected = list(whole.readings(flow, every_s))
    edges = sorted({0, seconds, *(cut for cut in cuts if cut < seconds)})
    got = [reading for a, b in pairwise(edges) for reading in sliced.readings(part(flow, a, b), every_s)]
    assert got == expected
    assert sliced.read() == whole.read()


@settings(max_examples=25, deadline=None)
@given(offset=st.integers(0, 2 * 86_400), seconds=st.integers(1, 30_000), pieces=st.integers(1, 5))
def test_the_registers_difference_is_the_houses_energy(offset: int, seconds: int, pieces: int) -> None:
    start = datetime(2026, 4, 16, tzinfo=UTC) + timedelta(seconds=offset)  # a day that buys and sells
    flow = HOUSE.flow(start, seconds)
    total = [sum(row) for row in flow.power_w.tolist()]
    registers = Registers(Energies(1000, 2000))
    at, left = start, seconds
    while left:
        length = min(left, max(1, seconds // pieces))
        registers.advance(HOUSE.flow(at, length))
        at, left = at + timedelta(seconds=length), left - length
    reading = registers.read()
    assert reading.energy_import_wh == 1000 + sum(w for w in total if w > 0) // 3600
    assert reading.energy_export_wh == 2000 + sum(-w for w in total if w < 0) // 3600


HOUSE = House(HouseSetup())
