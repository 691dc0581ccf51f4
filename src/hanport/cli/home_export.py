"""`hanport home export`: any span of the store as CSV or Parquet."""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hanport.cli.home import config_option
from hanport.cli.home_data import ProgressLine, home_data
from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.home.store.csv_values import NoTime, TimeReader, Times
from hanport.home.store.exporting import Sheet, Span, What, sheet, write_csv
from hanport.home.store.exporting_parquet import write_parquet
from hanport.home.store.reader import Reader

_TIME = "A date (its midnight in Sweden) or a time, local or with an offset."


@click.command()
@config_option
@click.option("--what", type=click.Choice([what.value for what in What]), default="quarters", show_default=True)
@click.option("--from", "begin", metavar="TIME", help=f"From then on. {_TIME}")
@click.option("--to", "end", metavar="TIME", help="Before then.")
@click.option("--format", "kind", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
@click.option("--out", default="-", show_default="standard output", metavar="FILE", help="The file to make.")
@click.option("--force", is_flag=True, help="Write over a FILE that is there.")
def command(config: Path, what: str, out: str, **given: Any) -> int:
    """Write readings, energy by quarters or hours, or events to a file. The hub may run.

    Columns carry their unit in the name, times are UTC. docs/import-export.md describes them.
    """
    kind, begin, end = given["kind"], given["begin"], given["end"]
    wanted = Span.between(*(None if text is None else _time(text) for text in (begin, end)))
    target = None if out == "-" else Path(out)
    if target is None and kind == "parquet":
        raise ConfigError("Parquet is no text.", "Name a file by --out FILE.parquet.")
    if target is not None and target.exists() and not given["force"]:
        raise ConfigError(f"{target} is there already.", "Choose another name, or write over it by --force.")
    with Reader(home_data(config).database) as reader:
        table = sheet(reader.connection, What(what), wanted)
        if target is None:
            return _print(table)
        count = _write(table, target, kind)
    click.echo(f"{target}: {count:,} {what}.", err=True)
    return 0


def _print(table: Sheet) -> int:
    try:
        write_csv(table, sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:  # `... | head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


def _write(table: Sheet, target: Path, kind: str) -> int:
    """The file appears under its name when it is whole."""
    progress = ProgressLine(SystemClock())
    rows = 0

    def told(more: int) -> None:
        nonlocal rows
        rows += more
        progress.tell(lambda: f"{rows:,} rows")

    part = target.with_name(target.name + ".part")
    try:
        if kind == "parquet":
            count = write_parquet(table, part, told)
        else:
            with part.open("w", encoding="utf-8", newline="") as file:
                count = write_csv(table, file, told)
        os.replace(part, target)
    except OSError as error:
        raise ConfigError(f"{target} cannot be written ({error.strerror}).", "Choose another place.") from error
    finally:
        part.unlink(missing_ok=True)
        progress.end()
    return count


def _time(text: str) -> datetime:
    try:
        return TimeReader(Times.LOCAL).read(text)
    except NoTime as problem:
        raise ConfigError(f"{problem}.", "Write it as 2026-01-31 or 2026-01-31T12:00.") from problem
