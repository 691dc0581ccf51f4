"""The network company's table of hours or quarters: what it says it has measured, for comparison with the ledger.

No two companies write alike, so headings are understood by their words, in Swedish and English. The time is in one
column, or in a date and an hour; or each row is a day with a column for each hour.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hanport.errors import ConfigError
from hanport.home.store.csv_columns import ENERGY_POWERS, SAYS_NOTHING, Billed, Options, Piece, Refusals
from hanport.home.store.csv_table import Table
from hanport.home.store.csv_values import NoTime, TimeReader, amount, parse
from hanport.port.bulk import NONE

_TIME = re.compile(
    r"datum|\btid|tidpunkt|timestamp|\bdate|\btime|\bperiod|\bfr[åa]n\b|\bfrom\b|\bstart|\bdag\b|\bday\b"
)
_HOUR = re.compile(r"\btimme|\bhour|\bklockslag|^kl\.?$|^tid$|^time$|\bkvart")
_END_TIME = re.compile(r"\btill\b|\bto\b|\bslut|\bend\b|\bstopp")
_EXPORT = re.compile(r"inmat|produ|export|överskott|overskott|såld|generat|levererad")
_IMPORT = re.compile(r"förbruk|forbruk|uttag|consum|import|usage|köpt")
_ENERGY = re.compile(r"\b[km]?wh\b|energi|energy|värde|varde|value|mängd|volym|kvantitet|quantity")
_NO_ENERGY = re.compile(r"öre|ore\b|kr\b|sek|pris|price|kostnad|cost|temp|effekt|\bkw\b|mätarställning|status|kvalitet")
_UNIT = re.compile(r"^(enhet|unit)$")
_HOUR_NAME = re.compile(r"(?:kl\.? ?|timme ?|h)?(\d{1,2})(?:[:.](\d{2}))?(?:\s*[-–]\s*\d{1,2}(?:[:.]\d{2})?)?")
_FEWEST_HOURS = 20  # columns named for hours that make a table of days
_QUARTER_MS, _HOUR_MS = 900_000, 3_600_000
_NEARLY_A_DAY_MS = 23 * _HOUR_MS  # the day on which summer time begins


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which column is what. `hours`: the columns of a table of days, with the minute of the day that each begins."""

    time: int
    hour: int | None
    unit: int | None
    energies: dict[str, int]
    power: int
    hours: tuple[tuple[int, int], ...] = ()


def is_billed(names: Sequence[str]) -> bool:
    """Whether the headings can be those of a network company's table."""
    return _plan(names, Options()) is not None


