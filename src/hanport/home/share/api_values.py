"""What the JSON API is asked and what it answers, as structs: they make the checks and the OpenAPI document. Pure."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from hanport.home.live import Live
from hanport.home.share.figures import is_fresh
from hanport.home.values import MeterIdentity, PartState, PartStatus, PortState, PortStatus, Quality, Sample
from hanport.port.values import Reading, Register

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Period = Literal["quarter", "hour", "day", "month", "year"]


class Query(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters of a request."""


class Nothing(Query, frozen=True):
    """No parameters."""


class EnergyQuery(Query, frozen=True):
    """`begin` and `end` are dates in the time that the tariff counts in; `end` is left out of the span."""

    begin: Annotated[date | None, msgspec.Meta(description="First date; today where it is left out")] = None
    end: Annotated[date | None, msgspec.Meta(description="The date behind the last one")] = None
    period: Annotated[Period, msgspec.Meta(description="What each entry holds")] = "hour"


class PowerQuery(Query, frozen=True):
    """An instant has a time zone: 2026-01-31T12:00:00Z, or +01:00 written as %2B01:00."""

    begin: Annotated[Instant | None, msgspec.Meta(description="A day before `end` where it is left out")] = None
    end: Annotated[Instant | None, msgspec.Meta(description="Now where it is left out")] = None
    points: Annotated[int, msgspec.Meta(ge=10, le=5000, description="About so many at most")] = 1500


class EventsQuery(Query, frozen=True):
    """As PowerQuery; `kind` is one kind of event, all of them where it is left out."""

    begin: Annotated[Instant | None, msgspec.Meta(description="30 days before `end` where it is left out")] = None
    end: Annotated[Instant | None, msgspec.Meta(description="Now where it is left out")] = None
    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] | None = None


class Answer(msgspec.Struct, frozen=True):
    """The body of an answer."""


class Meter(Answer, frozen=True):
    """A meter: what it calls itself, its number, and its model; null where it is not known."""

    identification: str | None
    number: str | None
    model: str | None = None
    since: Instant | None = None


class LatestReading(Answer, frozen=True):
    """The last telegram. What the meter did not say is missing in `reading`. `fresh`: it still is the present."""

    at: Instant
    received_at: Instant
    age_s: float
    fresh: bool
    meter: Meter
    reading: Reading


class Part(Answer, frozen=True):
    """A part of the hub."""

    name: str
    state: PartState
    since: Instant
    problem: str
    retry_in_s: float | None


class Status(Answer, frozen=True):
    """How the port and the hub do. `finding` is the key of what the doctor found, null for nothing."""

    hub: str
    version: str
    state: PortState
    since: Instant
    finding: str | None
    last_telegram_at: Instant | None
    age_s: float | None
    parts: list[Part]


class Meters(Answer, frozen=True):
    """All meters that were read here, the first one first."""

    meters: list[Meter]


class Row(Answer, frozen=True):
    """A row of a telegram; `raw` is what stands in its brackets, null for DLMS."""

    obis: str
    value: str | None
    unit: str | None
    text: str | None
    raw: list[str] | None


class Registers(Answer, frozen=True):
    """All rows of the last telegram, in the order sent."""

    at: Instant
    registers: list[Row]


class Extra(Answer, frozen=True):
    """What a row without a field of a reading said last, and since when."""

    obis: str
    value: str | None
    unit: str | None
    at: Instant


class Extras(Answer, frozen=True):
    """The last of each."""

    extras: list[Extra]


class EnergyPeriod(Answer, frozen=True):
    """Energy in whole Wh, by the meter's registers. null: nothing is known; `quarters` of an hour are known of it."""

    start: Instant
    end: Instant
    import_wh: int | None
    export_wh: int | None
    quality: Quality | None
    quarters: int


class Energies(Answer, frozen=True):
    """Energy by period; `time` is what dates count in: `local` or `normal` (UTC+1 all year)."""

    period: Period
    time: Literal["local", "normal"]
    periods: list[EnergyPeriod]


class PowerLine(Answer, frozen=True):
    """What flowed, by time: `at_s` is in seconds since 1970, powers are + for import and - for export.

    `step_s` is the length of each point's period, 0 where each is one telegram.
    """

    step_s: int
    columns: dict[str, list[int | None]]


class Event(Answer, frozen=True):
    """What happened; `ended` is null while it lasts."""

    kind: str
    began: Instant
    ended: Instant | None
    details: dict[str, Any]


class Events(Answer, frozen=True):
    """The latest first. `more`: there are older ones; ask with an earlier `end`."""

    events: list[Event]
    more: bool


def latest(sample: Sample, now: datetime) -> LatestReading:
    """The answer of a sample."""
    age_s = round((now - sample.received_at).total_seconds(), 3)
    meter = meter_of(sample.meter)
    return LatestReading(sample.at, sample.received_at, age_s, is_fresh(sample, now), meter, sample.reading)


def meter_of(identity: MeterIdentity, model: str | None = None, since: datetime | None = None) -> Meter:
    """The answer of a meter."""
    return Meter(identity.identification, identity.number, model, since)


def status_of(hub: tuple[str, str], live: Live, now: datetime) -> Status:
    """The answer of what is so now; `hub` is its name and version."""
    port: PortStatus = live.status
    age_s = None if live.sample is None else round((now - live.sample.received_at).total_seconds(), 3)
    parts = [_part(part) for _, part in sorted(live.parts.items())]
    finding = port.finding or None
    return Status(*hub, port.state, port.since, finding, port.last_telegram_at, age_s, parts)


def _part(part: PartStatus) -> Part:
    return Part(part.name, part.state, part.since, part.problem, part.retry_in_s)


def row_of(register: Register) -> Row:
    """The answer of a register."""
    value = None if register.value is None else f"{register.value:f}"
    raw = None if register.raw is None else list(register.raw)
    return Row(register.obis, value, register.unit, register.text, raw)
