"""The household of the demonstration: its folder, its configuration, who may look."""

import json
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from hanport.demo import children

# Known to everybody: the demonstration listens on this machine alone and shows an invented house.
USER = "demo"
PASSWORD = "hanport-demo"
MODEL = "kamstrup-omnia"


@dataclass(frozen=True, slots=True)
class Household:
    """Where its files are, and which virtual house it is."""

    folder: Path
    seed: int
    language: str

    @property
    def config(self) -> Path:
        return self.folder / "home.toml"

    @property
    def is_lived_in(self) -> bool:
        """Whether there is a store from an earlier start."""
        return (self.folder / "hanport-data" / "hub.db").exists()

    def write(self, *, web_port: int, meter: str) -> None:
        """Make the configuration of the hub anew; the data of before stay."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = {"sv": "Demohuset", "en": "The demo house"}[self.language]
        settings = {
            "hub": {"name": name, "language": self.language, "log_level": "warning"},
            "source": {"address": meter},
            "house": {"main_fuse_a": 20},
            "web": {"host": "127.0.0.1", "port": web_port},
        }
        self.config.write_text(tomlkit.dumps(settings), "utf-8")

    def rehearse(self, days: int) -> str:
        """Fill the hub's store with the past up to now; gives the registers that its meter shows then."""
        options = ["--config", str(self.config), "--days", str(days), "--seed", str(self.seed), "--model", MODEL]
        said: str = json.loads(children.run(["home", "rehearse", *options]))["registers"]
        return said

    def let_in(self) -> None:
        """Make the user of the demonstration, or give it its password again."""
        children.run(["home", "user", "--config", str(self.config), USER], text=f"{PASSWORD}\n")
