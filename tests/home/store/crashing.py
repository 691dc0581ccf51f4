"""A program that stores at full speed until it is killed, started again and again by test_crash.py.

Each line on its input is a path and the number of the first reading: it forks a child that appends from there on and
writes the number of each reading once `append` has returned.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hanport.home.store.writer import Store
from hanport.home.values import MeterIdentity
from hanport.port.values import Reading

METER = MeterIdentity("KAM5", "1")
START = datetime(2026, 1, 1, tzinfo=UTC)


def reading(number: int) -> tuple[datetime, Reading]:
    """Readings every 7 s, with hours between some of them, so that quarters end and old hours get packed."""
    at = START + timedelta(seconds=7 * number + 5 * 3600 * (number // 20))
    return at, Reading(energy_import_wh=1000 + 3 * number, energy_export_wh=number // 2, power_import_w=number)


def append_for_ever(path: Path, number: int) -> None:
    store = Store(path)
    while True:
        at, values = reading(number)
        store.append_reading(at, values, METER, received_at=at)
        os.write(1, b"%d\n" % number)
        store.tidy()
        number += 1


def main() -> None:
    for line in sys.stdin:
        path, _, first = line.rpartition(" ")
        child = os.fork()
        if not child:
            append_for_ever(Path(path), int(first))
        os.write(1, b"child %d\n" % child)
        os.waitpid(child, 0)
        os.write(1, b"over\n")


if __name__ == "__main__":
    main()
