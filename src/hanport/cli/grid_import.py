"""`hanport grid import`: files of the company's customer system into the facts, and what became of such imports."""

import getpass
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from hanport.cli.grid_import_waiting import approve, list_, reject, release, show
from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.grid.opening import opened
from hanport.grid.register.importing import Options, Report, import_files
from hanport.grid.register.importing_absent import KINDS
from hanport.grid.register.importing_report import as_json, as_text, refused_as_csv
from hanport.grid.register.kinds import RecordKind


class ImportGroup(click.Group):
    """What is no name of a command are files to import."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "", files, args


@click.group(
    cls=ImportGroup,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    subcommand_metavar="FILE...",
)
def command() -> None:
    """Bring CSV files of the customer system into the facts: customers, facilities, contracts, meters, HAN adapters,
    exemptions, powers, models. What each is, is found by its headings; docs/customer-system.md has the columns.

    \b
    --dry-run      do all of it, say what came of it, and take it back
    --full KIND    the files have all contracts (meters, exemptions, powers): what they lack ends now
    --kind KIND    what the files are; else it is found
    --report FILE  all refused rows, as CSV or .json
    --as NAME      who imports; else who is logged in
    --json         for machines

    All goes in at once, or nothing. The same file twice changes nothing. Rows that cannot be used are told by file and
    line, and the others go in. An import that would close many open ports waits for two people. Exit 0: all went in,
    1: something was refused, or it waits, 2: a file cannot be used, and nothing went in.
    """


@click.command()
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--kind", type=click.Choice([kind.value for kind in RecordKind]))
@click.option("--full", type=click.Choice([kind.value for kind in KINDS]), multiple=True)
@click.option("--dry-run", is_flag=True)
@click.option("--as", "name", metavar="NAME", default=getpass.getuser)
@click.option("--report", "report_to", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "is_json", is_flag=True)
@click.pass_obj
def files(config: Path, /, paths: tuple[Path, ...], **given: Any) -> int:
    """Bring FILES in."""
    kind = None if given["kind"] is None else RecordKind(given["kind"])
    options = Options(kind, frozenset(map(RecordKind, given["full"])), given["dry_run"])
    with opened(config, SystemClock()) as grid, _bar(paths) as progress:
        report = import_files(grid, paths, options, actor=f"staff:{given['name']}", progress=progress)
    if given["report_to"] is not None:
        _write(given["report_to"], report)
    if given["is_json"]:
        click.echo(json.dumps(as_json(report), ensure_ascii=False))
    else:
        click.echo(as_text(report, is_trial=options.is_trial))
    return 1 if report.refusals or report.not_ended or report.outcome.is_undone else 0


@contextmanager
def _bar(paths: tuple[Path, ...]) -> Iterator[Callable[[int], None]]:
    """How much is read; the writing comes after it. Nothing is shown where nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    total = sum(path.stat().st_size for path in paths if path.exists())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Reading", total=total)

        def tell(done: int) -> None:
            progress.update(task, completed=done, description="Writing" if done >= total else "Reading")

        yield tell


def _write(path: Path, report: Report) -> None:
    """The refused rows, whole: as CSV (with the mark by which spreadsheets know UTF-8), or as JSON."""
    if path.suffix == ".json":
        text, encoding = json.dumps(as_json(report), ensure_ascii=False, indent=1) + "\n", "utf-8"
    else:
        text, encoding = refused_as_csv(report), "utf-8-sig"
    try:
        path.write_text(text, encoding, newline="")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.", "Choose another place.") from None


for each in (approve, reject, list_, show, release):
    command.add_command(each)
