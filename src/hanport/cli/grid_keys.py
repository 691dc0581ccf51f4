"""`hanport grid keys`: the company's keys, and sealing everything anew with the newest."""

import json
import os
import sys
from pathlib import Path

import click

from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.grid import keys
from hanport.grid.config import load
from hanport.grid.opening import keyring_of, opened
from hanport.grid.receipts.keys import receipt_keys
from hanport.grid.rotation import in_use, rotate


@click.group()
def command() -> None:
    """Make keys, see what they seal, and seal all anew. docs/audit.md says in which order."""


@command.command()
@click.option("--print", "prints", is_flag=True, help="Print a key instead, for those who keep keys elsewhere.")
@click.pass_obj
def new(config: Path, prints: bool) -> int:
    """Make the file of keys, or put a new key before those in it: it seals from the next start of the service on."""
    made = keys.new_key(SystemClock().now().date())
    if prints:
        click.echo(keys.text_of((made,)), nl=False)
        return 0
    path = _file(config)
    known = keys.load(path, {}) if path.exists() else keys.Keyring(())
    keys.write(path, (made, *known.keys), known.retired)
    click.echo(f"{path}: key {made.id} is the newest. Keep a copy of the file apart from the database.")
    if known.keys:
        click.echo("Start every process of the service again, then seal all anew: hanport grid keys rotate")
    return 0


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_obj
def list_(config: Path, as_json: bool) -> int:
    """List the keys, how much is sealed with each, and the public key of their signatures (base16)."""
    with opened(config, SystemClock(), with_any_keys=True) as grid, grid.database.reading() as connection:
        use = in_use(connection, grid.database.keyring)
        public = grid.database.keyring.public_keys()
    rows = [
        {"id": key, "sealed": count, "public_key": public[key].hex() if key in public else None}
        for key, count in use.items()
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return 0
    for row in rows:
        click.echo(f"{row['id']:12}  seals {row['sealed']:>9,}  {row['public_key'] or 'NOT AMONG THE KEYS'}")
    return 0


@command.command("receipt-keys")
@click.pass_obj
def receipt_keys_(config: Path) -> int:
    """Print the document of the public keys that receipts are verified with, as the API publishes it."""
    loaded = load(config)
    click.echo(json.dumps(receipt_keys(keyring_of(loaded, config), loaded.company.name), indent=2, ensure_ascii=False))
    return 0


@command.command("rotate")
@click.pass_obj
def rotate_(config: Path) -> int:
    """Seal everything anew with the newest key, while the service runs. Stopped in the middle, it goes on."""
    with opened(config, SystemClock()) as grid:
        with grid.database.reading() as connection:
            use = in_use(connection, grid.database.keyring)
        newest = grid.database.keyring.keys[0].id
        left = sum(use.values()) - use[newest]
        with click.progressbar(length=left, label="Sealing", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            done = rotate(grid.database, tell=lambda count: bar.update(count - bar.pos))
        older = [key.id for key in grid.database.keyring.keys[1:]]
    click.echo(f"{done:,} sealed anew with key {newest}.")
    if older:
        click.echo(f"No longer needed but for older backups: {', '.join(older)} (hanport grid keys drop ID).")
    return 0


@command.command()
@click.argument("key_id", metavar="ID")
@click.pass_obj
def drop(config: Path, key_id: str) -> int:
    """Take the key ID out of the file. It is refused while anything is sealed with it.

    Its public key stays there: receipts that it signed can still be verified.
    """
    path = _file(config)
    known = keys.load(path, {})
    if key_id not in {key.id for key in known.keys[1:]}:
        raise ConfigError("There is no such older key.", "`hanport grid keys list` shows them; the newest stays.")
    with opened(config, SystemClock()) as grid, grid.database.reading() as connection:
        count = in_use(connection, grid.database.keyring)[key_id]
    if count:
        raise ConfigError(f"{count:,} are sealed with it.", "Seal them anew first: hanport grid keys rotate")
    retired = {**known.retired, key_id: known.public_keys()[key_id]}
    keys.write(path, tuple(key for key in known.keys if key.id != key_id), retired)
    click.echo(f"{path}: key {key_id} is gone. A backup from before needs it: keep the older copy with that backup.")
    return 0


def _file(config: Path) -> Path:
    """The file of keys. Raises ConfigError where the keys come from the environment, which cannot be written."""
    if os.environ.get(keys.ENVIRONMENT_VARIABLE):
        remedy = "Change them there: `hanport grid keys new --print` makes one to put before the others."
        raise ConfigError(f"The keys come from {keys.ENVIRONMENT_VARIABLE}.", remedy)
    return config.parent / load(config).keys.file
