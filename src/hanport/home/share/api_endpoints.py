"""The endpoints of the JSON API: one table that makes the routes and the OpenAPI document."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hanport import __version__
from hanport.clock import Clock
from hanport.home.config import HomeConfig
from hanport.home.live import Live
from hanport.home.share import api_values as values
from hanport.home.share.access import Problem, Refused
from hanport.home.store import calendar
from hanport.home.store.moments import from_ms
from hanport.home.store.thread import StoreThread

_DAY = timedelta(days=1)
_FIRST, _LAST = date(2000, 1, 1), date(2200, 1, 1)
MOST_EVENTS = 1000
LONGEST_LINE = timedelta(days=50 * 366)

# Period -> the days that can be asked for at once: at most some nine thousand entries.
LONGEST_DAYS = {"quarter": 93, "hour": 372, "day": 9 * 366, "month": 73_049, "year": 73_049}
_EDGES = {
    "quarter": calendar.quarter_edges,
    "hour": calendar.hour_edges,
    "day": calendar.day_edges,
    "month": calendar.month_edges,
    "year": calendar.year_edges,
}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the endpoints read."""

    config: Callable[[], HomeConfig]
    live: Live
    store: StoreThread
    clock: Clock


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row. `live`: another answer at every moment, not to be kept by anybody."""

    path: str
    query: type[values.Query]
    answer: type[values.Answer]
    summary: str
    handle: Callable[[Knowledge, Any], Awaitable[values.Answer]]
    live: bool = False


async def _reading(known: Knowledge, _: values.Nothing) -> values.LatestReading:
    sample = known.live.sample
    if sample is None:
        raise _no_telegram()
    return values.latest(sample, known.clock.now())


async def _status(known: Knowledge, _: values.Nothing) -> values.Status:
    return values.status_of((known.config().hub.name, __version__), known.live, known.clock.now())


async def _meters(known: Knowledge, _: values.Nothing) -> values.Meters:
    rows = await known.store.read(lambda reader: reader.meters())
    return values.Meters([values.meter_of(row.identity, row.model, from_ms(row.began_ms)) for row in rows])


async def _registers(known: Knowledge, _: values.Nothing) -> values.Registers:
    sample = known.live.sample
    if sample is None:
        raise _no_telegram()
    return values.Registers(sample.at, [values.row_of(register) for register in sample.telegram.registers])


async def _extras(known: Knowledge, _: values.Nothing) -> values.Extras:
    rows = await known.store.read(lambda reader: reader.extras())
    return values.Extras([values.Extra(row.obis, row.value, row.unit, row.at) for row in rows])


async def _energy(known: Knowledge, asked: values.EnergyQuery) -> values.Energies:
    time = known.config().house.tariff_time
    begin = asked.begin or (calendar.date_of(known.clock.now(), time) if asked.end is None else asked.end - _DAY)
    end = asked.end or begin + _DAY
    _must(_FIRST <= begin < _LAST, "begin", f"{begin} is no date of this hub.", f"Ask from {_FIRST} on.")
    _must(begin < end <= _LAST, "end", f"{end} is not behind {begin}.", "Give a later date.")
    longest = LONGEST_DAYS[asked.period]
    remedy = f"Ask for at most {longest} days at once, or for a longer period."
    _must((end - begin).days <= longest, "end", f"{(end - begin).days} days are too many.", remedy)
    edges = _EDGES[asked.period](begin, end, time)
    found = await known.store.read(lambda reader: reader.energy(edges))
    periods = [
        values.EnergyPeriod(each.start, each.end, each.import_wh, each.export_wh, each.quality, each.quarters)
        for each in found
    ]
    return values.Energies(asked.period, time, periods)


async def _power(known: Knowledge, asked: values.PowerQuery) -> values.PowerLine:
    begin, end = _span(known.clock, asked.begin, asked.end, _DAY)
    line = await known.store.read(lambda reader: reader.line(begin, end, points=asked.points))
    return values.PowerLine(line.step_s, line.columns)


async def _events(known: Knowledge, asked: values.EventsQuery) -> values.Events:
    begin, end = _span(known.clock, asked.begin, asked.end, 30 * _DAY)
    kinds = None if asked.kind is None else [asked.kind]
    rows = await known.store.read(lambda reader: reader.events(begin, end, kinds))
    told = [values.Event(row.kind, row.began, row.ended, dict(row.details)) for row in rows[:MOST_EVENTS]]
    return values.Events(told, len(rows) > MOST_EVENTS)


# fmt: off
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("/reading", values.Nothing, values.LatestReading, "The last reading", _reading, live=True),
    Endpoint("/status", values.Nothing, values.Status, "How the port and the hub do", _status, live=True),
    Endpoint("/meters", values.Nothing, values.Meters, "The meters that were read here", _meters),
    Endpoint("/registers", values.Nothing, values.Registers, "All rows of the last telegram", _registers, live=True),
    Endpoint("/extras", values.Nothing, values.Extras, "Rows beyond a reading: gas, water, texts", _extras),
    Endpoint("/energy", values.EnergyQuery, values.Energies, "Energy by quarter, hour, day, month or year", _energy),
    Endpoint("/power", values.PowerQuery, values.PowerLine, "Power, currents and voltages over a span", _power),
    Endpoint("/events", values.EventsQuery, values.Events, "What happened to the port", _events),
)
# fmt: on


def _span(clock: Clock, begin: datetime | None, end: datetime | None, usual: timedelta) -> tuple[datetime, datetime]:
    first, last = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (_FIRST, _LAST))
    end = end or (clock.now() if begin is None else begin + min(usual, max(last - begin, timedelta())))
    begin = begin or end - usual
    _must(first <= begin < last, "begin", f"{begin.isoformat()} is no time of this hub.", f"Ask from {_FIRST} on.")
    _must(begin < end <= last, "end", f"{end.isoformat()} is not behind {begin.isoformat()}.", "Give a later time.")
    _must(end - begin <= LONGEST_LINE, "end", "The span is longer than 50 years.", "Ask for a shorter one.")
    return begin, end


def _must(holds: bool, parameter: str, detail: str, remedy: str) -> None:
    if not holds:
        raise Refused(Problem("Wrong parameter", 422, detail, remedy, parameter))


def _no_telegram() -> Refused:
    remedy = "Ask /api/v1/status what is the matter, and again when a telegram has come."
    return Refused(Problem("Not found", 404, "No telegram has come since the hub was started.", remedy))
