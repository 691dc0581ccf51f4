"""`hanport grid order`: orders taken at the desk and on the phone, and how they stand."""

import dataclasses
import json
from datetime import datetime
from enum import Enum
from pathlib import Path

import click

from hanport.cli.grid_order_take import close, open_, restart, warranty
from hanport.clock import SystemClock
from hanport.grid.identifiers import parse_gsrn
from hanport.grid.opening import opened
from hanport.grid.ordering.status import OrderStatus, facility_of, orders_of, status
from hanport.grid.ordering.taking import cancel as cancel_order
from hanport.grid.ordering.visits import visit_done as visited
from hanport.grid.workdays import STOCKHOLM

_json_option = click.option("--json", "as_json", is_flag=True, help="For machines.")
_staff_option = click.option("--staff", metavar="NAME", required=True, help="Who does it; the log says so.")


@click.group()
def command() -> None:
    """Take orders at the desk and on the phone, and see how orders stand."""


command.add_command(open_)
command.add_command(close)
command.add_command(restart)
command.add_command(warranty)


@command.command()
@click.argument("order_id", metavar="ORDER")
@_json_option
@click.pass_obj
def show(path: Path, order_id: str, as_json: bool) -> int:
    """Show how an ORDER stands."""
    with opened(path, SystemClock()) as grid, grid.database.reading() as connection:
        found = status(connection, order_id)
    click.echo(json.dumps(_as_json(found)) if as_json else "\n".join(_as_text(found)))
    return 0


@command.command("list")
@click.argument("gsrn", metavar="GSRN")
@_json_option
@click.pass_obj
def list_(path: Path, gsrn: str, as_json: bool) -> int:
    """List the orders of the facility with this GSRN, the newest first."""
    with opened(path, SystemClock()) as grid, grid.database.reading() as connection:
        found = orders_of(connection, facility_of(connection, parse_gsrn(gsrn)))
    if as_json:
        click.echo(json.dumps([_as_json(each) for each in found]))
        return 0
    for each in found:
        why = f" ({each.why})" if each.why else ""
        click.echo(f"{each.id}  {_local(each.created_at)}  {each.kind.value}: {each.state.value}{why}")
    return 0


@command.command()
@click.argument("order_id", metavar="ORDER")
@_staff_option
@click.option("--reason", required=True, help="Why; it is kept with the order.")
@click.pass_obj
def cancel(path: Path, order_id: str, staff: str, reason: str) -> int:
    """Take an ORDER back that is not fulfilled yet."""
    with opened(path, SystemClock()) as grid, grid.database.writing(f"staff:{staff}") as work:
        taken = cancel_order(work, grid.config, order_id, reason=reason)
    click.echo(f"{taken.order_id}: {taken.state.value}")
    return 0


@command.command("visit-done")
@click.argument("order_id", metavar="ORDER")
@_staff_option
@click.option("--new-adapter", metavar="SERIAL", default="", help="The adapter that was fitted, for such an order.")
@click.pass_obj
def visit_done(path: Path, order_id: str, staff: str, new_adapter: str) -> int:
    """Say that somebody was there for an ORDER. A port to open or close is then tried once more at once."""
    with opened(path, SystemClock()) as grid, grid.database.writing(f"staff:{staff}") as work:
        taken = visited(work, grid.config, order_id, staff=staff, new_serial=new_adapter)
    click.echo(f"{taken.order_id}: {taken.state.value}")
    return 0


def _as_json(found: OrderStatus) -> dict[str, object]:
    values = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _as_text(found: OrderStatus) -> list[str]:
    lines = [f"{found.kind.value} for {found.gsrn}: {found.state.value}" + (f" ({found.why})" if found.why else "")]
    times = {"made": found.created_at, "signed": found.signed_at, "withdrawn": found.withdrawn_at}
    times |= {"to be done before": found.deadline_at, "ended": found.ended_at}
    lines += [f"{name}: {_local(at)}" for name, at in times.items() if at is not None]
    words = {"meter": found.meter_serial, "identity": found.identity, "staff": found.staff, "reason": found.reason}
    words |= {"last command": found.last_command, "guide": found.guide}
    lines += [f"{name}: {word}" for name, word in words.items() if word]
    return [*lines, f"price: {found.price_ore / 100:.2f} kr"] if found.price_ore else lines


def _local(at: datetime) -> str:
    return f"{at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
