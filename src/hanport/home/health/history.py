"""What the silences of months say together: the hang by its pattern."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from hanport.home.health.report import Hang, HangPattern, Link
from hanport.models import MODELS, Model

# A port that is switched off for overload comes back within minutes (facts/activation.md 2.4); one that hangs does not.
HANGS_AFTER_S = 600
# What falls silent again after hours has another illness; hangs come after weeks and months.
WORKED_AT_LEAST_S = 7 * 86_400
_DAY_S = 86_400
_FAULTS = ("hang", "hang-unfed")


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence as its event tells it. `ended_at` is None while it lasts."""

    began_at: datetime
    ended_at: datetime | None
    details: Mapping[str, Any] = field(default_factory=dict)


def lasted_s(silence: Silence, at: datetime) -> int:
    """For how long, so far."""
    return round(((silence.ended_at or at) - silence.began_at).total_seconds())


def is_hang(silence: Silence, at: datetime) -> bool:
    """Whether it looks like a port that hung: after long work, with reader and link well, and not over by itself."""
    details = silence.details
    if details.get("link") != Link.WELL or details.get("lost") or details.get("worked_s", 0) < WORKED_AT_LEAST_S:
        return False
    return bool(details.get("restart")) or lasted_s(silence, at) >= HANGS_AFTER_S


def pattern(silences: Iterable[Silence], model: Model | None, at: datetime) -> HangPattern:
    """The pattern in all silences that are known, in the order of time."""
    hung = [silence for silence in silences if is_hang(silence, at)]
    hangs = tuple(
        Hang(
            began_at=silence.began_at,
            worked_s=int(silence.details["worked_s"]),
            lasted_s=None if silence.ended_at is None else lasted_s(silence, at),
            restarted=bool(silence.details.get("restart")),
        )
        for silence in hung
    )
    return HangPattern(
        hangs=hangs,
        now=any(silence.ended_at is None for silence in hung),
        between_days=round(median(hang.worked_s for hang in hangs) / _DAY_S) if hangs else None,
        known=known_faults(model),
        feed_reader=bool(hangs),
    )


def known_faults(model: Model | None) -> tuple[str, ...]:
    """The hangs that are known of a model, or of one that sends the same telegrams."""
    if model is None:
        return ()
    models = (model, *(MODELS[name] for name in model.alike))
    return tuple(fault for fault in _FAULTS if any(fault in each.faults for each in models))
