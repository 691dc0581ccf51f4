"""What became of records that were applied: counted, and those refused with the reason."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was not taken: its place among the records, and what to do. Nothing of its contents."""

    index: int
    problem: str
    remedy: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """How many records were new, changed something, or said what was known; and the facilities whose right may have
    changed.
    """

    added: int
    changed: int
    unchanged: int
    refused: list[Refused]
    facility_ids: set[int]


@dataclass(slots=True)
class Tally:
    """Counts while records are applied."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)
    facility_ids: set[int] = field(default_factory=set)

    def refuse(self, index: int, field: str, problem: str, remedy: str) -> None:
        """The record is not taken."""
        self.refused.append(Refused(index, problem, remedy, field))

    def count(self, *, is_new: bool, has_changed: bool) -> None:
        """A record is taken."""
        if is_new:
            self.added += 1
        elif has_changed:
            self.changed += 1
        else:
            self.unchanged += 1

    def result(self) -> Applied:
        """The sum, those refused in their order."""
        ordered = sorted(self.refused, key=lambda each: each.index)
        return Applied(self.added, self.changed, self.unchanged, ordered, self.facility_ids)
