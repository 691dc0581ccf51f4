"""`hanport grid port`: how meters' ports stand, what staff must know, and a look at every meter at once."""

import dataclasses
import json
from datetime import datetime
from enum import Enum
from pathlib import Path

import click

from hanport.clock import SystemClock
from hanport.grid import alarms as standing_alarms
from hanport.grid.opening import opened
from hanport.grid.reconcile.standing import CommandStanding, PortStanding, standing
from hanport.grid.reconcile.standing import dismantled as was_dismantled
from hanport.grid.reconcile.sweep import read_all
from hanport.grid.reconcile.sweep import sweep as sweep_all
from hanport.grid.workdays import STOCKHOLM

_json_option = click.option("--json", "as_json", is_flag=True, help="For machines.")


@click.group()
def command() -> None:
    """See how ports stand, and what staff must know."""


@command.command()
@click.argument("serial", metavar="SERIAL")
@_json_option
@click.pass_obj
def status(path: Path, serial: str, as_json: bool) -> int:
    """Show how the port of the meter SERIAL stands: what the law says, what is known, and what is being done."""
    with opened(path, SystemClock()) as grid, grid.database.reading() as connection:
        found = standing(connection, grid.config, serial, grid.database.clock.now())
    click.echo(json.dumps(dataclasses.asdict(found), default=_plain) if as_json else "\n".join(_as_text(found)))
    return 0


@command.command()
@click.option(
    "--read", "reads", is_flag=True, help="Have every meter say how its port is: after a backup was restored."
)
@click.pass_obj
def sweep(path: Path, reads: bool) -> int:
    """Look at every meter now. The service does it by itself, once a day."""
    with opened(path, SystemClock()) as grid:
        if reads:
            with grid.database.writing("staff") as work:
                read_all(work)
        swept = sweep_all(grid.database, grid.config)
    click.echo(f"{swept.passed} meters, {swept.reviewed} of them out of step; {swept.commands} new commands.")
    return 0


@command.command()
@_json_option
@click.pass_obj
def alarms(path: Path, as_json: bool) -> int:
    """List what staff must know, the most urgent first. Ends with 1 while there is something."""
    with opened(path, SystemClock()) as grid, grid.database.reading() as connection:
        found = standing_alarms.live(connection)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(each) for each in found], default=_plain))
    elif not found:
        click.echo("Nothing.")
    for each in [] if as_json else found:
        due = f", due before {_local(each.due_at)}" if each.due_at is not None else ""
        click.echo(f"{_local(each.raised_at)}  {each.kind}  {each.says}{due}")
    return 1 if found else 0


@command.command()
@click.argument("serial", metavar="SERIAL")
@click.option("--staff", metavar="NAME", required=True, help="Who vouches for it; the log says so.")
@click.option("--reason", required=True, help="Why it can be known; the log says so.")
@click.pass_obj
def dismantled(path: Path, serial: str, staff: str, reason: str) -> int:
    """Say that the meter SERIAL was taken down and is connected nowhere: nobody tries to close its port any more."""
    with opened(path, SystemClock()) as grid, grid.database.writing(f"staff:{staff}") as work:
        was_dismantled(work, grid.config, serial, staff=staff, reason=reason)
    click.echo(f"{serial}: taken down.")
    return 0


def _as_text(found: PortStanding) -> list[str]:
    law = "may be open" if found.is_allowed else "may not be open"
    seen = f", read {_local(found.reported_at)}" if found.reported_at is not None else ""
    lines = [
        f"meter: {found.serial}" + (f" at {found.gsrn}" if found.gsrn else ", not installed"),
        f"law: {law} ({found.why.value})",
        f"port: {found.reported.value}{seen}" + (", may be open" if found.may_be_open else ""),
    ]
    if found.is_held:
        lines.append("held: an import would open it; staff release it (`hanport grid import release`)")
    times = {"closed before": found.closing_due_at, "next try": found.retry_at, "next look": found.review_at}
    lines += [f"{name}: {_local(at)}" for name, at in times.items() if at is not None]
    lines += [f"restarts ordered within a year: {found.restarts}"] if found.restarts else []
    return [*lines, *(["failures: " + str(found.failures)] if found.failures else []), *map(_line, found.commands)]


def _line(each: CommandStanding) -> str:
    tries = f", {each.attempts} tries" if each.attempts > 1 else ""
    detail = f": {each.detail}" if each.detail else ""
    return f"{_local(each.created_at)}  {each.kind} {each.state} ({each.head_end or 'no head-end'}{tries}){detail}"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else str(value)


def _local(at: datetime) -> str:
    return f"{at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
