"""`hanport home ...` as the shell runs it, on a hub's data in a folder of its own."""

import subprocess
import sys
from pathlib import Path

HANPORT = [sys.executable, "-c", "from hanport.cli.main import main; main()", "home"]


def hub(folder: Path) -> Path:
    """A configuration whose data are in `data` beside it; gives the place of the store."""
    (folder / "home.toml").write_text('# ours\n[hub]\nname = "Storgatan 1"\ndata = "data"\n\n[source]\nkey = "00"\n')
    (folder / "data").mkdir()
    return folder / "data" / "hub.db"


def home(folder: Path, *arguments: object, data: str = "") -> subprocess.CompletedProcess[str]:
    """A command in that folder."""
    command = [*HANPORT, *map(str, arguments)]
    return subprocess.run(command, input=data, capture_output=True, text=True, timeout=100, check=False, cwd=folder)
