"""A chart's upright scale, and the line drawn on it: whole numbers in, percent and SVG paths out."""

from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1, 2, 5)
_WANTED = 4
_PARTS = 5


@dataclass(frozen=True, slots=True)
class Scale:
    """From `bottom` (0 or less) to `top` (0 or more) in steps that people count in; never empty.

    The top is on a step, the bottom need not be: a little export does not take the room of a whole step.
    """

    bottom: int
    top: int
    step: int

    @property
    def ticks(self) -> tuple[int, ...]:
        return tuple(range(-(-self.bottom // self.step) * self.step, self.top + 1, self.step))

    @property
    def decimals(self) -> int:
        """How many decimals a label in thousands needs."""
        return next(decimals for decimals in range(4) if self.step * 10**decimals % 1000 == 0)

    def height(self, value: int) -> float:
        """Percent of the chart's height between the value and 0."""
        return round(abs(value) * 100 / (self.top - self.bottom), 3)

    def y(self, value: int) -> float:
        """Percent of the chart's height from its upper edge."""
        return round((self.top - value) * 100 / (self.top - self.bottom), 3)


def scale(values: Sequence[int | None], least: int) -> Scale:
    """A scale that holds all values and 0, and at least from 0 to `least`: a quiet night is not drawn as a storm."""
    known = [value for value in values if value is not None]
    low, high = min([0, *known]), max([0, *known])
    if high - low < least:
        high, low = (high, -least) if high == 0 and low < 0 else (least, low)
    step = _step((high - low) / _WANTED)
    part = max(1, step // _PARTS)
    return Scale(low // part * part, -(-high // step) * step, step)


def _step(rough: float) -> int:
    size = 1
    while True:
        for step in _STEPS:
            if step * size >= rough:
                return step * size
        size *= 10


@dataclass(frozen=True, slots=True)
class LinePath:
    """A line and the area between it and 0, in a box of `width` times 1000."""

    line: str
    area: str
    zero: float


HEIGHT = 1000


def line_path(points: Sequence[tuple[int, int | None]], upright: Scale) -> LinePath:
    """The paths of points (x, value); a point of None breaks the line."""
    zero = round(upright.y(0) * HEIGHT / 100, 1)
    lines, areas = [], []
    for run in _runs(points):
        drawn = [f"{x} {round(upright.y(value) * HEIGHT / 100, 1):g}" for x, value in run]
        lines.append("M" + "L".join(drawn))
        areas.append(f"M{run[0][0]} {zero:g}L" + "L".join(drawn) + f"L{run[-1][0]} {zero:g}Z")
    return LinePath("".join(lines), "".join(areas), zero)


def _runs(points: Sequence[tuple[int, int | None]]) -> list[list[tuple[int, int]]]:
    runs: list[list[tuple[int, int]]] = [[]]
    for x, value in points:
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, value))
    return [run for run in runs if run]
