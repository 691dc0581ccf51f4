"""`hanport home import`: recordings, and tables of other programs, into the store."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from hanport.cli.home import config_option
from hanport.cli.home_data import HomeData, ProgressLine, home_data, span
from hanport.cli.home_recording import read_as_pieces
from hanport.cli.keys import key_options, keys_from
from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.home.config import HouseTable
from hanport.home.store.calendar import date_of, zone
from hanport.home.store.comparing import Compared, compare
from hanport.home.store.csv_columns import Options, Piece, Refusals
from hanport.home.store.csv_values import Times
from hanport.home.store.importing import Found, Kind, read_pieces, recognise
from hanport.home.store.importing_recording import Unused
from hanport.home.store.loading import Loaded, Loader, TrialStore
from hanport.home.store.lock import data_lock
from hanport.home.store.moments import from_ms
from hanport.home.store.reader import Reader
from hanport.home.store.runs import Runs
from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity
from hanport.port.cipher import Keys

_SHOWN = 20
_ALWAYS = (from_ms(0), from_ms(1 << 42))

_KINDS = {
    Kind.RECORDING: "a recording of the port",
    Kind.READINGS: "readings",
    Kind.QUARTERS: "quarters of energy",
    Kind.HOURS: "hours of energy",
    Kind.BILLED: "hours of the network company, as hanport exported them",
    Kind.DSMR_READINGS: "readings of dsmr-reader",
    Kind.DSMR_HOURS: "hours of dsmr-reader",
    Kind.DSMR_DAYS: "days of dsmr-reader",
    Kind.HA_PANEL: "the energy panel of Home Assistant",
    Kind.HA_STATISTICS: "statistics of Home Assistant",
    Kind.HA_HISTORY: "a history of Home Assistant",
    Kind.NETWORK: "hours of the network company",
}


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@config_option
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="What the files are; else it is found.")
@click.option("--dry-run", is_flag=True, help="Do all of it, say what came of it, and take it back.")
@click.option(
    "--times",
    type=click.Choice([times.value for times in Times]),
    default=Times.LOCAL.value,
    show_default=True,
    help="What times without an offset count in; normal is UTC+1 all year.",
)
@click.option("--import-series", "imports", multiple=True, metavar="NAME", help="Home Assistant's register of import.")
@click.option("--export-series", "exports", multiple=True, metavar="NAME", help="Home Assistant's register of export.")
@click.option("--same-meter", is_flag=True, help="The registers are those of the meter that the hub reads.")
@click.option("--exported", is_flag=True, help="The network company's energy is what was fed into the grid.")
@click.option("--at-end", is_flag=True, help="The network company calls an hour by its end.")
@click.option("--unit", type=click.Choice(["Wh", "kWh", "MWh"]), default="kWh", show_default=True)
@key_options
def command(files: tuple[Path, ...], config: Path, **given: Any) -> int:
    """Bring FILES into the store: recordings, exports of dsmr-reader, Home Assistant and hanport, and hours of the
    network company for comparison. What each is, is found by its content.

    The hub must be stopped. What is there already stays, so that the same file twice changes nothing. Rows that
    cannot be used are told with their line, and the others go in. Exit 0: all went in, 1: something was refused,
    2: a file cannot be used at all. docs/import-export.md shows each kind.
    """
    data = home_data(config)
    keys = keys_from(given["key"], given["auth"])
    kind = None if given["kind"] is None else Kind(given["kind"])
    found = [recognise(file, kind, keys) for file in files]
    with data_lock(data.folder):
        options = Options(
            times=Times(given["times"]),
            meter=_own_meter(data) if given["same_meter"] else None,
            imports=given["imports"],
            exports=given["exports"],
            exported=given["exported"],
            at_end=given["at_end"],
            unit=given["unit"],
        )
        most_w = _most_w(data.config.house) if given["same_meter"] else None
        store = (TrialStore if given["dry_run"] else Store)(data.database)
        try:
            refused = sum([_import(Loader(store, most_w=most_w), file, options, keys) for file in found])
        finally:
            store.close()
    if given["dry_run"]:
        click.echo("A trial: nothing was stored.")
    elif any(file.kind in (Kind.NETWORK, Kind.BILLED) for file in found):
        _compare(data)
    return 1 if refused else 0


def _own_meter(data: HomeData) -> MeterIdentity:
    if data.database.exists():
        with Reader(data.database) as reader:
            run = Runs(reader.connection).last()
            if run is not None:
                return next(meter.identity for meter in reader.meters() if meter.id == run.meter)
    raise ConfigError("The hub has read no meter yet.", "Leave --same-meter out.")


def _most_w(house: HouseTable) -> int:
    """Half as much again as the main fuse carries for ever."""
    return house.main_fuse_a * house.phases * 230 * 3 // 2


def _import(loader: Loader, found: Found, options: Options, keys: Keys | None) -> int:
    """Bring one file in and say what came of it; gives how much was refused."""
    clock = SystemClock()
    progress, begun_s = ProgressLine(clock), clock.monotonic()
    refusals, unused = Refusals(), Unused()
    shares: deque[float] = deque(maxlen=1)
    pieces: Iterator[Piece]
    if found.kind is Kind.RECORDING:
        pieces = read_as_pieces(found.path, keys, unused)
    else:
        pieces = read_pieces(found, options, refusals, shares.append)

    def line() -> str:
        share = f"{shares[-1]:.0%}, " if shares else ""
        return f"{found.path.name}: {share}{loader.loaded.rows:,} rows"

    def watched() -> Iterator[Piece]:
        for piece in pieces:
            yield piece
            progress.tell(line)

    try:
        loaded = loader.load(watched())
    finally:
        progress.end()
    rate = loaded.rows / max(1e-3, clock.monotonic() - begun_s)
    click.echo(f"{found.path}: {_KINDS[found.kind]}, {_said(loaded)} ({rate:,.0f} rows/s).")
    _tell(refusals, unused)
    return refusals.count + unused.rejected.total() + unused.timeless


def _said(loaded: Loaded) -> str:
    times = None if loaded.first is None or loaded.last is None else (loaded.first, loaded.last)
    return f"{span(times)}: {loaded.stored:,} new, {loaded.present:,} there already"


def _tell(refusals: Refusals, unused: Unused) -> None:
    for refusal in sorted(refusals.kept, key=lambda refusal: refusal.line)[:_SHOWN]:
        click.echo(f"  line {refusal.line}: {refusal.reason}. {refusal.remedy}", err=True)
    if refusals.count > _SHOWN:
        click.echo(f"  and {refusals.count - min(_SHOWN, len(refusals.kept)):,} more lines.", err=True)
    if unused.rejected:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in unused.rejected.items())
        click.echo(f"  Rejected: {reasons}. `hanport decode` shows them.", err=True)
    if unused.timeless:
        click.echo(f"  {unused.timeless:,} telegrams tell no time, and FILE.times is missing.", err=True)


def _compare(data: HomeData) -> None:
    """What the network company says beside the ledger: all of it, then the days that differ."""
    with Reader(data.database) as reader:
        comparison = compare(reader.connection, *_ALWAYS)
    total = comparison.total()
    if total is None:
        click.echo(f"Nothing to compare yet: of these {comparison.unknown:,} hours the ledger knows none whole.")
        return
    click.echo(f"{len(comparison.hours):,} hours compared, {comparison.unknown:,} that the ledger does not know whole.")
    click.echo(_line("all", total))
    differing = comparison.differing
    if not differing:
        click.echo("No hour differs by more than 10 Wh and 1 %.")
        return
    click.echo(f"{len(differing):,} hours differ by more than 10 Wh and 1 %; days (kWh: network company, hub):")
    marked = {date_of(hour.start) for hour in differing}
    for day in [day for day in comparison.days() if date_of(day.start) in marked][:_SHOWN]:
        click.echo(_line(f"{date_of(day.start)}", day))
    for hour in differing[:_SHOWN]:
        click.echo(_line(f"{hour.start.astimezone(zone('local')):%Y-%m-%d %H:%M}", hour))


def _line(name: str, compared: Compared) -> str:
    pairs = (
        ("import", compared.billed_import_wh, compared.import_wh),
        ("export", compared.billed_export_wh, compared.export_wh),
    )
    said = [
        f"{way} {billed / 1000:.3f} {known / 1000:.3f} ({(known - billed) / 1000:+.3f})"
        for way, billed, known in pairs
        if billed is not None and known is not None
    ]
    return f"  {name:<16}  {'; '.join(said)}"
