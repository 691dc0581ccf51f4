"""`hanport home rehearse`: fill a hub with the past of the virtual house, up to now."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import click

from hanport.cli.home import config_option
from hanport.clock import SystemClock
from hanport.home.config import data_folder, load
from hanport.home.store.bulk import import_columns
from hanport.home.store.lock import data_lock
from hanport.home.store.reader import Reader
from hanport.home.store.schema import READING_COLUMNS
from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity
from hanport.meter.device import second_hand
from hanport.meter.past import past_days
from hanport.meter.register import Energies
from hanport.meter.setup import HouseSetup
from hanport.models import MODELS
from hanport.port.profiles import PROFILES, Profile

_REGISTERS = (
    "energy_import_wh",
    "energy_export_wh",
    "reactive_energy_import_varh",
    "reactive_energy_export_varh",
)


@click.command()
@config_option
@click.option("--days", type=click.IntRange(0, 3650), default=90, show_default=True, help="Days, where there are none.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same house.")
@click.option("--model", type=click.Choice(list(MODELS)), default="kamstrup-omnia", show_default=True)
def command(config: Path, days: int, seed: int, model: str) -> int:
    """Fill a hub with the past of the virtual house, up to now; where it has one already, add what has passed since.

    Prints the registers that `hanport meter --registers` goes on from, as JSON. The hub must be stopped.
    """
    folder = data_folder(load(config), config)
    with data_lock(folder):
        registers = _fill(folder / "hub.db", days, HouseSetup(seed=seed), PROFILES[MODELS[model].profile])
    states = (
        registers.import_wh,
        registers.export_wh,
        registers.reactive_import_varh,
        registers.reactive_export_varh,
    )
    click.echo(json.dumps({"registers": ",".join(map(str, states))}))
    return 0


def _fill(path: Path, days: int, house: HouseSetup, profile: Profile) -> Energies:
    now = SystemClock().now().replace(microsecond=0)
    store = Store(path)
    try:
        begin, registers = _where_it_stands(path) or (now - timedelta(days=days), second_hand(house.seed))
        for past in past_days(house, profile, (begin, now), energies=registers):
            columns = dict(zip(READING_COLUMNS, past.columns[1:], strict=True))
            import_columns(store, past.columns[0] * 1000, columns, MeterIdentity(profile.identification or None, None))
            registers = past.registers
    finally:
        store.close()
    return registers


def _where_it_stands(path: Path) -> tuple[datetime, Energies] | None:
    """The last reading and its registers; None where there is none."""
    with Reader(path) as reader:
        span = reader.span()
        if span is None:
            return None
        begin = span[1]
        (columns, *_) = reader.readings(begin, begin + timedelta(seconds=1))
        return begin, Energies(*(int(columns[name][-1]) for name in _REGISTERS))
