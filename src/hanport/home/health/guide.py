"""The restart of the meter, step by step, as one table: it survives the main switch that takes the hub down, too.

Pure. The state is kept in the note `health.guide`; the steps are those of the doctor's text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from hanport.doctor.guide import GUIDE_STEPS, SWITCHED_OFF_STEP, SWITCHED_ON_STEP

# Up to a minute of silence is normal after the supply came on; a hub needs as long to start.
WAIT_S = 300
# Whoever has not gone on for so long does something else.
FORGOTTEN_S = 12 * 3600


class Stage(StrEnum):
    """How far the restart is."""

    IDLE = "idle"
    STEPS = "steps"  # a person goes through the steps
    WAITING = "waiting"  # switched on again: the telegrams are waited for
    DONE = "done"  # the telegrams are back
    FAILED = "failed"  # they are not


class Act(StrEnum):
    """What can happen to a restart."""

    BEGIN = "begin"
    NEXT = "next"
    BACK = "back"
    CANCEL = "cancel"
    BROKE = "broke"  # no telegram for longer than the interval explains
    HUB_OFF = "hub-off"  # the hub was without supply itself, and is back
    TELEGRAM = "telegram"
    TIMEOUT = "timeout"


class Ending(StrEnum):
    """How it went."""

    RESTARTED = "restarted"  # the meter was off, and its telegrams are back
    BY_ITSELF = "by-itself"  # they came back before anything was switched off
    NOT_OFF = "not-off"  # they never stopped: the switch sits behind the meter
    SILENT = "silent"  # nothing came


@dataclass(frozen=True, slots=True)
class Guide:
    """One restart. `broken`: the telegrams had stopped; `since` and `waiting_since` are aware, in UTC.

    `back_at`: the first telegram after it. `ending` is None until it is done or has failed.
    """

    stage: Stage = Stage.IDLE
    step: int = 0
    since: datetime | None = None
    changed_at: datetime | None = None
    broken: bool = False
    hub_was_off: bool = False
    back_at: datetime | None = None
    ending: Ending | None = None

    @property
    def active(self) -> bool:
        """Whether somebody is at it."""
        return self.stage in (Stage.STEPS, Stage.WAITING)

    def waiting_s(self, at: datetime) -> int:
        """How long the telegrams have been waited for; 0 where they are not."""
        if self.stage is not Stage.WAITING or self.changed_at is None:
            return 0
        return max(0, round((at - self.changed_at).total_seconds()))


IDLE = Guide()


def _begin(guide: Guide, at: datetime) -> Guide:
    return Guide(Stage.STEPS, 1, since=at, changed_at=at)


def _next(guide: Guide, at: datetime) -> Guide:
    step = guide.step + 1
    stage = Stage.WAITING if step > SWITCHED_ON_STEP else Stage.STEPS
    return replace(guide, stage=stage, step=min(step, GUIDE_STEPS), changed_at=at)


def _back(guide: Guide, at: datetime) -> Guide:
    return replace(guide, stage=Stage.STEPS, step=max(1, guide.step - 1), changed_at=at, ending=None)


def _cancel(guide: Guide, at: datetime) -> Guide:
    return IDLE


def _broke(guide: Guide, at: datetime) -> Guide:
    return replace(guide, broken=True)


def _hub_off(guide: Guide, at: datetime) -> Guide:
    """The main switch took the hub down: whatever step was shown last, the supply is on again now."""
    return replace(guide, stage=Stage.WAITING, step=GUIDE_STEPS, changed_at=at, broken=True, hub_was_off=True)


def _telegram(guide: Guide, at: datetime) -> Guide:
    """Telegrams that never stopped say nothing."""
    if not guide.broken:
        return guide
    switched = guide.step >= SWITCHED_OFF_STEP or guide.hub_was_off
    ending = Ending.RESTARTED if switched else Ending.BY_ITSELF
    return replace(guide, stage=Stage.DONE, changed_at=at, back_at=at, ending=ending)


def _timeout(guide: Guide, at: datetime) -> Guide:
    if guide.stage is Stage.STEPS:
        return IDLE
    ending = Ending.SILENT if guide.broken else Ending.NOT_OFF
    return replace(guide, stage=Stage.FAILED, changed_at=at, ending=ending)


_Change = Callable[[Guide, datetime], Guide]
_ACTIVE: Mapping[Act, _Change] = {
    Act.NEXT: _next,
    Act.BACK: _back,
    Act.CANCEL: _cancel,
    Act.BROKE: _broke,
    Act.HUB_OFF: _hub_off,
    Act.TELEGRAM: _telegram,
    Act.TIMEOUT: _timeout,
}
_RESTING: Mapping[Act, _Change] = {Act.BEGIN: _begin, Act.CANCEL: _cancel}
# What is not in the table changes nothing.
TABLE: Mapping[Stage, Mapping[Act, _Change]] = MappingProxyType(
    {
        Stage.IDLE: {Act.BEGIN: _begin},
        Stage.STEPS: _ACTIVE,
        Stage.WAITING: {act: change for act, change in _ACTIVE.items() if act is not Act.NEXT},
        Stage.DONE: _RESTING,
        # Late is better than never: a port that comes back after all is back.
        Stage.FAILED: {**_RESTING, Act.BACK: _back, Act.TELEGRAM: _telegram},
    }
)


def happen(guide: Guide, act: Act, at: datetime) -> Guide:
    """The restart after something happened."""
    change = TABLE[guide.stage].get(act)
    return guide if change is None else change(guide, at)


def tick(guide: Guide, at: datetime) -> Guide:
    """The restart after time has passed."""
    limit_s = WAIT_S if guide.stage is Stage.WAITING else FORGOTTEN_S
    if not guide.active or guide.changed_at is None or at - guide.changed_at < timedelta(seconds=limit_s):
        return guide
    return happen(guide, Act.TIMEOUT, at)


def shifted(guide: Guide, by: timedelta) -> Guide:
    """The same with all its moments moved: the hub's clock was set."""
    moved = {name: at + by for name in _MOMENTS if (at := getattr(guide, name)) is not None}
    return replace(guide, **moved)


_MOMENTS = ("since", "changed_at", "back_at")


def to_note(guide: Guide) -> dict[str, object]:
    """As it is kept: plain values, times in milliseconds."""
    times = {name: None if (at := getattr(guide, name)) is None else round(at.timestamp() * 1000) for name in _MOMENTS}
    flags = {"broken": guide.broken, "hub_was_off": guide.hub_was_off, "ending": guide.ending}
    return {"stage": guide.stage, "step": guide.step, **times, **flags}


def _moment(ms: float | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)


def from_note(note: object) -> Guide:
    """The restart that was kept. What cannot be read is none."""
    if not isinstance(note, Mapping):
        return IDLE
    try:
        times = {
            name: None if (ms := note[name]) is None else datetime.fromtimestamp(ms / 1000, UTC) for name in _MOMENTS
        }
        return Guide(
            Stage(note["stage"]),
            int(note["step"]),
            broken=bool(note["broken"]),
            hub_was_off=bool(note["hub_was_off"]),
            ending=Ending(note["ending"]) if note["ending"] else None,
            **times,
        )
    except (KeyError, TypeError, ValueError):
        return IDLE
