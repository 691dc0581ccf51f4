"""`hanport demo`: a virtual meter, the network company that opens its port, and the hub that shows it."""

import os
import signal
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from hanport.demo import children
from hanport.demo.children import Child
from hanport.demo.household import MODEL, PASSWORD, USER, Household
from hanport.demo.network_company import NetworkCompany
from hanport.locale import LANGUAGES, language_of_environment, text
from hanport.serving import listen
from hanport.sources.address import parse_listen

_STATE = "/api/v1/state"


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for, one field an option."""

    folder: Path
    days: int
    listen: str
    port: int
    grid_port: int
    interval: int
    seed: int
    lang: str | None
    prepare: bool


@click.command(short_help="Start a virtual meter, its network company and the hub.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("hanport-demo"), show_default=True)
@click.option("--days", type=click.IntRange(0, 3650), default=90, show_default=True, help="Days of history.")
@click.option("--listen", default="tcp://127.0.0.1:5500", show_default=True, help="Where the meter's telegrams are.")
@click.option("--port", type=click.IntRange(0, 65535), default=8480, show_default=True, help="Where the pages are.")
@click.option("--grid-port", type=click.IntRange(0, 65535), default=8490, show_default=True, help="The company's API.")
@click.option(
    "--interval", type=click.IntRange(min=1), default=10, show_default=True, help="Seconds between telegrams."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same house.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="The language; else that of the environment.")
@click.option("--prepare", is_flag=True, help="Only make the history, so that the next start is fast.")
def command(**given: Any) -> int:
    """Start a virtual meter, whose house has lived for some months already, and the hub that shows it. The port is
    closed at first: a network company takes the order and opens it through its head-end.

    What the hub has seen is kept in --folder; the next start goes on from there. Ctrl-C ends all.
    """
    options = Options(**given)
    language = options.lang or language_of_environment(os.environ)
    household = Household(options.folder, options.seed, language)
    household.write(web_port=options.port, meter=str(parse_listen(options.listen)))
    lived_in = household.is_lived_in
    registers = household.rehearse(options.days)
    if not lived_in:
        household.let_in()
    if options.prepare:
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with ExitStack() as stack:
            meter, hub = _start(household, options, registers, stack)
            places = {"meter": meter.place, "hub": hub.place}
            click.echo(text("terminal", "started", language, **places, user=USER, password=PASSWORD))
            company = _network_company(options, language)
            others = company.start(meter.places[1].removesuffix(_STATE), stack)
            company.open_port()
            click.echo(text("terminal", "opened", language, grid=others[-1].place))
            children.wait_for_any([meter, hub, *others])
    except (KeyboardInterrupt, click.Abort):
        pass
    return 0


def _start(household: Household, options: Options, registers: str, stack: ExitStack) -> tuple[Child, Child]:
    """Start the meter and the hub."""
    house = ["--model", MODEL, "--seed", str(options.seed), "--registers", registers]
    arguments = ["meter", "--listen", options.listen, "--interval", str(options.interval), *house]
    arguments += ["--closed", "--control", "127.0.0.1:0"]
    meter = stack.enter_context(children.running(arguments, says=["telegrams on ", "control on "]))
    household.write(web_port=options.port, meter=meter.place)
    arguments = ["home", "--config", str(household.config), "--or-any-port"]
    return meter, stack.enter_context(children.running(arguments, says=["hub on "]))


def _network_company(options: Options, language: str) -> NetworkCompany:
    """It needs to know its port before it starts: the head-end is told where to answer."""
    with listen("127.0.0.1", options.grid_port, or_any=True) as listener:
        port: int = listener.getsockname()[1]
    return NetworkCompany(options.folder / "network-company", language, port)
