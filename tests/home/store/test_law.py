"""Law 8: the ledger is the registers' difference exactly, whatever comes, in whatever order, and however often the hub
is restarted; and the short way to it gives what the long way from the raw readings gives.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from hanport.home.store.blocks import pack_step
from hanport.home.store.runs import Runs
from hanport.home.store.writer import Outcome, Store
from hanport.home.values import MeterIdentity
from hanport.port.values import Reading
from home.store.stored import check_rollups, check_sums, quarters, rebuilt

# Before the nights in which a day gets 92 and 100 quarters, at a month's and a year's end, and on any day.
STARTS = [
    datetime(2026, 3, 28, 22, 40, tzinfo=UTC),
    datetime(2026, 10, 24, 21, 50, 3, tzinfo=UTC),
    datetime(2026, 12, 31, 22, 59, 55, tzinfo=UTC),
    datetime(2026, 7, 1, 12, tzinfo=UTC),
]


FIRST_METER = MeterIdentity("KAM5", "1")


@dataclass
class House:
    """A meter that counts, a clock of its own, and a hub that hears of it late, twice, or not at all."""

    path: Path
    at: datetime
    exports: bool
    store: Store = field(init=False)
    offset: timedelta = timedelta()
    energy: list[int] = field(default_factory=lambda: [1_000_000, 500])
    meter: MeterIdentity = FIRST_METER
    withheld: list[tuple[datetime, Reading]] = field(default_factory=list)
    heard: list[tuple[datetime, Reading]] = field(default_factory=list)
    physical: int = 0  # the meter by its number in the order of fitting, or its register's by resets
    truth: dict[int, list[tuple[int, int | None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = Store(self.path)

    def read(self, seconds: float, used: tuple[int, int], power_w: int | None) -> tuple[datetime, Reading]:
        """What the meter says after so long."""
        self.at += timedelta(seconds=seconds)
        self.energy = [self.energy[0] + used[0], self.energy[1] + used[1]]
        export = self.energy[1] if self.exports else None
        return self.at + self.offset, Reading(
            energy_import_wh=self.energy[0], energy_export_wh=export, power_import_w=power_w, current_l1_ma=power_w
        )

    def tell(self, at: datetime, reading: Reading) -> Outcome:
        """Give it to the store."""
        self.heard.append((at, reading))
        if reading.energy_import_wh is not None:
            told = self.truth.setdefault(self.physical, [])
            told.append((reading.energy_import_wh, reading.energy_export_wh))
        outcome = self.store.append_reading(at, reading, self.meter, received_at=self.at)
        note(f"{at:%d %H:%M:%S} {self.meter.number} {reading.energy_import_wh} {reading.energy_export_wh}: {outcome}")
        return outcome

    def set_right(self) -> None:
        """Whoever works on the meter sets its clock: what it says now is later than all that it said before."""
        latest = max((at for at, _ in self.heard), default=self.at)
        self.offset = max(timedelta(), latest - self.at)

    def restart(self) -> None:
        self.store.close()
        self.store = Store(self.path)

    def counted(self) -> int:
        """The import that the meters counted between the first and the last telegram that was heard of each."""
        return sum(max(told)[0] - min(told)[0] for told in self.truth.values())


Step = Callable[[House], None]


def _hear(seconds: float, used: tuple[int, int], power_w: int | None) -> Step:
    def step(house: House) -> None:
        house.tell(*house.read(seconds, used, power_w))

    return step


def _hear_power_only(seconds: float, power_w: int) -> Step:
    def step(house: House) -> None:
        at, _ = house.read(seconds, (1, 0), power_w)
        house.tell(at, Reading(power_import_w=power_w))

    return step


def _withhold(seconds: float, used: tuple[int, int]) -> Step:
    return lambda house: house.withheld.append(house.read(seconds, used, 7))


def _deliver(which: int) -> Step:
    def step(house: House) -> None:
        if house.withheld:
            house.tell(*house.withheld.pop(which % len(house.withheld)))

    return step


def _repeat(which: int) -> Step:
    def step(house: House) -> None:
        if house.heard:
            at, reading = house.heard[-1 - which % len(house.heard)]
            before = quarters(house.path)
            if house.physical == max(house.truth, default=0) == 0:
                outcome = house.store.append_reading(at, reading, house.meter)
                # Without registers nothing tells which run it was of, after the clock was set back between.
                assert outcome is Outcome.DUPLICATE or reading.energy_import_wh is None
                assert quarters(house.path) == before

    return step


def _set_clock(seconds: int) -> Step:
    def step(house: House) -> None:
        house.offset += timedelta(seconds=seconds)

    return step


def _exchange(energy: int) -> Step:
    def step(house: House) -> None:
        house.withheld.clear()
        house.set_right()
        house.physical += 1
        house.meter = MeterIdentity("KAM5", str(house.physical + 1))
        house.energy = [energy, 0]
        house.tell(*house.read(600, (0, 0), 0))

    return step


def _reset(house: House) -> None:
    house.withheld.clear()
    house.set_right()
    told = house.truth.get(house.physical, [(0, None)])
    if told[-1][0] > 2000:
        house.physical += 1
        house.energy = [told[-1][0] // 2, house.energy[1]]
        house.tell(*house.read(10, (0, 0), 0))


def _pack(share: float) -> Step:
    """Pack the oldest readings, so that late ones meet blocks."""

    def step(house: House) -> None:
        if house.heard:
            first, last = min(at for at, _ in house.heard), max(at for at, _ in house.heard)
            edge_ms = int((first + (last - first) * share).timestamp() * 1000)
            while house.store.write(lambda c: pack_step(c, Runs(c), edge_ms)):
                pass

    return step


SECONDS = st.sampled_from([1, 2, 10, 10, 10, 30, 60, 61, 299.5, 900, 3600]) | st.integers(1, 200_000)
USED = st.tuples(st.integers(0, 3000), st.integers(0, 3000) | st.just(0)) | st.just((0, 0))
POWER = st.none() | st.integers(0, 20_000)
STEPS = st.one_of(
    st.builds(_hear, SECONDS, USED, POWER),
    st.builds(_hear, st.just(10), USED, POWER),
    st.builds(_hear_power_only, st.integers(1, 1000), st.integers(0, 100)),
    st.builds(_withhold, SECONDS, USED),
    st.builds(_deliver, st.integers(0, 5)),
    st.builds(_repeat, st.integers(0, 9)),
    st.builds(_set_clock, st.sampled_from([-1, 1, -10, -3600, 3600, -7200, 900, -86_400])),
    st.builds(_exchange, st.sampled_from([0, 10, 5_000_000])),
    st.just(_reset),
    st.builds(_pack, st.floats(0, 1)),
    st.just(House.restart),
)


def check(house: House) -> None:
    """Everything that must hold."""
    assert rebuilt(house.store) == quarters(house.path)
    check_sums(house.path)
    check_rollups(house.path)
    assert sum(row[1] for row in quarters(house.path)) == house.counted()


def live(steps: list[Step], start: datetime, exports: bool) -> None:
    with TemporaryDirectory() as folder:
        house = House(Path(folder) / "hub.db", start, exports)
        try:
            for step in steps:
                step(house)
            check(house)
            house.restart()
            house.tell(*house.read(3600, (11, 5), 1))
            check(house)
        finally:
            house.store.close()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=40), st.sampled_from(STARTS), st.booleans())
def test_the_ledger_is_the_difference_of_the_registers(steps: list[Step], start: datetime, exports: bool) -> None:
    live(steps, start, exports)


@pytest.mark.soak
@settings(max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=120), st.sampled_from(STARTS), st.booleans())
def test_the_ledger_is_the_difference_of_the_registers_at_length(
    steps: list[Step], start: datetime, exports: bool
) -> None:
    live(steps, start, exports)
