"""Orders: from a verified signature to the command in the outbox, one durable commit each."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Table, func, insert, select

from bench.figure import Figure
from bench.grid_databases import addresses, opened
from bench.grid_people import gsrn, number
from hanport.grid import people
from hanport.grid.config import GridConfig
from hanport.grid.database import tables
from hanport.grid.database.work import Database
from hanport.grid.identifiers import Number, NumberKind
from hanport.grid.ordering.identity import CheckedIdentity
from hanport.grid.ordering.taking import Wish, take
from hanport.grid.orders import Kind, State
from hanport.grid.right import IdentityCheck

_HOUSEHOLDS = 20_000
_ORDERS = 1_500
_ROUND = 300
_THREADS = 8
_TARGET = 200
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_CONFIG = GridConfig()
_EVIDENCE = b"<xmldsig/>" * 600  # a signed answer is some kilobytes


def figures() -> Iterator[Figure]:
    """Orders to open a second among 20 000 households: one after the other on SQLite, eight at once on PostgreSQL."""
    for name, threads in (("SQLite", 1), ("PostgreSQL", _THREADS)):
        with tempfile.TemporaryDirectory() as folder:
            for kind, address in addresses(Path(folder)):
                if kind == name:
                    yield _measured(name, address, threads)


def _measured(name: str, address: str, threads: int) -> Figure:
    with opened(address) as database:
        numbers = fill(database)
        rates = []
        for begin in range(0, _ORDERS, _ROUND):
            chosen = range(begin, begin + _ROUND)
            started_s = time.perf_counter()
            with ThreadPoolExecutor(threads) as pool:
                states = list(pool.map(lambda n: _order(database, n, numbers[n]), chosen))
            rates.append(_ROUND / (time.perf_counter() - started_s))
            assert set(states) == {State.RIGHT_CHECKED}
        with database.reading() as connection:
            queued = connection.execute(select(func.count()).where(tables.command.c.state == "queued")).scalar_one()
        assert queued == _ORDERS
    rate = median(rates)
    if name == "SQLite":
        return Figure("grid.orders", rate, "orders/s", f">= {_TARGET}/s on SQLite", rate >= _TARGET)
    return Figure("grid.orders_postgresql", rate, "orders/s")


def _order(database: Database, n: int, number: Number) -> State:
    identity = CheckedIdentity(number, IdentityCheck.BANKID, database.clock.now(), _EVIDENCE)
    with database.writing("customer") as work:
        return take(work, _CONFIG, Wish(Kind.OPEN, gsrn(n)), identity).state


def fill(database: Database) -> list[Number]:
    """Households with a contract and a meter, straight into the tables; the ids are the same everywhere."""
    numbers = [Number(number(n), NumberKind.PERSON) for n in range(_HOUSEHOLDS)]
    began = {"begins_at": _BEGIN}
    with database.writing("system") as work:
        ids = people.find_or_add_all(work, numbers)
        rows = range(1, _HOUSEHOLDS + 1)
        filled: list[tuple[Table, list[dict[str, Any]]]] = [
            (tables.facility, [{"id": n, "gsrn": gsrn(n - 1), "address": f"Storgatan {n}"} for n in rows]),
            (
                tables.customer,
                [
                    {"id": n, "key": f"K{n}", "kind": "private", "person_id": ids[numbers[n - 1]], "name": f"Kund {n}"}
                    for n in rows
                ],
            ),
            (tables.contract, [{"id": n, "key": f"A{n}", "facility_id": n} | began for n in rows]),
            (tables.contract_holder, [{"contract_id": n, "customer_id": n} | began for n in rows]),
            (tables.meter, [{"id": n, "serial": f"M{n}", "maker": "Kamstrup", "model": "OMNIA"} for n in rows]),
            (tables.installation, [{"meter_id": n, "facility_id": n} | began for n in rows]),
            (tables.port, [{"meter_id": n, "reported": "closed", "reported_at": _BEGIN} for n in rows]),
        ]
        for table, values in filled:
            work.connection.execute(insert(table), values)
    return numbers
