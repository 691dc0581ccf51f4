"""A worker that is killed (kill -9) at any point of an opening or a closing: it is done after a restart, once."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import update

from grid.reconcile import victim
from grid.reconcile.hands import Hands
from grid.town import Town
from hanport.clock import SystemClock
from hanport.grid.database.tables import port
from hanport.grid.database.work import Database

SAMPLE = (33, 61)
ALL = range(1, 200)


class Killing:
    """Starts workers, and kills them."""

    def __init__(self, database: Database, address: str, folder: Path) -> None:
        self.database = Database(database.engine, database.keyring, SystemClock())
        self.town, self.hands = Town(self.database), Hands(self.database, victim.CONFIG)
        self.field = folder / "field"
        key = self.database.keyring.keys[0]
        secrets = {name: getattr(key, name).hex() for name in ("encryption", "lookup", "signing")}
        self.told = {"id": key.id, "address": address, "field": str(self.field)} | secrets

    def work(self, reported: str, kill_at: int = 0) -> int:
        """Run a worker until all ports are reported so, or it is killed; gives how it ended."""
        told = json.dumps(self.told | {"reported": reported, "kill_at": kill_at})
        ran = subprocess.run([sys.executable, victim.__file__], input=told.encode(), capture_output=True, timeout=60)
        assert ran.returncode in (0, -9), ran.stderr.decode()
        return ran.returncode

    def check(self, kind: str, count: int) -> None:
        """Each meter was told once, by one command."""
        told = Counter(serial for _, done, serial in victim.effects(self.field) if done == kind)
        assert set(told.values()) == {1} and len(told) == count


def _killed_everywhere(killing: Killing, points: range | tuple[int, ...]) -> None:
    orders, meters, ends = [], [], []
    for point in points:
        _, meter_id, customer_id, contract_id = killing.town.household()
        orders.append(killing.town.request(contract_id, customer_id))
        meters.append(meter_id)
        ends.append(killing.work("open", point))
    assert killing.work("open") == 0
    killing.check("open", len(meters))
    assert {killing.hands.state(order_id) for order_id in orders} == {"read_back"}
    assert victim.open_ports(killing.field) == {killing.hands.serial(meter_id) for meter_id in meters}
    for order_id, meter_id, point in zip(orders, meters, points, strict=True):
        killing.hands.withdraw(order_id)
        with killing.database.writing("system") as work:
            due = update(port).where(port.c.meter_id == meter_id)
            work.connection.execute(due.values(review_at=work.at))
        ends.append(killing.work("closed", point))
    assert killing.work("closed") == 0
    killing.check("close", len(meters))
    assert victim.open_ports(killing.field) == set()
    assert ends[0] == -9 and ends[len(meters)] == -9  # or nothing was shown


def test_killed_at_points_of_an_opening_and_a_closing(database: Database, place: str, tmp_path: Path) -> None:
    _killed_everywhere(Killing(database, place, tmp_path), SAMPLE)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_at_every_point(database: Database, place: str, tmp_path: Path) -> None:
    _killed_everywhere(Killing(database, place, tmp_path), ALL)
