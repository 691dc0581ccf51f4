"""`hanport grid letter`: letters that wait are printed in batches, and a lost batch once more."""

import json
from datetime import datetime
from pathlib import Path

import click

from hanport.clock import SystemClock
from hanport.grid.config import GridConfig
from hanport.grid.letters.printing import AT_ONCE, Printed, Printing, print_waiting
from hanport.grid.letters.printing import reprint as print_again
from hanport.grid.letters.standing import Standing, standing
from hanport.grid.opening import opened
from hanport.grid.workdays import STOCKHOLM

_out_option = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The PDF; it must not be there yet."
)
_staff_option = click.option("--staff", metavar="NAME", required=True, help="Who prints; the log says so.")


@click.group()
def command() -> None:
    """Print the letters that wait: notices, and one-time codes."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_obj
def list_(path: Path, as_json: bool) -> int:
    """List the letters that wait, and the last batches. No name, no address and no code is shown."""
    with opened(path, SystemClock()) as grid, grid.database.reading() as connection:
        found = standing(connection)
    click.echo(json.dumps(_as_json(found)) if as_json else "\n".join(_as_text(found)))
    return 0


@command.command("print")
@_out_option
@_staff_option
@click.option("--protected", is_flag=True, help="Those to protected identities, which staff take further; only those.")
@click.option("--limit", type=click.IntRange(1, 5000), default=AT_ONCE, show_default=True, help="At most so many.")
@click.pass_obj
def print_(path: Path, out: Path, staff: str, protected: bool, limit: int) -> int:
    """Print the letters that wait into a PDF, one or more pages each. From then on they count as sent: post them.

    The file holds codes that are valid: let nobody else read it, and take it away when it is printed.
    """
    with opened(path, SystemClock()) as grid:
        printing = Printing(out, staff, _logo(grid.config, path))
        done = print_waiting(grid, printing, protected=protected, limit=limit)
    return _tell(done, out)


@command.command()
@click.argument("batch", metavar="BATCH")
@_out_option
@_staff_option
@click.option("--reason", required=True, help="Why; the log keeps it.")
@click.pass_obj
def reprint(path: Path, batch: str, out: Path, staff: str, reason: str) -> int:
    """Print a lost BATCH once more, with new codes and links: those of before are worth nothing any more."""
    with opened(path, SystemClock()) as grid:
        done = print_again(grid, Printing(out, staff, _logo(grid.config, path)), batch, reason=reason)
    return _tell(done, out)


def _logo(config: GridConfig, path: Path) -> Path | None:
    """The company's logo, where it is a picture that can be put into a PDF."""
    name = config.company.logo
    return path.parent / name if name.lower().endswith(".png") else None


def _tell(done: Printed, out: Path) -> int:
    click.echo(f"{out}: {done.letters} letters on {done.pages} pages, batch {done.batch_id}.")
    if done.to_look_at:
        numbers = ", ".join(map(str, done.to_look_at))
        click.echo(f"Look at the address of: {numbers}. It has signs that cannot be printed.", err=True)
    if done.is_more:
        click.echo("More letters wait.", err=True)
    return 0


def _as_json(found: Standing) -> dict[str, object]:
    return {
        "waiting": [
            {
                "id": each.id,
                "about": each.about,
                "facility": each.facility,
                "customer": each.customer,
                "is_protected": each.is_protected,
                "made_at": each.made_at.isoformat(),
            }
            for each in found.waiting
        ],
        "batches": [
            {
                "id": each.id,
                "made_by": each.made_by,
                "made_at": each.made_at.isoformat(),
                "letters": each.letters,
                "reprint_of": each.reprint_of,
            }
            for each in found.batches
        ],
    }


def _as_text(found: Standing) -> list[str]:
    lines = [] if found.waiting else ["No letter waits."]
    for letter in found.waiting:
        mark = "  PROTECTED" if letter.is_protected else ""
        where = f"{letter.facility}  customer {letter.customer}"
        lines.append(f"{letter.id}  {_local(letter.made_at)}  {letter.about}  {where}{mark}")
    for batch in found.batches:
        again = f", in place of {batch.reprint_of}" if batch.reprint_of else ""
        lines.append(
            f"batch {batch.id}  {_local(batch.made_at)}  {batch.letters} letters, printed by {batch.made_by}{again}"
        )
    return lines


def _local(at: datetime) -> str:
    return f"{at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
