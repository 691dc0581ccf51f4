"""The commands that take an order: who asks is checked by staff, and the number is asked for, never an argument."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hanport.cli.grid_number import number_option, read_number
from hanport.clock import SystemClock
from hanport.grid.context import Grid
from hanport.grid.opening import opened
from hanport.grid.ordering.identity import CheckedIdentity
from hanport.grid.ordering.taking import Taken, Wish, close_by_staff, take
from hanport.grid.orders import Kind, State
from hanport.grid.right import IdentityCheck
from hanport.grid.workdays import STOCKHOLM

REFUSED = 1

_CHECKS = click.Choice([IdentityCheck.DESK.value, IdentityCheck.PHONE.value, IdentityCheck.LETTER.value])


def _checked(*, needed: bool) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """The options that say who asks and who has checked that."""

    def with_options(function: Callable[..., int]) -> Callable[..., int]:
        for option in reversed(
            [
                click.option("--checked-by", "how", type=_CHECKS, required=needed, help="How it was checked who asks."),
                click.option("--staff", metavar="NAME", required=True, help="Who checked; kept with the order."),
                click.option("--document", default="", help="What proves it: kept sealed with the order."),
                number_option,
                click.option(
                    "--on-behalf-of", metavar="CUSTOMER", default="", help="For an agent: for which customer."
                ),
                click.option("--reason", default="", help="Why; kept with the order."),
            ]
        ):
            function = option(function)
        return function

    return with_options


_meter_option = click.option("--meter", metavar="SERIAL", default="", help="Which meter, where there are several.")


@click.command("open")
@click.argument("gsrn", metavar="GSRN")
@_checked(needed=True)
@click.pass_obj
def open_(path: Path, /, gsrn: str, **options: Any) -> int:
    """Take an order to open the port of the facility with this GSRN. Exit 1: it was refused."""
    return _take(path, Kind.OPEN, gsrn, options)


@click.command()
@click.argument("gsrn", metavar="GSRN")
@_checked(needed=False)
@click.pass_obj
def close(path: Path, /, gsrn: str, **options: Any) -> int:
    """Take an order to close the port of the facility with this GSRN. Exit 1: it was refused.

    Without --checked-by staff close it of their own accord, for a --reason.
    """
    if options["how"] is not None:
        return _take(path, Kind.CLOSE, gsrn, options)
    staff = options["staff"]
    with opened(path, SystemClock()) as grid, grid.database.writing(f"staff:{staff}") as work:
        taken = close_by_staff(work, grid.config, gsrn, staff=staff, reason=options["reason"])
    return _tell(taken)


@click.command()
@click.argument("gsrn", metavar="GSRN")
@_checked(needed=True)
@_meter_option
@click.pass_obj
def restart(path: Path, /, gsrn: str, **options: Any) -> int:
    """Take an order to restart the meter of the facility with this GSRN. Exit 1: it was refused."""
    return _take(path, Kind.RESTART, gsrn, options)


@click.command()
@click.argument("gsrn", metavar="GSRN")
@_checked(needed=True)
@_meter_option
@click.option("--accept-price", is_flag=True, help="The customer has said yes to the price.")
@click.pass_obj
def warranty(path: Path, /, gsrn: str, accept_price: bool, **options: Any) -> int:
    """Take an order of another HAN adapter for the facility with this GSRN. Exit 1: it was refused."""
    return _take(path, Kind.WARRANTY, gsrn, options, accept_price=accept_price)


def _take(path: Path, kind: Kind, gsrn: str, options: dict[str, Any], *, accept_price: bool = False) -> int:
    wish = Wish(
        kind=kind,
        gsrn=gsrn,
        on_behalf_of=options["on_behalf_of"],
        reason=options["reason"],
        meter_serial=options.get("meter", ""),
        accept_price=accept_price,
    )
    with opened(path, SystemClock()) as grid:
        identity = _identity(grid, options)
        with grid.database.writing(f"staff:{identity.staff}") as work:
            taken = take(work, grid.config, wish, identity)
    return _tell(taken)


def _identity(grid: Grid, options: dict[str, Any]) -> CheckedIdentity:
    return CheckedIdentity(
        number=read_number(options["number_file"]),
        how=IdentityCheck(options["how"]),
        checked_at=grid.database.clock.now(),
        evidence=options["document"].encode(),
        staff=options["staff"],
    )


def _tell(taken: Taken) -> int:
    said = f"{taken.order_id}: {taken.state.value}" + (f" ({taken.why})" if taken.why else "")
    if taken.is_repeat:
        said += ", ordered before"
    elif taken.deadline_at is not None and taken.state is not State.REFUSED:
        said += f", to be done before {taken.deadline_at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
    click.echo(said)
    return REFUSED if taken.state is State.REFUSED else 0
