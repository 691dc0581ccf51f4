"""Tells what became of an import: in words, as JSON, and the refused rows as CSV. No number of a person is in it."""

import csv
import io
from typing import Any

from hanport.grid.register.importing import Report

_SHOWN = 20
_COLUMNS = ("file", "line", "kind", "key", "column", "problem", "remedy")


def as_text(report: Report, *, is_trial: bool) -> str:
    """In words, with the first of the refused rows."""
    applied, outcome = report.outcome.applied, report.outcome
    lines = [f"{name}: {kind} rows" for name, kind in report.kinds.items()]
    lines.append(
        f"{applied.added:,} new, {applied.changed:,} changed, {applied.unchanged:,} as they were, "
        f"{len(report.refusals):,} refused."
    )
    if report.ended:
        lines.append(f"{report.ended:,} of these end because the files lack them.")
    lines += report.not_ended
    if outcome.closings:
        lines.append(f"{len(outcome.closings):,} open ports lose their right.")
    if outcome.is_undone:
        lines.append(_waits(report))
    elif outcome.openings:
        lines.append(f"{len(outcome.openings):,} ports would open by this import alone. They wait to be released.")
    if is_trial:
        lines.append("A trial: nothing was stored.")
    return "\n".join(lines + _refused(report))


def as_json(report: Report) -> dict[str, Any]:
    """For machines."""
    applied, outcome, batch = report.outcome.applied, report.outcome, report.batch
    return {
        "import": batch.id if batch else None,
        "state": batch.state if batch else "trial",
        "files": {name: kind.value for name, kind in report.kinds.items()},
        "added": applied.added,
        "changed": applied.changed,
        "unchanged": applied.unchanged,
        "ended": report.ended,
        "not_ended": list(report.not_ended),
        "closings": len(outcome.closings),
        "closings_limit": outcome.limit,
        "waits": outcome.is_undone,
        "openings_held": 0 if outcome.is_undone else len(outcome.openings),
        "deadline": batch.deadline_at.isoformat() if batch and batch.deadline_at else None,
        "refused": [dict(zip(_COLUMNS, row, strict=True)) for row in _rows(report)],
    }


def refused_as_csv(report: Report) -> str:
    """The refused rows, as a table that spreadsheets read."""
    text = io.StringIO()
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow(_COLUMNS)
    table.writerows([_plain(cell) for cell in row] for row in _rows(report))
    return text.getvalue()


def _rows(report: Report) -> list[tuple[str, int, str, str, str, str, str]]:
    return [
        (each.place.file, each.place.line, each.kind.value, each.key, each.column, each.problem, each.remedy)
        for each in report.refusals
    ]


def _refused(report: Report) -> list[str]:
    lines = []
    for each in report.refusals[:_SHOWN]:
        where = f"{each.place.file}, line {each.place.line}" if each.place.line else each.place.file or each.kind.value
        what = "".join(f", {name} {said}" for name, said in (("key", each.key), ("column", each.column)) if said)
        lines.append(f"  {where}{what}: {each.problem} {each.remedy}")
    if len(report.refusals) > _SHOWN:
        lines.append(f"  ... and {len(report.refusals) - _SHOWN:,} more: --report FILE writes them all.")
    return lines


def _waits(report: Report) -> str:
    batch = report.batch
    if batch is None or batch.deadline_at is None:
        return f"It would wait for two people: {report.outcome.limit:,} ports may be closed unasked."
    return (
        f"Nothing is changed yet: import {batch.id} waits for two people (`hanport grid import approve {batch.id}`), "
        f"by {batch.deadline_at:%Y-%m-%d %H:%M} UTC. {report.outcome.limit:,} ports may be closed unasked."
    )


def _plain(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") else cell
