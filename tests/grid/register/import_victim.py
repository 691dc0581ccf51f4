"""An import that is killed (kill -9) at its n-th step in the database: `python import_victim.py CONFIG N FILE...`.

With 0 it is a trial. A step is the beginning or the end of a statement, or the commit. It prints how many there were.
"""

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from hanport.clock import SystemClock
from hanport.grid.opening import opened
from hanport.grid.register.importing import Options, import_files


def run(config: Path, kill_at: int, paths: list[Path]) -> None:
    steps = 0

    def step(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    with opened(config, SystemClock()) as grid:
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(grid.database.engine, name, step)
        import_files(grid, paths, Options(is_trial=kill_at == 0), actor="staff:victim")
    print(steps)


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), list(map(Path, sys.argv[3:])))
