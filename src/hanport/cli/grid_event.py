"""`hanport grid event`: what the market or the company's systems say has happened, from a file."""

import json
from pathlib import Path
from typing import BinaryIO

import click

from hanport.cli.grid_actor import actor
from hanport.clock import SystemClock
from hanport.errors import ConfigError, HanportError
from hanport.grid.database.work import Database
from hanport.grid.opening import opened
from hanport.grid.register.events import EventOutcome, read_event, receive
from hanport.grid.workdays import STOCKHOLM


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--staff", metavar="NAME", help="Who sends it; the log says so.")
@click.option("--json", "as_json", is_flag=True, help="For machines: one JSON object a line.")
@click.pass_obj
def command(path: Path, file: BinaryIO, staff: str | None, as_json: bool) -> int:
    """Take the events in FILE (`-`: standard input): a JSON object, or a list of them.

    Each goes in by itself, and once: the same event again changes nothing. Exit 0: all are taken, 1: some are not, 2:
    the file cannot be used.
    """
    contents = _read(file.read())
    failed = 0
    with opened(path, SystemClock()) as grid:
        for place, content in enumerate(contents, 1):
            try:
                _tell(_take(grid.database, content, actor(staff)), as_json=as_json)
            except HanportError as error:
                failed += 1
                _tell_failure(place, error, as_json=as_json)
    return 1 if failed else 0


def _read(text: bytes) -> list[object]:
    """The events in a file. Raises ConfigError."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigError("The file is no JSON.", "Write one object, or a list of objects.") from None
    return content if isinstance(content, list) else [content]


def _take(database: Database, content: object, actor: str) -> EventOutcome:
    if not isinstance(content, dict):
        raise ConfigError("This is no event.", "Write each as a JSON object.")
    told = read_event(content, database.clock.now().astimezone(STOCKHOLM).date())
    with database.writing(actor) as work:
        return receive(work, told)


def _tell(done: EventOutcome, *, as_json: bool) -> None:
    if as_json:
        said = {"key": done.key, "kind": done.kind, "outcome": done.outcome, "is_repeat": done.is_repeat}
        click.echo(json.dumps(said))
    else:
        click.echo(f"{done.key}: {done.outcome}{' before' if done.is_repeat else ''}")


def _tell_failure(place: int, error: HanportError, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"place": place, "error": error.problem, "remedy": error.remedy}))
    else:
        click.echo(f"event {place}: {error}", err=True)
