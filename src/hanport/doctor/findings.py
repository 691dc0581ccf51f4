"""The doctor's judgement: one table of rules, the most important first, and what each finding makes needless to say."""

from dataclasses import dataclass

from hanport.doctor import rules_clock, rules_content, rules_line, rules_source, rules_stream
from hanport.doctor.evidence import Evidence, RuleFunction, gather
from hanport.doctor.finding import Finding, Severity
from hanport.doctor.observation import Observation, Trouble

HEALTHY_TELEGRAMS = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, and the findings that follow from its own and would only confuse."""

    find: RuleFunction
    hides: frozenset[str] = frozenset()


_OF_THE_STREAM = frozenset(
    {
        "bad-checksums-many",
        "bad-checksums-few",
        "supply-sags",
        "cut",
        "noise",
        "not-understood",
        "setting-likely",
        "garbled-since",
    }
)
_ALL_SILENCE = frozenset({"nothing-came", "nothing-yet", "silent-since", "source-empty"})

RULES: tuple[Rule, ...] = (
    Rule(rules_source.trouble(Trouble.MISSING), _ALL_SILENCE),
    Rule(rules_source.trouble(Trouble.BUSY), _ALL_SILENCE),
    Rule(rules_source.trouble(Trouble.FORBIDDEN), _ALL_SILENCE),
    Rule(rules_source.trouble(Trouble.UNREACHABLE), _ALL_SILENCE),
    Rule(rules_source.trouble(Trouble.UNREADABLE), _ALL_SILENCE),
    Rule(rules_source.trouble(Trouble.LOST), _ALL_SILENCE),
    Rule(rules_source.empty),
    Rule(rules_line.only_identification, _OF_THE_STREAM),
    Rule(rules_line.encrypted, _OF_THE_STREAM),
    Rule(rules_line.wrong_key, _OF_THE_STREAM),
    Rule(rules_line.wrong_setting, _OF_THE_STREAM),
    Rule(rules_line.inverted, _OF_THE_STREAM),
    Rule(rules_line.changed_on_the_way, _OF_THE_STREAM),
    Rule(rules_stream.supply_sags, frozenset({"slow", "not-understood", "garbled-since"})),
    Rule(rules_stream.silent_since, frozenset({"cut"})),
    Rule(rules_stream.nothing_came),
    Rule(rules_stream.bad_checksums_many, _OF_THE_STREAM),
    Rule(rules_stream.cut, _OF_THE_STREAM),
    Rule(rules_stream.garbled_since, frozenset({"noise"})),
    Rule(rules_content.frozen, frozenset({"repeated"})),
    Rule(rules_content.repeated),
    Rule(rules_line.setting_likely, _OF_THE_STREAM),
    Rule(rules_clock.clock_jumped),
    Rule(rules_clock.clock_wrong),
    Rule(rules_content.rows_missing, frozenset({"rows-fewer"})),
    Rule(rules_content.slow),
    Rule(rules_stream.noise),
    Rule(rules_stream.bad_checksums_few),
    Rule(rules_line.not_understood),
    Rule(rules_clock.clock_hour),
    Rule(rules_content.slow_as_known),
    Rule(rules_content.rows_fewer),
    Rule(rules_stream.start_silence),
)
_IMPORTANCE = {Severity.UNREADABLE: 0, Severity.ILL: 0, Severity.NOTE: 1}


def _judge(evidence: Evidence) -> tuple[Finding, ...]:
    hidden: set[str] = set()
    findings = []
    for rule in RULES:
        finding = rule.find(evidence)
        if finding is not None and finding.key not in hidden:
            findings.append(finding)
            hidden |= rule.hides
    return tuple(sorted(findings, key=lambda finding: _IMPORTANCE[finding.severity]))


def diagnose(observation: Observation) -> tuple[Finding, ...]:
    """What is the matter, the most important first; notes come last. Nothing but notes: healthy, so far as was seen."""
    return _judge(gather(observation))


def is_healthy(findings: tuple[Finding, ...]) -> bool:
    """Whether nothing has to be done."""
    return all(finding.severity is Severity.NOTE for finding in findings)


def is_surely_healthy(observation: Observation) -> bool:
    """Whether watching longer is needless: three good telegrams in a row at a known interval, nothing damaged, values
    that move, and nothing suspected. Of a source that is not live never: it is read to its end.
    """
    evidence = gather(observation)
    return (
        observation.source.live
        and len(evidence.telegrams) >= HEALTHY_TELEGRAMS
        and not evidence.damages
        and rules_content.interval_is_steady(evidence)
        and rules_content.values_moved(evidence)
        and is_healthy(_judge(evidence))
    )
