"""Plays law 9 on SQLite with whatever hanport is imported: exit 1 when the law is broken, and the reason.

`test_law_can_fail.py` runs it on copies of the product in which a rule was broken. `trial short NAME` plays a short
play, `trial long EXAMPLES STEPS` lets chance play.
"""

import shutil
import sys
import tempfile
from datetime import date
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from grid.law.machine import machine
from grid.law.short_plays import SHORT_PLAYS
from grid.law.test_law import opener
from hanport.grid.keys import Keyring, new_key


def main(length: str, *what: str) -> int:
    """Play; 0: the law holds, 1: it does not."""
    with tempfile.TemporaryDirectory() as folder:
        template, numbers = Path(folder) / "template.db", count()

        def copy() -> str:
            path = Path(folder) / f"{next(numbers)}.db"
            shutil.copyfile(template, path)
            return f"sqlite:///{path}"

        open_play = opener(f"sqlite:///{template}", copy, Keyring((new_key(date(2026, 11, 25)),)))
        try:
            if length == "short":
                SHORT_PLAYS[what[0]](open_play())
            else:
                run_state_machine_as_test(machine(open_play), settings=_many(*map(int, what)))
        except AssertionError as broken:
            print(f"broken: {broken}", *getattr(broken, "__notes__", []), sep="\n")
            return 1
    print("the law holds")
    return 0


def _many(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
