"""`hanport grid notice`: what customers were told, and what they are to be told before a change of meters."""

import asyncio
import dataclasses
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.grid.identifiers import parse_gsrn
from hanport.grid.notices.announcing import Plan
from hanport.grid.notices.announcing import announce as announce_to_all
from hanport.grid.notices.channels import build
from hanport.grid.notices.told import Told, told, unspread
from hanport.grid.notices.trial import Trial, send_trial
from hanport.grid.notices.ways import Way
from hanport.grid.opening import opened
from hanport.grid.workdays import STOCKHOLM

_STATES = click.Choice(["due", "sending", "sent", "failed", "dropped", "waiting", "printed"])


@click.group()
def command() -> None:
    """See what customers were told, announce changes to them, and try the ways out."""


@command.command("list")
@click.option("--facility", metavar="GSRN", default="", help="Of this facility alone.")
@click.option("--state", type=_STATES, default=None, help="Only those that stand so.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_obj
def list_(path: Path, facility: str, state: str | None, limit: int, as_json: bool) -> int:
    """List who was told of what, the newest first: not what it said, and no address."""
    gsrn = parse_gsrn(facility) if facility else ""
    with opened(path, SystemClock()) as grid, grid.database.reading() as connection:
        found = told(connection, gsrn, state=state or "", limit=limit)
        waiting = unspread(connection)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(each) for each in found], default=_plain))
        return 0
    for each in found:
        click.echo(_line(each))
    if waiting:
        click.echo(f"{waiting} more are owed: the service finds out who is told.")
    return 0


@command.command()
@click.option("--maker", required=True, help="Whose meters.")
@click.option("--model", required=True, help="Which of them.")
@click.option("--at", "planned", metavar="TIME", help="When it is planned: 2026-12-01T09:00, Swedish time.")
@click.option("--sv", type=click.File("r", encoding="utf-8"), help="What it says in Swedish (- : stdin).")
@click.option("--en", type=click.File("r", encoding="utf-8"), help="What it says in English.")
@click.option("--staff", metavar="NAME", required=True, help="Who announces it; the log says so.")
@click.pass_obj
def announce(path: Path, /, maker: str, model: str, planned: str | None, staff: str, **files: Any) -> int:
    """Tell all whose meter of that model has an open port now, before its firmware or profile is changed."""
    says = {language: file.read() for language, file in files.items() if file is not None}
    plan = Plan(maker, model, says, _instant(planned) if planned else None)
    with opened(path, SystemClock()) as grid, grid.database.writing(f"staff:{staff}") as work:
        count = announce_to_all(work, plan, staff=staff)
    click.echo(f"{count} facilities: their holders are told.")
    return 0


@command.command("try")
@click.option("--mail", metavar="ADDRESS", help="Send an e-mail there.")
@click.option("--sms", metavar="NUMBER", help="Send an SMS there.")
@click.pass_obj
def try_(path: Path, mail: str | None, sms: str | None) -> int:
    """Send a trial by the ways that the configuration names."""
    wanted = [Trial(way, to) for way, to in ((Way.MAIL, mail), (Way.SMS, sms)) if to]
    if not wanted:
        raise ConfigError("It is not said where to.", "Give --mail ADDRESS or --sms NUMBER.")
    with opened(path, SystemClock()) as grid:
        config, at = grid.config, grid.database.clock.now()

    async def send() -> None:
        channels = build(config, path.parent)
        try:
            for each in wanted:
                await send_trial(config, channels, each, at)
        finally:
            await channels.close()

    asyncio.run(send())
    click.echo("Sent.")
    return 0


def _line(each: Told) -> str:
    tries = f", {each.attempts} tries" if each.attempts > 1 else ""
    problem = f": {each.problem}" if each.problem else ""
    where = f"{each.facility}  customer {each.customer}"
    return f"{_local(each.at)}  {each.occasion} by {each.way}: {each.state}{tries}{problem}  {where}"


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--at {text} is no time.", "Write it as 2026-12-01T09:00.") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=STOCKHOLM)


def _local(at: datetime) -> str:
    return f"{at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
