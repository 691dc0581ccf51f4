"""What the commands around a hub's data share: where they are, and a line that tells how far the work is."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from hanport.clock import Clock
from hanport.home.config import HomeConfig, data_folder, load

DATABASE = "hub.db"


@dataclass(frozen=True, slots=True)
class HomeData:
    """A hub's configuration and its data folder."""

    config_path: Path
    config: HomeConfig
    folder: Path

    @property
    def database(self) -> Path:
        """The store."""
        return self.folder / DATABASE


def home_data(config: Path) -> HomeData:
    """The data of the hub with that configuration. Raises ConfigError."""
    loaded = load(config)
    return HomeData(config, loaded, data_folder(loaded, config))


class ProgressLine:
    """One line on a terminal, written over and over; nothing where nobody looks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next_s = clock.monotonic()
        self._shown = False

    def tell(self, line: Callable[[], str]) -> None:
        """Show a line, at most ten times a second."""
        now_s = self._clock.monotonic()
        if now_s >= self._next_s and sys.stderr.isatty():
            self._next_s = now_s + 0.1
            self._shown = True
            click.echo(f"\r{line()}\x1b[K", err=True, nl=False)

    def share(self, what: str) -> Callable[[float], None]:
        """Tells of a share of the work, 0 to 1."""
        return lambda done: self.tell(lambda: f"{what}: {done:.0%}")

    def end(self) -> None:
        """Take the line away."""
        if self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)


def size(count: int) -> str:
    """Bytes for people."""
    return (
        f"{count / 1e9:.2f} GB"
        if count >= 1e9
        else f"{count / 1e6:.1f} MB"
        if count >= 1e6
        else f"{count / 1e3:.1f} kB"
    )


def span(times: tuple[datetime, datetime] | None) -> str:
    """From when to when, for people (UTC)."""
    return "nothing yet" if times is None else " to ".join(f"{at:%Y-%m-%d %H:%M}" for at in times) + " UTC"
