"""`hanport grid staff`: who may log in to the staff's pages. The first admin is made here, and nowhere else."""

import json
from pathlib import Path

import click

from hanport.cli.grid_actor import actor, staff_option
from hanport.clock import SystemClock
from hanport.grid.config import GridConfig
from hanport.grid.opening import opened
from hanport.grid.staff import accounts
from hanport.grid.staff.roles import Role
from hanport.grid.staff.values import Member


@click.group()
def command() -> None:
    """Make, list, reset and disable accounts of members of staff."""


@command.command()
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="What the member is there for; may be given several times.",
)
@staff_option
@click.pass_obj
def add(path: Path, name: str, roles: tuple[str, ...], staff: str | None) -> int:
    """Make an account for NAME, and print the link by which the login is set up, once, within 24 hours."""
    with opened(path, SystemClock()) as grid, grid.database.writing(actor(staff)) as work:
        made = accounts.add(work, name, [Role(role) for role in roles])
        secret = accounts.make_link(work, made.id)
    click.echo(link_of(grid.config, secret))
    return 0


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_obj
def list_(path: Path, as_json: bool) -> int:
    """List all members, also those who are disabled."""
    with opened(path, SystemClock()) as grid, grid.database.reading() as connection:
        found = accounts.members(connection)
    if as_json:
        click.echo(json.dumps([_told(each) for each in found], ensure_ascii=False))
    for each in [] if as_json else found:
        click.echo(f"{each.name}: {' '.join(sorted(each.roles))}, {_standing(each)}")
    return 0


@command.command()
@click.argument("name")
@staff_option
@click.pass_obj
def disable(path: Path, name: str, staff: str | None) -> int:
    """End NAME's account and sessions. The name stays, for the log."""
    with opened(path, SystemClock()) as grid, grid.database.writing(actor(staff)) as work:
        accounts.disable(work, accounts.by_name(work.connection, name).id)
    click.echo(f"{name} is disabled.")
    return 0


@command.command()
@click.argument("name")
@staff_option
@click.pass_obj
def reset(path: Path, name: str, staff: str | None) -> int:
    """Take NAME's password, second factors and sessions away, and print a link to set them up anew."""
    with opened(path, SystemClock()) as grid, grid.database.writing(actor(staff)) as work:
        secret = accounts.reset(work, accounts.by_name(work.connection, name).id)
    click.echo(link_of(grid.config, secret))
    return 0


def link_of(config: GridConfig, secret: str) -> str:
    """The address by which a member sets up the login."""
    web = config.web
    own = f"{'https' if web.certificate else 'http'}://{web.host}:{web.port}"
    return f"{web.public_url or own}/staff/enrol/{secret}"


def _standing(each: Member) -> str:
    if each.disabled_at is not None:
        return f"disabled {each.disabled_at:%Y-%m-%d}"
    return f"enrolled {each.enrolled_at:%Y-%m-%d}" if each.enrolled_at is not None else "not enrolled"


def _told(each: Member) -> dict[str, object]:
    return {
        "name": each.name,
        "roles": sorted(each.roles),
        "created_at": each.created_at.isoformat(),
        "enrolled_at": each.enrolled_at.isoformat() if each.enrolled_at else None,
        "disabled_at": each.disabled_at.isoformat() if each.disabled_at else None,
    }
