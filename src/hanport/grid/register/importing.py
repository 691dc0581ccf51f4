"""Brings files and lists of records into the facts, all or nothing, and never so that many ports close unasked.

Ports that would open by new facts alone are held until staff release them: a port opens by an order.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hanport.errors import ConfigError
from hanport.grid.config import GridConfig
from hanport.grid.context import Grid
from hanport.grid.database.work import Work
from hanport.grid.masking import masked
from hanport.grid.register import importing_absent as absent
from hanport.grid.register.importing_attempt import Outcome, attempt
from hanport.grid.register.importing_batches import Batch, keep_applied, keep_waiting
from hanport.grid.register.importing_files import Found, Place, Refusal, key_of, read_files, record_kind
from hanport.grid.register.kinds import Record, RecordKind
from hanport.grid.register.upsert import Applied, take_turn
from hanport.grid.workdays import STOCKHOLM

_MOST_ABSENT = 3  # a whole file that lacks more than a third of what runs was rather cut


@dataclass(frozen=True, slots=True)
class Held:
    """The records would close more ports than may be closed unasked. They wait for two people."""

    batch_id: str
    closings: int
    limit: int
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class Options:
    """How files are imported. `full` are the kinds of which the files have all that runs."""

    kind: RecordKind | None = None
    full: frozenset[RecordKind] = frozenset()
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an import. `batch` is None for a trial. `not_ended` says of which kinds nothing was ended, and
    why.
    """

    kinds: dict[str, RecordKind]
    outcome: Outcome
    refusals: tuple[Refusal, ...]
    ended: int
    not_ended: tuple[str, ...]
    batch: Batch | None


def guarded(work: Work, config: GridConfig, records: Sequence[Record], *, source: str = "api") -> Applied | Held:
    """Apply records within a transaction, unless they would close many ports: then they are kept, and wait for two
    people. It comes first in its transaction.
    """
    outcome = attempt(work, config, records)
    if outcome.is_undone:
        waiting = keep_waiting(work, records, outcome, source)
        assert waiting.deadline_at is not None
        return Held(waiting.id, waiting.closings, waiting.limit, waiting.deadline_at)
    if outcome.openings:
        keep_applied(work, outcome, source)
    return outcome.applied


def import_files(
    grid: Grid, paths: Sequence[Path], options: Options, *, actor: str, progress: Callable[[int], None] | None = None
) -> Report:
    """Bring CSV files in, as one transaction. Rows that cannot be used are refused, and the others go in. Raises
    ConfigError where a file is no table of a known kind: then nothing goes in.
    """
    for kind in options.full - set(absent.KINDS):
        raise ConfigError(f"What is absent of kind {kind} cannot be ended.", f"Give {', '.join(absent.KINDS)}.")
    today = grid.database.clock.now().astimezone(STOCKHOLM).date()
    with _nothing_collected():
        found = read_files(paths, today, kind=options.kind, progress=progress)
        return _written(grid, found, options, actor)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """All that is read stays until the end; to look for garbage among it again and again costs a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _written(grid: Grid, found: Found, options: Options, actor: str) -> Report:
    with grid.database.writing(actor) as work:
        if not options.is_trial:
            return _bring_in(work, grid.config, found, options)
        trial = work.connection.begin_nested()
        report = _bring_in(work, grid.config, found, options)
        trial.rollback()
        work.entries.clear()
        return report


def _bring_in(work: Work, config: GridConfig, found: Found, options: Options) -> Report:
    take_turn(work)
    endings, not_ended, is_doubtful = _endings(work, found, options.full)
    records = [*found.records, *endings]
    outcome = attempt(work, config, records, allowed=0 if is_doubtful else None)
    source, refused = ", ".join(found.kinds), len(found.refusals)
    if outcome.is_undone:
        kept = keep_waiting(work, records, outcome, source, refused=refused)
    else:
        kept = keep_applied(work, outcome, source, refused=refused)
    return Report(
        kinds=found.kinds,
        outcome=outcome,
        refusals=_refusals(found, records, outcome),
        ended=len(endings),
        not_ended=tuple(not_ended),
        batch=None if options.is_trial else kept,
    )


def _endings(work: Work, found: Found, full: frozenset[RecordKind]) -> tuple[list[Record], list[str], bool]:
    """Records that end what the files lack, why nothing is ended of some kinds, and whether so much is lacking that the
    files are doubtful.
    """
    made: list[Record] = []
    reasons: list[str] = []
    is_doubtful = False
    for kind in sorted(full):
        if reason := _not_whole(found, kind):
            reasons.append(reason)
            continue
        those, running = absent.endings(work, kind, found.records)
        made += those
        is_doubtful |= len(those) * _MOST_ABSENT > running
    return made, reasons, is_doubtful


def _not_whole(found: Found, kind: RecordKind) -> str:
    """Why the files may not have all of a kind ("": they have). A row that is refused is no absence."""
    files = [name for name, has in found.kinds.items() if has is kind]
    refused = sum(each.kind is kind for each in found.refusals)
    cut = [name for name in files if name in found.cut]
    if not files:
        return f"No {kind} was ended: no file is about them."
    if refused:
        return f"No {kind} was ended: {refused} of their rows were refused."
    if cut:
        return f"No {kind} was ended: the last line of {cut[0]} has no end, so the file may be cut."
    return ""


def _refusals(found: Found, records: Sequence[Record], outcome: Outcome) -> tuple[Refusal, ...]:
    """What was refused when it was read and when it was applied, in the order of the files."""
    refused = list(found.refusals)
    for each in outcome.applied.refused:
        record = records[each.index]
        place = found.places[each.index] if each.index < len(found.places) else Place("", 0)
        texts = (masked(text) for text in (key_of(record), each.field, each.problem, each.remedy))
        refused.append(Refusal(place, record_kind(record), *texts))
    files = ["", *found.kinds]
    return tuple(sorted(refused, key=lambda each: (files.index(each.place.file), each.place.line)))
