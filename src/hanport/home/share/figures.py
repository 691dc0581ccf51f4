"""The fields of a reading as other programs take them: kWh, W, V and A, as exact decimals."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from hanport.home.values import Sample
from hanport.port.fields import FIELD_NAMES
from hanport.port.values import Reading

# A momentary value older than this is not the present any more: nine telegrams of a meter that sends every 10 s. It is
# left out then; registers stay true.
FRESH_S = 90

# Unit of the field -> unit it is told in, decimals at most, decimals at least.
_TOLD: dict[str, tuple[str, int, int]] = {
    "wh": ("kwh", 3, 3),
    "varh": ("kvarh", 3, 3),
    "w": ("w", 0, 0),
    "var": ("var", 0, 0),
    "mv": ("v", 3, 1),
    "ma": ("a", 3, 1),
}
_REGISTERS = ("wh", "varh")


@dataclass(frozen=True, slots=True)
class Figure:
    """A field under the name it is told by: `voltage_l1_v` of `voltage_l1_mv`. A register is not momentary."""

    name: str
    field: str
    unit: str
    most_decimals: int
    least_decimals: int
    momentary: bool

    def of(self, reading: Reading) -> str | None:
        """The figure as a decimal number in text; None where the meter said nothing."""
        value: int | None = getattr(reading, self.field)
        return None if value is None else scaled(value, self.most_decimals, self.least_decimals)


def scaled(value: int, decimals: int, least: int = 0) -> str:
    """A whole number divided by 10**decimals, exactly; zeros at the end are left out beyond `least` decimals."""
    sign, (whole, part) = "-" * (value < 0), divmod(abs(value), 10**decimals)
    behind = f"{part:0{decimals}}" if decimals else ""
    kept = behind[:least] + behind[least:].rstrip("0")
    return f"{sign}{whole}.{kept}" if kept else f"{sign}{whole}"


def _figure(field: str) -> Figure:
    stem, _, unit = field.rpartition("_")
    told, most, least = _TOLD[unit]
    return Figure(f"{stem}_{told}", field, told, most, least, unit not in _REGISTERS)


FIGURES: dict[str, Figure] = {figure.name: figure for figure in map(_figure, FIELD_NAMES[1:])}


def numbers(reading: Reading, *, registers_only: bool = False) -> Iterator[tuple[str, str]]:
    """(name, decimal number) of all that the meter said."""
    for figure in FIGURES.values():
        told = None if registers_only and figure.momentary else figure.of(reading)
        if told is not None:
            yield figure.name, told


def is_fresh(sample: Sample, now: datetime) -> bool:
    """Whether the sample still says how it is."""
    return (now - sample.received_at).total_seconds() <= FRESH_S


def utc_text(at: datetime) -> str:
    """`2026-01-31T12:00:00Z`: an aware time in UTC, as JSON has it."""
    text: str = msgspec.json.decode(msgspec.json.encode(at))
    return text
