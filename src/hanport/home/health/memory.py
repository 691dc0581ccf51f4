"""What an earlier run of the hub knew of the port: read once, when the watch begins."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hanport.home.health.days import day_of
from hanport.home.health.guide import IDLE, Guide, from_note
from hanport.home.health.history import Silence
from hanport.home.health.journal import Entry
from hanport.home.health.report import DayCounts, Step
from hanport.home.store.reader import EventRow, PortDayRow, Reader
from hanport.models import MODELS, Model

ALIVE = "health.alive"
GUIDE = "health.guide"
KEPT_DAYS = 40
KEPT_YEARS = 5  # of silences: as long as a hang every half year makes a pattern

_ENDURING = ("silence", "lost", "ill")
_KINDS = (*_ENDURING, "hub-off", "hub-clock", "meter-clock")


@dataclass(frozen=True, slots=True)
class Alive:
    """The last sign of life of an earlier run. `clean`: it was stopped, and did not just end."""

    at: datetime
    clean: bool
    last_telegram_at: datetime | None
    interval_s: float | None
    model: Model | None
    worked_since: datetime | None


@dataclass(frozen=True, slots=True)
class Before:
    """All that is remembered."""

    alive: Alive | None = None
    guide: Guide = IDLE
    enduring: tuple[Entry, ...] = ()
    silences: tuple[Silence, ...] = ()
    today: DayCounts | None = None
    offsets: dict[date, int] = field(default_factory=dict)
    meter_step: Step | None = None
    hub_step: Step | None = None
    hub_off: tuple[datetime, datetime] | None = None


def remember(reader: Reader, at: datetime) -> Before:
    """What is in the store of the time before."""
    since = at - timedelta(days=KEPT_YEARS * 365)
    events = sorted(reader.events(since, at + timedelta(days=1), _KINDS), key=lambda event: event.id)
    lasting = [event for event in events if event.ended is None and event.kind in _ENDURING]
    off = [(event.began, event.ended) for event in events if event.kind == "hub-off" and event.ended]
    days = reader.port_days(day_of(at) - timedelta(days=KEPT_DAYS), day_of(at) + timedelta(days=1))
    today = [_counts(day) for day in days if day.day == day_of(at)]
    return Before(
        alive=_alive(reader.note(ALIVE)),
        guide=from_note(reader.note(GUIDE)),
        enduring=tuple(Entry(event.kind, event.began, event.details, event.id) for event in lasting),
        silences=tuple(Silence(each.began, each.ended, each.details) for each in events if each.kind == "silence"),
        today=today[0] if today else None,
        offsets={day.day: day.clock_offset_ms for day in days if day.clock_offset_ms is not None},
        meter_step=_last_step(events, "meter-clock"),
        hub_step=_last_step(events, "hub-clock"),
        hub_off=off[-1] if off else None,
    )


def _last_step(events: list[EventRow], kind: str) -> Step | None:
    steps = [Step(event.began, int(event.details.get("step_s", 0))) for event in events if event.kind == kind]
    return steps[-1] if steps else None


def _counts(day: PortDayRow) -> DayCounts:
    return DayCounts(day.day, day.telegrams, day.rejected, day.silent_s, day.clock_offset_ms)


def to_alive(alive: Alive) -> dict[str, object]:
    """As it is kept in the note."""
    return {
        "at": alive.at,
        "clean": alive.clean,
        "last_telegram_at": alive.last_telegram_at,
        "interval_s": alive.interval_s,
        "model": alive.model.name if alive.model else None,
        "worked_since": alive.worked_since,
    }


def _alive(note: Any) -> Alive | None:
    """Raises nothing: a note that cannot be read is none."""
    try:
        return Alive(
            at=_moment(note["at"]),
            clean=bool(note["clean"]),
            last_telegram_at=_moment_or_none(note["last_telegram_at"]),
            interval_s=None if note["interval_s"] is None else float(note["interval_s"]),
            model=MODELS.get(note["model"]),
            worked_since=_moment_or_none(note["worked_since"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)
