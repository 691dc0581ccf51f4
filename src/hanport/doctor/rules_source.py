"""Rules about the source itself: it could not be opened, or was lost."""

from hanport.doctor.evidence import Evidence, RuleFunction
from hanport.doctor.finding import Finding, Severity
from hanport.doctor.observation import Trouble


def trouble(kind: Trouble) -> RuleFunction:
    """The rule `source-<kind>`."""

    def rule(evidence: Evidence) -> Finding | None:
        if evidence.observation.trouble is not kind:
            return None
        return Finding(f"source-{kind}", Severity.UNREADABLE, True, {"address": evidence.observation.address})

    return rule


def empty(evidence: Evidence) -> Finding | None:
    """A file, or what was piped in, has no bytes at all."""
    stretch = evidence.stretch
    if stretch is None or stretch.bytes_count or evidence.observation.source.live:
        return None
    return Finding("source-empty", Severity.UNREADABLE, True, {"address": evidence.observation.address})
