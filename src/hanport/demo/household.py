"""The household of the demonstration: its folder, its configuration, who may look."""

import json
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from hanport.demo import children

# Known to everybody: the demonstration listens on this machine alone and shows an invented house.
USER = "demo"
PASSWORD = "hanport-demo"
# Its module wants a supply from its reader, as network companies tell their customers.
MODEL = "kamstrup-omnipower-p1"


@dataclass(frozen=True, slots=True)
class Household:
    """Where its files are, which virtual house it is, and where the hub's pages are to be (0: any free port)."""

    folder: Path
    seed: int
    language: str
    port: int

    @property
    def config(self) -> Path:
        """Its home.toml."""
        return self.folder / "home.toml"

    @property
    def token_file(self) -> Path:
        """Where the key is kept by which the start page asks the hub."""
        return self.folder / "hub-token"

    def write(self, meter: str) -> None:
        """Make the configuration of the hub anew, with the address of the meter; the data of before stay."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = {"sv": "Demohuset", "en": "The demo house"}[self.language]
        settings = {
            "hub": {"name": name, "language": self.language, "log_level": "warning"},
            "source": {"address": meter},
            "house": {"main_fuse_a": 20},
            "web": {"host": "127.0.0.1", "port": self.port},
            "share": {"api": {"enabled": True}},
        }
        self.config.write_text(tomlkit.dumps(settings), "utf-8")

    async def move_in(self, days: int) -> str:
        """Fill the hub's store with the past up to now, and make its user; gives the registers that its meter shows."""
        options = ["--config", str(self.config), "--days", str(days), "--seed", str(self.seed), "--model", MODEL]
        said: str = json.loads(await children.run(["home", "rehearse", *options]))["registers"]
        if not self.token_file.exists():  # nobody has logged in yet
            await children.run(["home", "user", "--config", str(self.config), USER], text=f"{PASSWORD}\n")
        return said
