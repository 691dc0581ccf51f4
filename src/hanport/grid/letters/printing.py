"""Prints letters: one PDF a batch, on the disk before anything is written down, so that no letter is lost or forgotten.

The file gets its name when the database has said yes: a file under its final name counts, one that ends in `.part`
does not. Ended in between, the next printing has the same letters with the same secrets, or the same batch is printed
once more (`reprint`), with new secrets.
"""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Row, bindparam, insert, select, update

from hanport.errors import HanportError
from hanport.grid.config import GridConfig
from hanport.grid.context import Grid
from hanport.grid.database.among import among
from hanport.grid.database.notice_tables import letter, letter_batch, letter_code
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.letters import codes, fonts, pdf, queue
from hanport.grid.letters.paper import Paper, seal_printed
from hanport.grid.letters.queue import LetterSecrets
from hanport.grid.letters.wording import Waiting, expires_at, of_batch, waiting, worded
from hanport.grid.notices import not_me

AT_ONCE = 500


class PrintError(HanportError):
    """The letters were not printed. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Printing:
    """Where to, and by whom. `logo` is a PNG."""

    out: Path
    staff: str
    logo: Path | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """A batch. `to_look_at`: letters with a sign in the address that no font has. `is_more`: others wait still."""

    batch_id: str
    letters: int
    pages: int
    to_look_at: tuple[int, ...]
    is_more: bool


@dataclass(frozen=True, slots=True)
class _Set:
    """A letter that is set: how it is stored, what it says, and its secrets."""

    stored: Waiting
    paper: Paper
    made: LetterSecrets


def print_waiting(grid: Grid, printing: Printing, *, protected: bool = False, limit: int = AT_ONCE) -> Printed:
    """Print the letters that wait, the oldest first: those to protected identities, or those to all others. Raises
    PrintError, SealError.
    """
    _refuse_unnamed(printing)
    config, at = grid.config, grid.database.clock.now()
    with grid.database.reading() as connection:
        rows = waiting(connection, protected=protected, limit=limit + 1)
    chosen, keyring = rows[:limit], grid.database.keyring
    made = [queue.unseal(keyring, each.secret_sealed) for each in chosen]
    letters = [_Set(each, worded(config, each, its, at), its) for each, its in zip(chosen, made, strict=True)]
    pages = _write(config, printing, letters)
    batch_id = _new_batch_id()
    with grid.database.writing(f"staff:{printing.staff}") as work:
        _hold(work, letters, "waiting")
        _keep(work, config, letters, _Batch(batch_id, printing.staff))
        work.note("letters.printed", batch=batch_id, letters=len(letters))
    _name(printing.out)
    return _printed(batch_id, letters, pages, is_more=len(rows) > limit)


def reprint(grid: Grid, printing: Printing, batch_id: str, *, reason: str) -> Printed:
    """Print a batch once more that was lost. Its codes and links become worth nothing: the letters get new ones. Codes
    that were used already were not lost, and their letters are left out. Raises PrintError.
    """
    _refuse_unnamed(printing)
    if not reason.strip():
        raise PrintError("It is not said why the batch is printed again.", "Give the reason: the log keeps it.")
    config, at = grid.config, grid.database.clock.now()
    with grid.database.reading() as connection:
        known = connection.execute(select(letter_batch.c.id).where(letter_batch.c.id == batch_id)).scalar()
        if known is None:
            raise PrintError("There is no such batch.", "`hanport grid letter list` shows the batches.")
        used = codes.redeemed(connection, batch_id)
        chosen = [each for each in of_batch(connection, batch_id) if each.id not in used]
    made = [_new_secrets(each, config) for each in chosen]
    letters = [_Set(each, worded(config, each, its, at), its) for each, its in zip(chosen, made, strict=True)]
    pages = _write(config, printing, letters)
    new_id = _new_batch_id()
    with grid.database.writing(f"staff:{printing.staff}") as work:
        _hold(work, letters, "printed", batch_id)
        for each in letters:
            _replace_secrets(work, each)
        _keep(work, config, letters, _Batch(new_id, printing.staff, batch_id))
        why = tidy(reason)
        work.note("letters.reprinted", batch=new_id, reprint_of=batch_id, letters=len(letters), why=why)
    _name(printing.out)
    return _printed(new_id, letters, pages, is_more=False)


@dataclass(frozen=True, slots=True)
class _Batch:
    id: str
    staff: str
    reprint_of: str | None = None


def _write(config: GridConfig, printing: Printing, letters: Sequence[_Set]) -> int:
    """The PDF beside its final name, on the disk; gives its pages. Raises PrintError."""
    if not letters:
        raise PrintError("There is nothing to print.", "`hanport grid letter list` shows what waits.")
    if printing.out.exists():
        raise PrintError(f"{printing.out} is there already.", "Give the batch a file of its own.")
    try:
        descriptor = os.open(_part(printing.out), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            pages = pdf.draw(file, config, [each.paper for each in letters], logo=printing.logo)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PrintError(f"{printing.out} cannot be written ({reason}).", "Check its folder and the logo.") from error
    return pages


def _name(out: Path) -> None:
    """The database has said yes: the file gets its name, and the folder is made to remember it."""
    _part(out).rename(out)
    folder = os.open(out.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _part(out: Path) -> Path:
    return out.with_name(out.name + ".part")


def _hold(work: Work, letters: Sequence[_Set], state: str, batch_id: str | None = None) -> None:
    """Hold the letters until the commit. Raises PrintError where one of them was printed or emptied meanwhile."""
    ids = [each.stored.id for each in letters]
    chosen = select(letter).where(among(work.connection, letter.c.id, ids)).order_by(letter.c.id).with_for_update()
    rows: Sequence[Row[object]] = work.connection.execute(chosen).all()
    as_before = [row for row in rows if row._mapping["state"] == state and row._mapping["batch_id"] == batch_id]
    if len(as_before) != len(ids):
        raise PrintError("Somebody else printed these letters at the same time.", "Print again: what waits is printed.")


def _keep(work: Work, config: GridConfig, letters: Sequence[_Set], batch: _Batch) -> None:
    """The letters are printed: what they say is kept, their secrets are forgotten, and their codes can be used."""
    row = {"id": batch.id, "made_by": tidy(batch.staff), "made_at": work.at, "letters": len(letters)}
    work.connection.execute(insert(letter_batch).values(row | {"reprint_of": batch.reprint_of}))
    values = {"state": "printed", "batch_id": batch.id, "printed_at": work.at, "secret_sealed": None}
    change = update(letter).where(letter.c.id == bindparam("which")).values(values)
    work.connection.execute(
        change.values(content_sealed=bindparam("content")),
        [{"which": each.stored.id, "content": seal_printed(work.keyring, each.paper)} for each in letters],
    )
    ids = [each.stored.id for each in letters if each.stored.kind == "code"]
    begun = update(letter_code).where(among(work.connection, letter_code.c.letter_id, ids))
    work.connection.execute(begun.values(expires_at=expires_at(config, work.at)))
    for each in letters:
        work.note("letter.printed", person_id=each.stored.person_id, letter=each.stored.id, batch=batch.id)


def _new_secrets(each: Waiting, config: GridConfig) -> LetterSecrets:
    if each.kind == "code":
        return LetterSecrets(code=codes.new_code())
    if each.about is not None and each.about.has_link and config.web.public_url:
        made = not_me.make(with_code=True)
        return LetterSecrets(made.link, made.code)
    return LetterSecrets()


def _replace_secrets(work: Work, each: _Set) -> None:
    if each.stored.kind == "code":
        codes.replace(work, each.stored.id, each.made.code)
    elif each.made.link:
        not_me.replace(work, not_me.Secrets(each.made.link, each.made.code), each.stored.id)


def _printed(batch_id: str, letters: Sequence[_Set], pages: int, *, is_more: bool) -> Printed:
    to_look_at = [each.stored.id for each in letters if any(map(fonts.is_missing, each.paper.to))]
    return Printed(batch_id, len(letters), pages, tuple(to_look_at), is_more)


def _refuse_unnamed(printing: Printing) -> None:
    if not printing.staff.strip():
        raise PrintError("It is not said who prints.", "Name the member of staff.")


def _new_batch_id() -> str:
    return f"b-{secrets.token_hex(5)}"
