"""`hanport grid erase`: erases a person, or tells all that is known of the person."""

import json
from pathlib import Path

import click

from hanport.cli.grid_number import number_option, read_number
from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.grid import people
from hanport.grid.database.work import Work
from hanport.grid.disclosure import disclose
from hanport.grid.erasure import erase
from hanport.grid.identifiers import Number
from hanport.grid.opening import opened


@click.command()
@number_option
@click.option("--staff", metavar="NAME", required=True, help="Who does it; the log says so.")
@click.option("--export", is_flag=True, help="Print all that is known of the person as JSON, and erase nothing.")
@click.pass_obj
def command(config: Path, number_file: Path | None, staff: str, export: bool) -> int:
    """Erase a person, whose number is asked for: number, key, name, addresses and evidence are gone for ever.

    It is refused while a contract runs, a port may be open, or claims can be made ([retention] years). Erase the
    customer in the customer system first: an import that still has the customer brings it back.
    """
    number = read_number(number_file)
    with opened(config, SystemClock()) as grid, grid.database.writing(f"staff:{staff}") as work:
        person_id = _find(work, number)
        if export:
            told = disclose(work.connection, work.keyring, person_id)
            work.note("person.looked_at", person_id=person_id, what="all")
        else:
            gone = erase(work, person_id, retention_years=grid.config.retention.years)
    if export:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        click.echo(
            f"Erased, with {gone.customers} customers and what {gone.orders} orders said. Backups still hold it."
        )
    return 0


def _find(work: Work, number: Number) -> int:
    person_id = people.find(work.connection, work.keyring, number)
    if person_id is None:
        raise ConfigError("Nothing is known of this person.", "Compare the number with the original.")
    return person_id
