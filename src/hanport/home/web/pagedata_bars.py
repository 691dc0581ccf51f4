"""Bars as a chart draws them: percent of its width and height, so that text keeps its size on every screen."""

from collections.abc import Sequence
from dataclasses import dataclass

from hanport.home.web.pagedata_history import Amount, Bar
from hanport.home.web.pagedata_scale import Scale, scale

# Of a bar's place, how much the bar and the one of the period before behind it take.
_WIDE, _NARROW = 0.92, 0.72
_FULL_BARS = 40  # more than this stand close together
LEAST_WH = 100


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in percent of the chart."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """A bar's rectangles, None where there is nothing to draw. `place` is the whole column, for the pointer."""

    index: int
    bar: Bar
    place: Rect
    imported: Rect | None
    exported: Rect | None
    before_imported: Rect | None
    before_exported: Rect | None

    @property
    def middle(self) -> float:
        return round(self.place.x + self.place.width / 2, 3)


@dataclass(frozen=True, slots=True)
class Chart:
    """All bars of a page on one scale of Wh; export stands below 0."""

    upright: Scale
    bars: tuple[DrawnBar, ...]


def chart(bars: Sequence[Bar]) -> Chart:
    """The bars drawn."""
    amounts = [amount for bar in bars for amount in (bar.amount, bar.before) if amount]
    values = [amount.import_wh for amount in amounts]
    values += [-amount.export_wh for amount in amounts if amount.export_wh]
    upright = scale(values, LEAST_WH)
    width = 100 / max(1, len(bars))
    return Chart(upright, tuple(_drawn(index, bar, width, upright) for index, bar in enumerate(bars)))


def _drawn(index: int, bar: Bar, width: float, upright: Scale) -> DrawnBar:
    x = index * width
    share = _NARROW if width > 100 / _FULL_BARS else _WIDE
    inner = (x + width * (1 - share) / 2, width * share)
    outer = (x + width * (1 - _WIDE) / 2, width * _WIDE)
    return DrawnBar(
        index,
        bar,
        Rect(round(x, 3), 0, round(width, 3), 100),
        _up(bar.amount, inner, upright),
        _down(bar.amount, inner, upright),
        _up(bar.before, outer, upright),
        _down(bar.before, outer, upright),
    )


def _up(amount: Amount | None, across: tuple[float, float], upright: Scale) -> Rect | None:
    if amount is None or not amount.import_wh:
        return None
    return Rect(round(across[0], 3), upright.y(amount.import_wh), round(across[1], 3), upright.height(amount.import_wh))


def _down(amount: Amount | None, across: tuple[float, float], upright: Scale) -> Rect | None:
    if amount is None or not amount.export_wh:
        return None
    return Rect(round(across[0], 3), upright.y(0), round(across[1], 3), upright.height(amount.export_wh))
