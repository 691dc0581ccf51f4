"""Rules about what intact telegrams say: values, interval, rows."""

from itertools import groupby, pairwise

import msgspec

from hanport.doctor.evidence import LAST_INTERVALS, REPEAT_S, Evidence
from hanport.doctor.finding import Finding, Severity
from hanport.doctor.observation import Received
from hanport.models import MODELS
from hanport.port.fields import FIELDS
from hanport.port.values import Reading

# Voltages move by tenths of a volt all the time. Four equal telegrams over half a minute do not happen by chance.
FROZEN_TELEGRAMS = 4
FROZEN_S = 30
FROZEN_SURE_TELEGRAMS = 6
# Where voltages are whole volts or missing, only a load that a house never holds to the watt tells.
MOVING_LOAD_W = 100

LONGEST_INTERVAL_S = 10  # EIFS 2019:5, 3 kap. 1 §: at least every tenth second
JITTER_S = 1  # of the receipt
SLOW_SURE_INTERVALS = 3

ROWS_TELEGRAMS = 2  # the last ones: what is missing now, and not in one telegram alone

_VOLTAGES = ("voltage_l1_mv", "voltage_l2_mv", "voltage_l3_mv")
_GROUPS = (  # the beginnings of fields of Reading, and what a person calls them; the first that fits
    ("at", "clock"),
    ("energy", "energy"),
    ("reactive_energy", "reactive-energy"),
    ("reactive_power", "reactive-power"),
    ("power_import_l", "phase-power"),
    ("power_export_l", "phase-power"),
    ("power", "power"),
    ("voltage", "voltage"),
    ("current", "current"),
)
_NAMES = {"0-0:1.0.0": "at"} | {code: field.name for code, field in FIELDS.items()}
_CODES = {name: code for code, name in _NAMES.items() if code.startswith(("0-0:", "1-0:"))}
_SWEDISH = frozenset(MODELS["kamstrup-omnia"].rows)


def _values(received: Received) -> Reading:
    return msgspec.structs.replace(received.telegram.reading, at=None)


def _passed(run: list[Received], *, live: bool) -> float:
    """Seconds from the first to the last, by the meter's clock where it goes on, else by the receipt."""
    first, last = run[0].telegram.at, run[-1].telegram.at
    if first and last:
        return (last - first).total_seconds()
    return (run[-1].at - run[0].at).total_seconds() if live else 0.0


def frozen(evidence: Evidence) -> Finding | None:
    """All values stand still while the meter's clock goes on."""
    runs = [list(run) for _, run in groupby(evidence.telegrams, key=_values)]
    live = evidence.observation.source.live
    run = max(runs, key=lambda each: _passed(each, live=live), default=[])
    if len(run) < FROZEN_TELEGRAMS or _passed(run, live=live) < FROZEN_S:
        return None
    reading = run[-1].telegram.reading
    fine_voltage = any((getattr(reading, name) or 0) % 1000 for name in _VOLTAGES)
    load_w = (reading.power_import_w or 0) + (reading.power_export_w or 0)
    if not fine_voltage and load_w < MOVING_LOAD_W:
        return None
    sure = fine_voltage and len(run) >= FROZEN_SURE_TELEGRAMS
    passed_s = round(_passed(run, live=live))
    return Finding("frozen", Severity.ILL, sure, {"telegrams": len(run), "since_s": passed_s})


def repeated(evidence: Evidence) -> Finding | None:
    """The same telegram, meter time and all, came more than once."""
    count = sum(
        later.telegram.at is not None and earlier.telegram.raw == later.telegram.raw
        for earlier, later in pairwise(evidence.telegrams)
    )
    if not count:
        return None
    total = len(evidence.telegrams)
    return Finding("repeated", Severity.ILL, count > 1, {"repeated": count, "telegrams": total})


def _long_interval_s(evidence: Evidence) -> float | None:
    """The interval, where it is longer than it should be and not because telegrams were spoiled."""
    interval_s, stretch = evidence.interval_s, evidence.stretch
    if interval_s is None or stretch is None or interval_s <= LONGEST_INTERVAL_S + JITTER_S:
        return None
    first = stretch.telegrams_count - LAST_INTERVALS
    return None if any(damage.after >= first for damage in evidence.damages) else interval_s


def _is_usual(evidence: Evidence, interval_s: float) -> bool:
    return evidence.model is not None and interval_s <= evidence.model.interval_s + JITTER_S


def slow(evidence: Evidence) -> Finding | None:
    """The telegrams come less often than the regulation asks for, and than this model is known to send."""
    interval_s = _long_interval_s(evidence)
    if interval_s is None or _is_usual(evidence, interval_s):
        return None
    sure = len(evidence.telegrams) > SLOW_SURE_INTERVALS
    return Finding("slow", Severity.ILL, sure, {"interval_s": round(interval_s)})


def slow_as_known(evidence: Evidence) -> Finding | None:
    """The telegrams come less often than the regulation asks for, as they are known to of this model."""
    interval_s = _long_interval_s(evidence)
    if interval_s is None or not _is_usual(evidence, interval_s):
        return None
    return Finding("slow-as-known", Severity.NOTE, True, {"interval_s": round(interval_s)})


def rows_missing(evidence: Evidence) -> Finding | None:
    """Rows that the model is known to send did not come."""
    if evidence.model is None:
        return None
    last = evidence.telegrams[-ROWS_TELEGRAMS:]
    missing = _missing(last, frozenset(evidence.model.rows))
    return _rows_finding("rows-missing", Severity.ILL, missing, sure=len(last) == ROWS_TELEGRAMS)


def rows_fewer(evidence: Evidence) -> Finding | None:
    """Rows of the Swedish list did not come, and the meter is not known to send them: as it is, and no illness."""
    return _rows_finding("rows-fewer", Severity.NOTE, _missing(evidence.telegrams, _SWEDISH), sure=True)


def _missing(telegrams: tuple[Received, ...], rows: frozenset[str]) -> list[str]:
    """The fields of these rows that no telegram had. A single-phase meter misses nothing of L2 and L3."""
    readings = [msgspec.structs.asdict(received.telegram.reading) for received in telegrams]
    if not readings:
        return []
    sent = {name for reading in readings for name, value in reading.items() if value is not None}
    wanted = [_NAMES[row] for row in sorted(rows & _NAMES.keys())]
    if not any(_is_of_l2_or_l3(name) for name in sent):
        wanted = [name for name in wanted if not _is_of_l2_or_l3(name)]
    return [name for name in wanted if name not in sent]


def _is_of_l2_or_l3(name: str) -> bool:
    return "_l2_" in name or "_l3_" in name


def _rows_finding(key: str, severity: Severity, missing: list[str], *, sure: bool) -> Finding | None:
    if not missing:
        return None
    found = {next(group for start, group in _GROUPS if name.startswith(start)) for name in missing}
    groups = tuple(group for group in dict.fromkeys(group for _, group in _GROUPS) if group in found)
    return Finding(key, severity, sure, {"groups": groups, "rows": tuple(_CODES[name] for name in missing)})


def interval_is_steady(evidence: Evidence) -> bool:
    """Whether the last two intervals are known and alike."""
    times = [received.at for received in evidence.telegrams[-3:]]
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    return len(steps) == 2 and min(steps) > REPEAT_S and max(steps) - min(steps) <= max(2.0, 0.25 * min(steps))


def values_moved(evidence: Evidence) -> bool:
    """Whether any value but the clock differed between telegrams."""
    return len({_values(received) for received in evidence.telegrams}) > 1
