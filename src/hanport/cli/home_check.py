"""`hanport home check`: whether the store is sound, its ledger included."""

from pathlib import Path

import click

from hanport.cli.home import config_option
from hanport.cli.home_data import ProgressLine, home_data
from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.home.store.check import REPAIRABLE, Part, Verdict, check, repair
from hanport.home.store.lock import data_lock

# What is said of a part that is well, and of one that is not.
_WORDS = {
    Part.FILE: ("The file is sound.", "The file is damaged"),
    Part.BLOCKS: ("All {count:,} readings can be read.", "Readings are damaged"),
    Part.LEDGER: (
        "The ledger agrees with the meter's registers: {count:,} quarters of an hour.",
        "The ledger does not agree with the meter's registers",
    ),
    Part.ROLLUPS: ("The means agree with the readings: {count:,} periods.", "Means do not agree with the readings"),
}


@click.command()
@config_option
@click.option("--repair", "repairs", is_flag=True, help="Make the ledger and the means anew from the readings.")
def command(config: Path, repairs: bool) -> int:
    """Check the store: the file, every reading, the ledger against the meter's registers, the means.

    The hub may run, but not for --repair. Exit 0: all is well, 1: something is not, 2: the store cannot be read.
    """
    data = home_data(config)
    if not data.database.exists():
        raise ConfigError(f"There is no {data.database}.", "The hub makes it when it first runs.")
    progress = ProgressLine(SystemClock())
    verdicts = check(data.database, progress.share("Checked"))
    progress.end()
    if repairs and any(not verdict.well and verdict.part in REPAIRABLE for verdict in verdicts):
        with data_lock(data.folder):
            _tell(verdicts)
            repair(data.database, progress.share("Made anew"))
            progress.end()
            click.echo("The ledger and the means were made anew.")
            verdicts = check(data.database, progress.share("Checked"))
            progress.end()
    _tell(verdicts)
    return 0 if all(verdict.well for verdict in verdicts) else 1


def _tell(verdicts: tuple[Verdict, ...]) -> None:
    for verdict in verdicts:
        well, ill = _WORDS[verdict.part]
        if verdict.well:
            click.echo(well.format(count=verdict.looked_at))
        else:
            click.echo(f"{ill} in {verdict.wrong:,} places:")
            for example in verdict.examples:
                click.echo(f"  {example}")
            again = "`hanport home check --repair` makes them anew from the readings; stop the hub first."
            click.echo(again if verdict.part in REPAIRABLE else "Restore the last backup: `hanport home restore FILE`.")
        if verdict.imported:
            click.echo(f"{verdict.imported:,} more quarters were imported as energies; no readings prove them.")
