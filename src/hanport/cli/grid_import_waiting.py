"""What people decide of imports: `hanport grid import approve`, `reject`, `list`, `show` and `release`."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from hanport.clock import SystemClock
from hanport.grid.opening import opened
from hanport.grid.register.importing_approval import approve as approve_import
from hanport.grid.register.importing_approval import reject as reject_import
from hanport.grid.register.importing_approval import release as release_ports
from hanport.grid.register.importing_batches import PEOPLE, WAITING, Batch, batch, batches
from hanport.grid.workdays import STOCKHOLM

_SHOWN = 20
_as = click.option("--as", "name", metavar="NAME", required=True, help="Who decides; the log says so.")
_reason = click.option("--reason", required=True, metavar="TEXT", help="Why; the log says so.")
_json = click.option("--json", "is_json", is_flag=True, help="For machines.")


@click.command()
@click.argument("batch_id", metavar="ID")
@_as
@click.pass_obj
def approve(config: Path, batch_id: str, name: str) -> int:
    """Agree to an import that waits. The second person's word applies it."""
    with opened(config, SystemClock()) as grid, grid.database.writing(f"staff:{name}") as work:
        found = approve_import(work, grid.config, batch_id, name)
    missing = PEOPLE - len(found.approvals)
    if found.state == WAITING and found.approvals:
        click.echo(f"{found.id} waits for {missing} more.")
    elif found.state == WAITING:
        click.echo(
            f"{found.id} would close {found.closings:,} ports by now, clearly more than was approved. It waits again."
        )
    else:
        click.echo(_summary(found))
    return 1 if found.state == WAITING else 0


@click.command()
@click.argument("batch_id", metavar="ID")
@_as
@_reason
@click.pass_obj
def reject(config: Path, batch_id: str, name: str, reason: str) -> int:
    """Throw an import away that waits. Nothing of it goes in."""
    with opened(config, SystemClock()) as grid, grid.database.writing(f"staff:{name}") as work:
        click.echo(_summary(reject_import(work, batch_id, name, reason)))
    return 0


@click.command("list")
@click.option("--all", "is_all", is_flag=True, help="Also those that are done.")
@_json
@click.pass_obj
def list_(config: Path, is_all: bool, is_json: bool) -> int:
    """The imports that wait for people, or hold ports; the newest first."""
    with opened(config, SystemClock()) as grid, grid.database.reading() as connection:
        found = [each for each in batches(connection) if is_all or each.state == WAITING or each.held]
    if is_json:
        click.echo(json.dumps([_plain(each) for each in found], ensure_ascii=False))
    else:
        click.echo("\n".join(map(_summary, found)) or "No import waits.")
    return 0


@click.command()
@click.argument("batch_id", metavar="ID")
@_json
@click.pass_obj
def show(config: Path, batch_id: str, is_json: bool) -> int:
    """One import: what it closes, and the ports that it holds."""
    with opened(config, SystemClock()) as grid, grid.database.reading() as connection:
        found = batch(connection, batch_id)
    if is_json:
        click.echo(json.dumps(_plain(found), ensure_ascii=False))
        return 0
    lines = [_summary(found), ", ".join(f"{count:,} {name}" for name, count in found.counts.items())]
    lines += [f"approved by {each.name}, {each.at}" for each in found.approvals]
    lines += [f"closes: meter {serial} at {gsrn}, from {at}" for serial, gsrn, at in found.closes[:_SHOWN]]
    if found.closings > _SHOWN:
        lines.append(f"closes: {found.closings - _SHOWN:,} more")
    lines += [f"held: meter {serial}" for serial in found.held]
    click.echo("\n".join(lines))
    return 0


@click.command()
@click.argument("batch_id", metavar="ID")
@click.option("--meter", "serials", metavar="SERIAL", multiple=True, help="Only this meter's port; may be repeated.")
@_as
@_reason
@click.pass_obj
def release(config: Path, batch_id: str, serials: tuple[str, ...], name: str, reason: str) -> int:
    """Let ports open that an import holds: all of them, or those of some meters."""
    with opened(config, SystemClock()) as grid, grid.database.writing(f"staff:{name}") as work:
        released = release_ports(work, batch_id, reason, serials=serials)
    click.echo(f"Released: {', '.join(released)}.")
    return 0


def _summary(found: Batch) -> str:
    due = f", due {found.deadline_at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}" if found.deadline_at else ""
    words = [
        f"{found.closings:,} ports closed" if found.state == "applied" else f"{found.closings:,} ports would close"
    ]
    words += [f"{len(found.held):,} ports held"] if found.held else []
    words += [f"{len(found.approvals)} of {PEOPLE} have approved"] if found.state == WAITING else []
    made = f"{found.made_at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
    return f"{found.id}  {found.state}{due}  {made}  {found.source}: {', '.join(words)}"


def _plain(found: Batch) -> dict[str, object]:
    values = asdict(found) | {"made_at": found.made_at.isoformat()}
    return values | {"deadline_at": found.deadline_at.isoformat() if found.deadline_at else None}
