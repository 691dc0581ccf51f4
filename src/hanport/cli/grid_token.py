"""`hanport grid token`: the tokens of the programs that use the API."""

import json
from pathlib import Path

import click

from hanport.cli.grid_actor import actor, staff_option
from hanport.clock import SystemClock
from hanport.grid import tokens
from hanport.grid.opening import opened
from hanport.grid.tokens import Scope, Token


@click.group()
def command() -> None:
    """Make, list and revoke the tokens of programs that use the API."""


@command.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it is for; may be given several times.",
)
@click.option("--shown-as", default="", help="Whose it is, as customers read it (scope drafts).")
@staff_option
@click.pass_obj
def create(path: Path, name: str, scopes: tuple[str, ...], shown_as: str, staff: str | None) -> int:
    """Make a token NAME and print its secret, which is shown this once."""
    with opened(path, SystemClock()) as grid, grid.database.writing(actor(staff)) as work:
        secret = tokens.create(work, name, " ".join(scopes), shown_as=shown_as)
    click.echo(secret)
    return 0


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_obj
def list_(path: Path, as_json: bool) -> int:
    """List all tokens, revoked ones too."""
    with opened(path, SystemClock()) as grid, grid.database.reading() as connection:
        found = tokens.all_tokens(connection)
    if as_json:
        click.echo(json.dumps([_told(each) for each in found]))
        return 0
    for each in found:
        ended = f", revoked {each.revoked_at:%Y-%m-%d %H:%M}" if each.revoked_at else ""
        click.echo(f"{each.name}: {' '.join(sorted(each.scopes))}, made {each.created_at:%Y-%m-%d %H:%M}{ended}")
    return 0


@command.command()
@click.argument("name")
@staff_option
@click.pass_obj
def revoke(path: Path, name: str, staff: str | None) -> int:
    """Revoke the token NAME: from now on it opens nothing."""
    with opened(path, SystemClock()) as grid, grid.database.writing(actor(staff)) as work:
        tokens.revoke(work, name)
    click.echo(f"{name} is revoked.")
    return 0


def _told(each: Token) -> dict[str, object]:
    return {
        "name": each.name,
        "scopes": sorted(each.scopes),
        "created_at": each.created_at.isoformat(),
        "revoked_at": each.revoked_at.isoformat() if each.revoked_at else None,
    }
