"""A phase's current against the main fuse, as words and as an arc that anyone understands."""

from dataclasses import dataclass
from enum import StrEnum

from hanport.home.config import HouseTable
from hanport.port.values import Reading

# Percent of the main fuse. From 80 the page warns: a boiler or a stove more and the fuse is full. A little above 100
# holds for hours; a breaker trips within the hour from 145, a fuse of the type gG from 160 (facts/home.md, 3.1).
NEAR_PERCENT = 80
FULL_PERCENT = 100
FAR_OVER_PERCENT = 145
# The arc's end: enough behind the mark of the fuse to see that it has been passed.
SCALE_PERCENT = 150


class Level(StrEnum):
    """How near the fuse is."""

    UNKNOWN = "unknown"
    ROOM = "room"
    NEAR = "near"
    OVER = "over"
    FAR_OVER = "far-over"


@dataclass(frozen=True, slots=True)
class Gauge:
    """One phase. None where the meter does not say: that is shown as unknown, never as 0."""

    key: str  # l1, l2, l3
    name: str
    fuse_a: int
    current_ma: int | None = None
    voltage_mv: int | None = None
    power_w: int | None = None  # + import, - export

    @property
    def percent(self) -> int | None:
        """Of the fuse, rounded up: 100.1 % is over. A current's sign (some meters send one) does not matter to it."""
        return None if self.current_ma is None else -(-abs(self.current_ma) // (10 * self.fuse_a))

    @property
    def level(self) -> Level:
        percent = self.percent
        if percent is None:
            return Level.UNKNOWN
        if percent > FULL_PERCENT:
            return Level.FAR_OVER if percent >= FAR_OVER_PERCENT else Level.OVER
        return Level.NEAR if percent >= NEAR_PERCENT else Level.ROOM

    @property
    def filled(self) -> int:
        """How much of the arc is filled, of SCALE_PERCENT."""
        return min(self.percent or 0, SCALE_PERCENT)


def gauges(house: HouseTable, reading: Reading) -> tuple[Gauge, ...]:
    """The gauges of the house's phases."""
    made = []
    for phase in range(1, house.phases + 1):
        key = f"l{phase}"
        names = house.phase_names
        made.append(
            Gauge(
                key,
                names[phase - 1] if phase <= len(names) else key.upper(),
                house.main_fuse_a,
                getattr(reading, f"current_{key}_ma"),
                getattr(reading, f"voltage_{key}_mv"),
                net(getattr(reading, f"power_import_{key}_w"), getattr(reading, f"power_export_{key}_w")),
            )
        )
    return tuple(made)


def net(import_w: int | None, export_w: int | None) -> int | None:
    """Import less export; None where the meter says neither."""
    if import_w is None and export_w is None:
        return None
    return (import_w or 0) - (export_w or 0)
