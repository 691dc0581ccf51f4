"""The network company's hours beside the ledger's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hanport.home.store.comparing import Comparison, compare
from hanport.home.store.moments import to_ms
from hanport.home.store.reader import Reader
from hanport.home.store.writer import Store
from home.store.filled import ALWAYS

MIDNIGHT = datetime(2026, 10, 24, 22, tzinfo=UTC)  # of a local day of 25 hours
HOUR = timedelta(hours=1)


def compared(path: Path, *hours: tuple[int | None, int | None, int | None, int | None]) -> Comparison:
    """Hours from midnight on: (billed import, known import, billed export, known export)."""
    store = Store(path)

    def put(start_s: int, hour: tuple[int | None, int | None, int | None, int | None]) -> None:
        billed_import, known_import, billed_export, known_export = hour
        billed = (start_s, billed_import, billed_export)
        store.write(lambda c: c.execute("INSERT INTO billed_hour VALUES (?, ?, ?)", billed).fetchall())
        rows = []
        for part in range(4 if known_import is not None else 0):
            assert known_import is not None
            first = part == 0
            row = (start_s + 900 * part, known_import * first, None if known_export is None else known_export * first)
            rows.append(row)
        store.write(lambda c: c.executemany("INSERT INTO quarter VALUES (?, ?, ?, 0)", rows).fetchall())

    for number, hour in enumerate(hours):
        put(to_ms(MIDNIGHT + HOUR * number) // 1000, hour)
    store.close()
    with Reader(path) as reader:
        return compare(reader.connection, *ALWAYS)


@pytest.mark.parametrize(
    ("billed", "known", "differs"),
    [
        (1500, 1500, False),
        (1500, 1510, False),  # 10 Wh
        (1500, 1516, True),
        (1500, 1484, True),
        (5000, 5050, False),  # 1 %
        (5000, 5051, True),
        (5, 14, False),
        (0, 11, True),
        (None, 11, False),
    ],
)
def test_what_differs(tmp_path: Path, billed: int | None, known: int, differs: bool) -> None:
    bought = compared(tmp_path / "a.db", (billed, known, None, None))
    assert [hour.differs for hour in bought.hours] == [differs]
    assert len(bought.differing) == differs
    fed = compared(tmp_path / "b.db", (0, 0, billed, known))
    assert [hour.differs for hour in fed.hours] == [differs]


def test_what_the_ledger_does_not_know_whole_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    comparison = compared(path, (1000, 1000, None, None), (1000, None, None, None))
    assert len(comparison.hours) == 1
    assert comparison.unknown == 1
    store = Store(path)
    store.write(lambda c: c.execute("DELETE FROM quarter WHERE import_wh = 1000").fetchall())
    store.close()
    with Reader(path) as reader:
        assert compare(reader.connection, *ALWAYS).unknown == 2


def test_days_are_local_and_have_what_both_know(tmp_path: Path) -> None:
    comparison = compared(tmp_path / "hub.db", *[(100, 102, None, 7)] * 24, (100, None, None, None), (50, 60, 9, None))
    assert comparison.unknown == 1
    days = comparison.days()
    assert [day.start for day in days] == [MIDNIGHT, MIDNIGHT + 25 * HOUR]
    assert (days[0].billed_import_wh, days[0].import_wh) == (2400, 2448)
    assert (days[0].billed_export_wh, days[0].export_wh) == (None, None)
    assert [day.differs for day in days] == [True, False]
    total = comparison.total()
    assert total is not None
    assert (total.billed_import_wh, total.import_wh) == (2450, 2508)


def test_nothing_to_compare(tmp_path: Path) -> None:
    comparison = compared(tmp_path / "hub.db")
    assert comparison.days() == ()
    assert comparison.total() is None
