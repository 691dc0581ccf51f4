"""The doctor's knowledge, always on: since when silent, how often hung, how the clock runs, and the way back."""

from hanport.home.health.guide import Act, Ending, Guide, Stage
from hanport.home.health.report import ClockHealth, ClockState, DayCounts, Hang, HangPattern, Health, Link

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
    "Link",
    "Stage",
]
