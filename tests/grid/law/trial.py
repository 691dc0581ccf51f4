"""Plays law 9 on SQLite with whatever hanport is imported: exit 1 when the law is broken, and the reason.

`test_law_can_fail.py` runs it on copies of the product in which a rule was broken.
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
from grid.law.test_law import opener
from hanport.grid.keys import Keyring, new_key


def main(examples: int, steps: int) -> int:
    """Play; 0: the law holds, 1: it does not."""
    with tempfile.TemporaryDirectory() as folder:
        template, numbers = Path(folder) / "template.db", count()

        def copy() -> str:
            path = Path(folder) / f"{next(numbers)}.db"
            shutil.copyfile(template, path)
            return f"sqlite:///{path}"

        keyring = Keyring((new_key(date(2026, 11, 25)),))
        many = settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )
        try:
            run_state_machine_as_test(machine(opener(f"sqlite:///{template}", copy, keyring)), settings=many)
        except AssertionError as broken:
            print(f"broken: {broken}")
            return 1
    print("the law holds")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
