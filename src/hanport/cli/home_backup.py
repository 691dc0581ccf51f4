"""`hanport home backup`: copy the store while the hub runs."""

import os
from pathlib import Path

import click

from hanport.cli.home import config_option
from hanport.cli.home_data import ProgressLine, home_data, size, span
from hanport.clock import SystemClock
from hanport.errors import ConfigError
from hanport.home.store.backup import backup
from hanport.home.store.hand_over import BACKUP_FOLDER


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@config_option
@click.option("--force", is_flag=True, help="Write over a FILE that is there.")
@click.option("--with-config", is_flag=True, help="Copy home.toml beside it, with the passwords and keys in it.")
def command(file: Path | None, config: Path, force: bool, with_config: bool) -> int:
    """Copy the store to FILE while the hub runs, and check the copy.

    Without FILE it goes into the folder backup/ of the hub's data. A copy on another disk survives this one.
    """
    clock = SystemClock()
    data = home_data(config)
    target = file or data.folder / BACKUP_FOLDER / f"hub-{clock.now():%Y%m%dT%H%M%SZ}.db"
    beside = target.with_name(target.name + ".home.toml")
    for path in (target, beside) if with_config else (target,):
        if path.exists() and not force:
            raise ConfigError(f"{path} is there already.", "Choose another name, or write over it by --force.")
    progress = ProgressLine(clock)
    copy = backup(data.database, target, progress.share("Copied"))
    progress.end()
    if with_config:
        _copy(config, beside)
    click.echo(f"{copy.path}: {size(copy.size)}, {span(copy.span)}. Checked: it is sound.")
    click.echo(f"{beside}: the configuration; keep it secret." if with_config else _hint(config))
    return 0


def _hint(config: Path) -> str:
    return f"{config} is not in it (--with-config copies it, with its passwords and keys)."


def _copy(config: Path, target: Path) -> None:
    try:
        content = config.read_bytes()
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ConfigError(f"{target} cannot be written ({error.strerror}).", "Choose another place.") from error
