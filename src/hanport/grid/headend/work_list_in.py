"""The work list as it comes back: what people did, read and taken in row by row. The same file twice is harmless."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hanport.errors import ConfigError, HanportError
from hanport.grid.config import GridConfig
from hanport.grid.database.tables import command
from hanport.grid.database.work import Database
from hanport.grid.headend import reported
from hanport.grid.headend.contract import Answer, Outcome, PortState
from hanport.grid.headend.reported import Unreadable
from hanport.grid.reconcile.outbox import answered
from hanport.grid.register.importing_rows import BrokenRow, in_memory

LONGEST = 16 * 1024 * 1024  # bytes
_SWEDEN = ZoneInfo("Europe/Stockholm")
_OUTCOMES = {each.value: each for each in Outcome}
_PORTS = {"": PortState.UNKNOWN, "open": PortState.OPEN, "closed": PortState.CLOSED}


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that could not be taken in."""

    line: int
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many rows were taken in, how many said nothing new, and those that were refused."""

    taken: int
    unchanged: int
    refused: tuple[Refused, ...]


def read_csv(body: bytes, *, at: datetime) -> tuple[dict[int, Answer], list[Refused]]:
    """The answers in a file by their line, and its refused rows. Raises ConfigError where it is no such file.

    A row without an outcome is no answer yet. `at` is when, for rows that do not say.
    """
    if len(body) > LONGEST:
        raise ConfigError(f"The work list is longer than {LONGEST // 1024**2} MB.", "Send it in parts.")
    sheet = in_memory(body, "the work list")
    missing = [name for name in ("command_id", "outcome") if name not in sheet.headings]
    if missing:
        raise ConfigError(f"The work list has no column {missing[0]}.", "Keep the headings of the list as it was.")
    answers: dict[int, Answer] = {}
    refused: list[Refused] = []
    lines: dict[str, int] = {}
    for row in sheet:
        if isinstance(row, BrokenRow):
            refused.append(Refused(row.line, row.problem, row.remedy))
            continue
        try:
            answer = _answer(dict(zip(sheet.headings, row.cells, strict=True)), at)
            if answer is not None:
                _check_doubled(answer, answers, lines)
                lines.setdefault(answer.command_id, row.line)
                answers[row.line] = answer
        except HanportError as error:
            refused.append(Refused(row.line, error.problem, error.remedy))
    return answers, refused


def take_in(database: Database, config: GridConfig, body: bytes, actor: str) -> TakenIn:
    """Take in a file: each row in a transaction of its own, so that a bad one spoils no other. Raises ConfigError."""
    answers, refused = read_csv(body, at=database.clock.now())
    lists = {each.name for each in config.head_end if each.kind == "work_list"}
    counts = {True: 0, False: 0}
    for line, answer in answers.items():
        with database.writing(actor) as work:
            on_list = select(command.c.head_end).where(command.c.id == answer.command_id)
            if work.connection.execute(on_list).scalar() not in lists:
                refused.append(Refused(line, "The command is on no work list.", "Keep its id as it stood there."))
                continue
            counts[answered(work, config, answer)] += 1
    return TakenIn(counts[True], counts[False], tuple(sorted(refused, key=_line_of)))


def _answer(cells: Mapping[str, str], at: datetime) -> Answer | None:
    said = cells["outcome"].lower()
    if not said:
        return None
    outcome = _OUTCOMES.get(said)
    if outcome is None:
        raise Unreadable("The outcome is none.", f"Write one of {', '.join(_OUTCOMES)}, or leave it empty.")
    port = _PORTS.get(cells.get("port", "").lower())
    if port is None:
        raise Unreadable("The port's state is none.", "Write open or closed, or leave it empty.")
    if cells.get("what") == "read" and outcome is Outcome.DONE and port is PortState.UNKNOWN:
        raise Unreadable("The reading has no result.", "Write open or closed into the column port.")
    return Answer(
        command_id=reported.command_id(cells["command_id"]),
        outcome=outcome,
        at=_time(cells.get("at", ""), at),
        port=port,
        detail=reported.detail(cells.get("note", "")),
    )


def _time(text: str, now: datetime) -> datetime:
    if not text:
        return now
    try:
        read = datetime.fromisoformat(text)
        at = (read if read.tzinfo is not None else read.replace(tzinfo=_SWEDEN)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable("The time is malformed.", "Write it as 2026-11-25 13:30, or leave it empty.") from None
    if at > now:
        raise Unreadable("The time lies in the future.", "Correct it, or leave it empty.")
    return at


def _check_doubled(answer: Answer, answers: Mapping[int, Answer], lines: Mapping[str, int]) -> None:
    line = lines.get(answer.command_id)
    if line is None:
        return
    earlier = answers[line]
    if (earlier.outcome, earlier.port) != (answer.outcome, answer.port):
        raise Unreadable(f"The command stands in line {line} with another outcome.", "Keep one of the two.")


def _line_of(refused: Refused) -> int:
    return refused.line
