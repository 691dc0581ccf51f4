"""`hanport grid work-list`: what people are to do at meters, and what they did."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click

from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.grid.context import Grid
from hanport.grid.headend.work_list_in import TakenIn, take_in
from hanport.grid.headend.work_list_out import to_csv
from hanport.grid.opening import opened


@click.command()
@click.option(
    "--take-in", "filled_in", type=click.File("rb"), metavar="FILE", help="Take in what was done (- : stdin)."
)
@click.option("--staff", metavar="NAME", help="Who takes it in; the log says so.")
@click.option("--name", default="", metavar="NAME", help="Of this work list alone.")
@click.option("--json", "as_json", is_flag=True, help="Say what was taken in as JSON.")
@click.pass_obj
def command(config: Path, filled_in: BinaryIO | None, staff: str | None, name: str, as_json: bool) -> int:
    """Write the work list as CSV to standard output, or take in the outcome of the work.

    Columns are described in docs/head-end.md. The same file may be taken in twice.
    """
    with opened(config, SystemClock()) as grid:
        if filled_in is None:
            return _write(grid, name)
        if not staff:
            raise ConfigError("The log must say who takes the list in.", "Add --staff NAME.")
        return _say(take_in(grid.database, grid.config, filled_in.read(), f"staff:{staff}"), as_json)


def _write(grid: Grid, name: str) -> int:
    with grid.database.reading() as connection:
        text = to_csv(connection, grid.config, at=grid.database.clock.now(), name=name)
    sys.stdout.buffer.write(text.encode())
    sys.stdout.flush()
    return 0


def _say(taken: TakenIn, as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps(asdict(taken)))
    else:
        click.echo(f"{taken.taken} taken in, {taken.unchanged} that said nothing new, {len(taken.refused)} refused.")
        for each in taken.refused:
            click.echo(f"line {each.line}: {each.problem} {each.remedy}", err=True)
    return 1 if taken.refused else 0
