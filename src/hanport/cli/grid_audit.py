"""`hanport grid audit`: proves the log that cannot be changed unseen, signs its end, and reads it."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from hanport.cli.grid_number import number_option, read_number
from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.grid import people
from hanport.grid.audit.checkpoints import Checkpoint, CheckpointError, checkpoint, read_line
from hanport.grid.audit.entry import Written
from hanport.grid.audit.reading import entries, entries_of
from hanport.grid.audit.verify import Verdict, verify
from hanport.grid.opening import opened

_json_option = click.option("--json", "as_json", is_flag=True, help="For machines.")


@click.group()
def command() -> None:
    """Prove the log, sign its end, and read it."""


@command.command("verify")
@click.option(
    "--checkpoints",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Checkpoints that were kept elsewhere: they prove that the whole was not put back to an earlier day.",
)
@_json_option
@click.pass_obj
def verify_(config: Path, file: Path | None, as_json: bool) -> int:
    """Go through the whole log: every change, drop, swap, insert and cut is found. The service may run.

    Exit 0: it is whole, 1: it is not, 2: it cannot be read.
    """
    kept = [] if file is None else list(_read(file))
    with opened(config, SystemClock(), with_any_keys=True) as grid, grid.database.reading() as connection:
        verdict = verify(connection, grid.database.keyring, checkpoints=kept)
    if as_json:
        click.echo(json.dumps(asdict(verdict) | {"is_whole": verdict.is_whole}))
    else:
        _tell(verdict)
    return 0 if verdict.is_whole else 1


@command.command("checkpoint")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Add it to a file, instead of printing it."
)
@click.pass_obj
def checkpoint_(config: Path, out: Path | None) -> int:
    """Sign the end of the log. Keep the line where those who can write to the database cannot go."""
    with opened(config, SystemClock()) as grid, grid.database.writing("system") as work:
        made = checkpoint(work)
    if out is None:
        click.echo(made.line())
        return 0
    try:
        with out.open("a") as file:
            file.write(made.line() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ConfigError(f"{out} cannot be written ({error.strerror}).", "Choose another place.") from error
    click.echo(f"Entry {made.seq:,}, signed with key {made.key_id}: {out}")
    return 0


@command.command()
@number_option
@click.option("--staff", metavar="NAME", required=True, help="Who looks; the person's log says so.")
@_json_option
@click.pass_obj
def person(config: Path, number_file: Path | None, staff: str, as_json: bool) -> int:
    """Show the log of one person, whose number is asked for."""
    number = read_number(number_file)
    with opened(config, SystemClock()) as grid, grid.database.writing(f"staff:{staff}") as work:
        person_id = people.find(work.connection, grid.database.keyring, number)
        found = [] if person_id is None else entries_of(work.connection, grid.database.keyring, person_id)
        if person_id is not None:
            work.note("person.looked_at", person_id=person_id, what="log")
    for each in found:
        click.echo(_line(each, as_json))
    if not found and not as_json:
        click.echo("The log says nothing of this person.")
    return 0


@command.command()
@click.option("--after", type=click.IntRange(min=0), default=0, metavar="N", help="From the entry after that number.")
@click.option("--facility", metavar="GSRN", help="Of one facility alone.")
@_json_option
@click.pass_obj
def show(config: Path, after: int, facility: str | None, as_json: bool) -> int:
    """Show the log, the oldest entry first. Persons stand in it under pseudonyms."""
    with opened(config, SystemClock()) as grid, grid.database.reading() as connection:
        for each in entries(connection, after=after):
            if facility is None or each.facts.get("facility") == facility:
                click.echo(_line(each, as_json))
    return 0


def _line(each: Written, as_json: bool) -> str:
    if as_json:
        return json.dumps(asdict(each) | {"at": each.at.isoformat()}, ensure_ascii=False)
    facts = ", ".join(f"{name} {_word(value)}" for name, value in each.facts.items())
    return f"{each.seq:>8}  {each.at:%Y-%m-%d %H:%M:%S} UTC  {each.actor}: {each.action}  {facts}".rstrip()


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _read(file: Path) -> Iterator[Checkpoint]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read ({error}).", "Give the file of checkpoints.") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield read_line(line)
            except CheckpointError as error:
                raise ConfigError(f"{file}, line {number}: {error.problem}", error.remedy) from None


def _tell(verdict: Verdict) -> None:
    looked_at = f"{verdict.entries:,} entries and {verdict.checkpoints:,} checkpoints"
    if verdict.is_whole:
        click.echo(f"The log is whole: {looked_at}.")
        return
    click.echo(f"The log is NOT whole: {verdict.flaws:,} flaws in {looked_at}:")
    for finding in verdict.findings:
        click.echo(f"  entry {finding.seq}: {finding.flaw.value}: {finding.says}")
    click.echo("Keep the database as it is, compare it with the backups, and see docs/audit.md.")
