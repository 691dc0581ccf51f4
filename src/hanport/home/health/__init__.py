"""The doctor's knowledge, always on: since when silent, how often hung, how the clock runs, and the way back."""

from hanport.home.health.guide import Act, Ending, Guide, Stage
from hanport.home.health.report import ClockHealth, ClockState, DayCounts, Hang, HangPattern, Health, Link, Step
from hanport.home.health.watch import HealthWatch

__all__ = [
    "Act",
    "ClockHealth",
    "ClockState",
    "DayCounts",
    "Ending",
    "Guide",
    "Hang",
    "HangPattern",
    "Health",
    "HealthWatch",
    "Link",
    "Stage",
    "Step",
]
