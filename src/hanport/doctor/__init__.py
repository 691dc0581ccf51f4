"""Observations in, findings with remedies out. Pure; used by the tool, the hub and the company's pages."""

from hanport.doctor.evidence import Evidence, gather
from hanport.doctor.finding import Finding, Severity
from hanport.doctor.findings import RULES, diagnose, is_healthy, is_surely_healthy
from hanport.doctor.observation import Damage, Observation, Received, SourceKind, Stretch, Trouble
from hanport.doctor.observer import Observer
from hanport.doctor.recorded import observe
from hanport.doctor.signal import SETTINGS

__all__ = [
    "RULES",
    "SETTINGS",
    "Damage",
    "Evidence",
    "Finding",
    "Observation",
    "Observer",
    "Received",
    "Severity",
    "SourceKind",
    "Stretch",
    "Trouble",
    "diagnose",
    "gather",
    "is_healthy",
    "is_surely_healthy",
    "observe",
]
