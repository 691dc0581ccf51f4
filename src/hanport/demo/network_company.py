"""The network company of the demonstration: its service, its head-end, and the order that opens the house's port.

It begins anew each time: the story is seen again, from a closed port to the first telegram.
"""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from hanport.demo import children
from hanport.demo.children import Child

FACILITY = "735999000000000013"
METER = "18012345"
# The best known of the test numbers that the Swedish tax agency has published.
_CUSTOMER = "191212121212"
_FILES = {
    "facilities.csv": f"gsrn;address\n{FACILITY};Storgatan 1, Fjällbyn\n",
    "customers.csv": f"key;number;name\nK1001;{_CUSTOMER};Tolvan Tolvansson\n",
    "contracts.csv": f"key;facility;customer;from\nA2001;{FACILITY};K1001;2024-01-01\n",
    "meters.csv": f"serial;maker;model;facility;from\n{METER};Kamstrup;OMNIA;{FACILITY};2024-01-01\n",
}


@dataclass(frozen=True, slots=True)
class NetworkCompany:
    """Where its files are, in which language it speaks, and where its API is to listen (0: any free port)."""

    folder: Path
    language: str
    port: int

    @property
    def config(self) -> Path:
        """Its grid.toml."""
        return self.folder / "grid.toml"

    def start(self, control: str, stack: ExitStack) -> list[Child]:
        """Start the head-end before the meter with that control interface, and the service that tells it what to do."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._grid("new", "--test")
        secret = self.folder / "reply-token"
        secret.write_text(self._grid("token", "create", "head-end", "--scope", "head_end"), "utf-8")
        meter = ["--meter", f"{METER}={control}", "--reply-token-file", str(secret)]
        head_end = stack.enter_context(children.running(["meter", "head-end", *meter], says=["CIM form on "]))
        self._write(head_end.place)
        service = ["grid", "--config", str(self.config)]
        return [head_end, stack.enter_context(children.running(service, says=["grid on "]))]

    def open_port(self) -> None:
        """Bring the customer in, and take the order: as if somebody stood at the desk with a passport."""
        for name, text in _FILES.items():
            (self.folder / name).write_text(text, "utf-8")
        self._grid("import", *(str(self.folder / name) for name in _FILES))
        shown = ["--checked-by", "desk", "--staff", "demo", "--document", "passport"]
        self._grid("order", "open", FACILITY, *shown, "--number-file", "-", text=f"{_CUSTOMER}\n")

    def _write(self, head_end: str) -> None:
        address = f"http://127.0.0.1:{self.port}/api/v1/head-ends/town/answers"
        settings = {
            "environment": "test",
            "log_level": "error",
            "company": {"name": "Fjällbyns Elnät", "language": self.language},
            "web": {"port": self.port},
            "work": {"period_s": 0.5},
            "head_end": [{"name": "town", "kind": "cim", "url": head_end, "reply_url": address}],
        }
        self.config.write_text(tomlkit.dumps(settings), "utf-8")

    def _grid(self, *arguments: str, text: str = "") -> str:
        return children.run(["grid", "--config", str(self.config), *arguments], text=text)