def has_times_below(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the row below the headings has a time where they say so: else they are words about the table."""
    plan = _plan(names, Options())
    if plan is None or not rows:
        return False
    below = [*rows[0], *[""] * (len(names) - len(rows[0]))]
    try:
        return all(parse(text) for _, text, _ in _cells(plan, below))
    except NoTime:
        return False


def read_billed(table: Table, options: Options, refusals: Refusals) -> Iterator[Piece]:
    """The hours of the table; quarters are summed, and an hour without all of them is refused."""
    plan = _plan(table.names, options)
    if plan is None:
        raise ConfigError("The table has no column of time and energy.", f"Its headings: {'; '.join(table.names)}.")
    times = {name: TimeReader(options.times) for name in plan.energies}
    sums: dict[str, dict[int, tuple[int, int]]] = {name: {} for name in plan.energies}
    for line, cells in table:
        for name, text, cell in _cells(plan, cells):
            _take(sums[name], (line, text, cell, _power(plan, cells)), times[name], refusals)
    step = _step(sums)
    if options.at_end:
        sums = {name: {at - step: value for at, value in values.items()} for name, values in sums.items()}
    hours = {name: _hours(values, step, refusals) for name, values in sums.items()}
    starts = np.array(sorted({start for values in hours.values() for start in values}), np.int64)
    columns = {
        name: np.array([hours.get(name, {}).get(int(start), NONE) for start in starts], np.int64)
        for name in ("import", "export")
    }
    yield Billed(starts, columns["import"], columns["export"])


def _plan(names: Sequence[str], options: Options) -> _Plan | None:
    lower = [name.lower() for name in names]
    hours = tuple((place, minute) for place, name in enumerate(lower) if (minute := _minute(name)) is not None)
    time = _first(lower, lambda name: bool(_TIME.search(name)) and not _END_TIME.search(name))
    if time is None:
        return None
    role = "export" if options.exported else "import"
    unit = _first(lower, lambda name: bool(_UNIT.search(name)))
    if len(hours) >= _FEWEST_HOURS:
        first = min(minute for _, minute in hours)  # columns 1 to 24: each is named for its end
        shifted = tuple((place, minute - first if first == 60 else minute) for place, minute in hours)
        return _Plan(time, None, unit, {role: -1}, _power_of(" ".join(lower), options), shifted)
    energies = _energies(lower, time, role)
    if not energies:
        return None
    hour = _first(lower, lambda name: bool(_HOUR.search(name)) and lower.index(name) != time)
    headings = " ".join(lower[place] for place in energies.values())
    return _Plan(time, hour, unit, energies, _power_of(headings, options))


def _energies(lower: Sequence[str], time: int, role: str) -> dict[str, int]:
    def among(wanted: re.Pattern[str], *, but: re.Pattern[str] | None = None) -> int | None:
        return _first(
            lower,
            lambda name: (
                bool(wanted.search(name))
                and not _NO_ENERGY.search(name)
                and not (but and but.search(name))
                and lower.index(name) != time
            ),
        )

    found = {"export": among(_EXPORT), "import": among(_IMPORT, but=_EXPORT)}
    if found["export"] is None and found["import"] is None:
        found[role] = among(_ENERGY)
    elif role == "export" and found["export"] is None:
        found = {"export": found["import"], "import": None}
    return {name: place for name, place in found.items() if place is not None}


def _first(names: Sequence[str], wanted: Callable[[str], bool]) -> int | None:
    return next((place for place, name in enumerate(names) if wanted(name)), None)


def _minute(name: str) -> int | None:
    """The minute of the day that a heading like `00-01`, `00:00-01:00`, `kl 13` or `7` names."""
    match = _HOUR_NAME.fullmatch(name.strip())
    if match is None or int(match[1]) > 24:
        return None
    return int(match[1]) * 60 + int(match[2] or 0)


def _power_of(headings: str, options: Options) -> int:
    named = re.search(r"\b([km]?wh)\b", headings)
    return ENERGY_POWERS.get((named[1] if named else options.unit).lower(), 3)


def _power(plan: _Plan, cells: Sequence[str]) -> int:
    said = "" if plan.unit is None else cells[plan.unit].strip().lower()
    return ENERGY_POWERS.get(said, plan.power)


def _cells(plan: _Plan, cells: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Direction, time and energy of each value in a row, as they are written."""
    day = cells[plan.time].strip()
    for place, minute in plan.hours:
        for name in plan.energies:
            yield name, f"{day.split(' ')[0]} {minute // 60:02}:{minute % 60:02}", cells[place].strip()
    if plan.hours:
        return
    text = day
    if plan.hour is not None:
        said = _minute(cells[plan.hour].lower())
        text = day if said is None else f"{day.split(' ')[0]} {said // 60:02}:{said % 60:02}"
    for name, place in plan.energies.items():
        yield name, text, cells[place].strip()


def _take(
    sums: dict[int, tuple[int, int]], said: tuple[int, str, str, int], times: TimeReader, refusals: Refusals
) -> None:
    line, text, cell, power = said
    if not cell or cell in SAYS_NOTHING:
        return
    try:
        at_ms = times.ms(text)
    except NoTime as problem:
        refusals.add_time(line, problem)
        return
    wh = amount(re.sub(r"\s*[kKmM]?[wW]h$", "", cell), power)
    if wh is None or wh < 0:
        refusals.add(line, f"{cell[:20]!r} is no energy", "Correct the cell, or take the row out.")
    elif at_ms % _QUARTER_MS:
        refusals.add(
            line, f"{text} is no whole quarter of an hour", "The network company's table has hours or quarters."
        )
    elif at_ms in sums and sums[at_ms][0] != wh:
        refusals.add(line, f"line {sums[at_ms][1]} says something else of the same time", "Take one of both out.")
    else:
        sums[at_ms] = (wh, line)


def _step(sums: dict[str, dict[int, tuple[int, int]]]) -> int:
    """What the table counts by, in ms. Raises ConfigError for days and months."""
    times = np.array(sorted({at for values in sums.values() for at in values}), np.int64)
    if not len(times):
        return _HOUR_MS
    step = int(np.diff(times).min()) if len(times) > 1 else _HOUR_MS
    if step >= _NEARLY_A_DAY_MS:
        raise ConfigError("The table has whole days or months.", "Choose hours where you download it (timvärden).")
    return step if step in (_QUARTER_MS, 2 * _QUARTER_MS) else _HOUR_MS


def _hours(values: dict[int, tuple[int, int]], step: int, refusals: Refusals) -> dict[int, int]:
    """Start in s -> Wh of each whole hour."""
    parts: dict[int, list[tuple[int, int]]] = {}
    for at, said in values.items():
        parts.setdefault(at // _HOUR_MS, []).append(said)
    hours = {}
    for hour, said_of_hour in sorted(parts.items()):
        if len(said_of_hour) == _HOUR_MS // step:
            hours[hour * 3600] = sum(wh for wh, _ in said_of_hour)
        else:
            refusals.add(said_of_hour[0][1], "the hour is not whole", "Nothing: it is compared when it is.")
    return hours
