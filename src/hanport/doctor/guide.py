"""What is said besides the findings, as keys: the guide that may help, and what is known of a meter model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hanport.doctor.finding import Finding, Number
from hanport.models import Model

# Findings that a restart of the meter may cure: its guide is given with them.
RESTART_HELPS = frozenset({"nothing-came", "silent-since", "frozen"})

USUAL_GUIDE = "guide.restart"
# The steps that the text of a guide counts, and the one in which the main switch is on again.
GUIDE_STEPS = 5
SWITCHED_OFF_STEP = 2
SWITCHED_ON_STEP = 4


@dataclass(frozen=True, slots=True)
class Words:
    """A text of the catalog `doctor` and the numbers for its places."""

    key: str
    numbers: Mapping[str, Number] = field(default_factory=dict)


def guide_of(model: Model | None) -> str:
    """The key of the guide by which this meter is restarted."""
    return f"guide.{model.restart}" if model else USUAL_GUIDE


def restart_guide(findings: Iterable[str], model: Model | None) -> str | None:
    """The key of the guide for restarting the meter, where that may help against findings with these keys."""
    return guide_of(model) if RESTART_HELPS.intersection(findings) else None


def facts_of(model: Model) -> tuple[Words, ...]:
    """What is known of a model: its supply, its clock, and how it is and fails."""
    supply = model.supply
    numbers: dict[str, Number] = {"volts": (supply.voltage_mv or 0) // 1000, "current_ma": supply.current_ma or 0}
    known = (f"known.{key}" for key in (*model.facts, *model.faults))
    return (
        Words(f"supply.{supply.feed}-{supply.sure}", numbers),
        Words(f"clock.{model.clock}-{model.clock_sure}"),
        *map(Words, known),
    )


def finding_words(finding: Finding) -> tuple[Words, Words]:
    """What is the matter, and what to do."""
    return Words(f"{finding.key}.text", finding.numbers), Words(f"{finding.key}.remedy", finding.numbers)
