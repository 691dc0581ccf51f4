"""`hanport home hand-over`: everything exported and proved, then erased. For when the house is sold."""

import sys
from pathlib import Path

import click
import msgspec

from hanport.cli.home import config_option
from hanport.cli.home_data import HomeData, ProgressLine, home_data, size
from hanport.clock import SystemClock
from hanport.home.config import HubTable, NoticeTable, ShareTable, SourceTable
from hanport.home.settings import save
from hanport.home.store.hand_over import erase, export_all
from hanport.home.store.lock import data_lock

_WORD = "erase"


@click.command()
@config_option
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="An empty folder.")
@click.option("--yes", is_flag=True, help="Erase without asking.")
def command(config: Path, out: Path, yes: bool) -> int:
    """Export everything to a folder, prove it, and then erase the store, its backups, users and sessions, and what
    home.toml says of the source, of notices and of shares. The hub must be stopped.

    Exit 0: exported and erased, 1: exported only.
    """
    data = home_data(config)
    with data_lock(data.folder):
        _export(data, out)
        click.echo(f"Erasing now removes the store in {data.folder}, its backups there, all users and sessions, and")
        click.echo(f"the source, notices and shares of {config}. It cannot be taken back.")
        if not yes and not _confirmed():
            click.echo("Nothing was erased.")
            return 1
        _erase(data, out)
    return 0


def _export(data: HomeData, out: Path) -> None:
    progress = ProgressLine(SystemClock())
    rows = 0

    def told(name: str, more: int) -> None:
        nonlocal rows
        rows += more
        progress.tell(lambda: f"{name}: {rows:,} rows in all")

    written = export_all(data.database, out, told)
    progress.end()
    for each in written:
        click.echo(f"{each.path}: {each.rows:,} rows, {size(each.size)}")
    click.echo("Read again, and the same as in the store.")


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        click.echo("Nobody can be asked here: give --yes.", err=True)
        return False
    return str(click.prompt(f'Type "{_WORD}" to go on', default="", show_default=False)) == _WORD


def _erase(data: HomeData, out: Path) -> None:
    removed, left = erase(data.folder)
    config = data.config
    hub = HubTable(language=config.hub.language, data=config.hub.data, log_level=config.hub.log_level)
    bare = msgspec.structs.replace(config, hub=hub, source=SourceTable(), notice=NoticeTable(), share=ShareTable())
    save(data.config_path, bare)
    click.echo(f"Erased: {len(removed)} files of the store; {data.config_path} has no secrets any more.")
    for path in left:
        click.echo(f"Left, since it is not of the hub: {path}")
    click.echo(f"What remains: the export in {out}; comments in {data.config_path}; backups that you took elsewhere;")
    click.echo("what other programs (MQTT, Home Assistant, Prometheus) have received. A memory card keeps traces of")
    click.echo("erased files: if it stays in the house, write it anew from a fresh image.")
