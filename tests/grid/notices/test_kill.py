"""A worker that is killed (kill -9) at any point of telling: everybody is told, and nobody in two different ways."""

import asyncio
import json
import os
import subprocess
import sys
from collections import defaultdict
from email import message_from_bytes
from pathlib import Path

import pytest

from grid.notices import victim
from grid.notices.office import Office
from grid.ordering.desk import Desk
from grid.town import Town
from hanport.clock import SystemClock
from hanport.grid.database.work import Database
from hanport.grid.orders import Kind
from notice_servers import MailServer, mail_server

SAMPLE = (14, 0)  # while it is spread; and 0: between the sending and the writing down
_TESTS = Path(__file__).parents[2]
ALL = (*range(1, 60), 0)


async def _killed(address: str, database: Database, points: tuple[int, ...]) -> None:
    real = Database(database.engine, database.keyring, SystemClock())
    town, desk, office = Town(real), Desk(real), Office(real)
    key = database.keyring.keys[0]
    secrets = {name: getattr(key, name).hex() for name in ("encryption", "lookup", "signing")}
    async with mail_server() as mail:
        for point in points:
            facility_id = town.facility()
            customer_id = town.customer(email=f"{point}@example.se")
            town.meter(facility_id)
            town.contract(facility_id, customer_id)
            desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
            told = {"id": key.id, "address": address, "port": mail.port, "kill_at": point, "after_sending": not point}
            assert await _work(told | secrets) == -9
        assert await _work(told | secrets | {"kill_at": 0, "after_sending": False}) == 0
    assert {row.state for row in office.messages()} == {"sent"}
    _check(mail, office, len(points))


async def _work(told: dict[str, object]) -> int:
    """Run a worker until it is done or killed; gives how it ended."""
    program = [sys.executable, victim.__file__]
    process = await asyncio.create_subprocess_exec(
        *program, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(_TESTS)}
    )
    _, said = await process.communicate(json.dumps(told).encode())
    assert process.returncode in (0, -9), said.decode()
    return process.returncode


def _check(mail: MailServer, office: Office, count: int) -> None:
    arrived = defaultdict(list)
    for each in mail.envelopes:
        assert isinstance(each.content, bytes)
        arrived[message_from_bytes(each.content)["Message-ID"]].append(each.content)
    assert len(arrived) == len(office.messages()) == len(office.links()) == count
    assert {len(set(contents)) for contents in arrived.values()} == {1}
    assert max(len(contents) for contents in arrived.values()) == 2  # the one that was not written down, and no more


async def test_killed_at_points_of_telling(database: Database, place: str) -> None:
    await _killed(place, database, SAMPLE)


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_killed_at_every_point(database: Database, place: str) -> None:
    await _killed(place, database, ALL)
