"""A personal number that went through the API in every way stands nowhere: not in answers, the log or the database."""

import logging
from io import StringIO
from pathlib import Path

import httpx
import pytest

from grid.planted import found_in
from grid.town import gsrn, person_number
from hanport.grid.api.endpoint import ROOT
from hanport.grid.context import Grid
from hanport.logs import JsonLines

NUMBER = person_number(70_001)
DASHED = f"{NUMBER.digits[:8]}-{NUMBER.digits[8:]}"


def requests() -> list[tuple[str, str, object]]:
    """Method, path and body; those that are right, and those with the number where it does not belong."""
    where = gsrn(1)
    order = {"kind": "open", "gsrn": where, "number": DASHED, "checked_by": "desk", "staff": "Karin"}
    customer = {"kind": "customer", "fields": {"key": "K1", "number": NUMBER.digits, "name": "Anna"}}
    return [
        ("PUT", f"/facilities/{where}", {"address": "Storgatan 1"}),
        ("PUT", "/meters/M1", {"maker": "Kamstrup", "model": "X", "facility": where, "from": "2026-01-01"}),
        ("POST", "/records", {"records": [customer]}),
        ("PUT", "/contracts/A1", {"facility": where, "customer": "K1", "from": "2026-01-01"}),
        ("POST", "/orders", order | {"document": f"passport of {DASHED}", "reason": f"asked by {DASHED}"}),
        ("POST", "/orders", order | {"document": "passport", "staff": DASHED, "kind": "close"}),
        ("POST", "/orders/close", {"gsrn": where, "staff": NUMBER.digits, "reason": DASHED}),
        ("POST", "/orders/search", {"number": NUMBER.digits}),
        ("POST", "/log/search", {"number": DASHED}),
        ("PUT", f"/customers/{NUMBER.digits}", {"number": NUMBER.digits}),
        ("PUT", "/customers/K2", {"number": NUMBER.digits, "name": DASHED}),
        ("PUT", "/customers/K2", {NUMBER.digits: "x"}),
        ("POST", "/records", {"records": [{"kind": NUMBER.digits, "fields": {DASHED: DASHED}}]}),
        ("POST", "/events", {"key": DASHED, "kind": "move_in", "facility": where, "at": "2026-11-01"}),
        ("GET", f"/orders/{NUMBER.digits}", None),
        ("GET", f"/nowhere/{DASHED}", None),
        ("POST", "/imports/i1/reject", {"reason": DASHED}),
        ("POST", "/head-ends/vendor/answers", {"id": DASHED, "state": "done", "at": NUMBER.digits}),
        ("POST", "/head-ends/vendor/states", {"states": [{"meter_serial": DASHED, "port": "open", "at": DASHED}]}),
    ]


async def test_the_number_is_found_nowhere(api: httpx.AsyncClient, grid: Grid) -> None:
    said = StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the client of this test, as logs.set_up does
    try:
        for method, path, body in requests():
            headers = {"idempotency-key": f"{path}{DASHED}"[:100]} if method == "POST" else {}
            answer = await api.request(method, ROOT + path, json=body, headers=headers)
            assert answer.status_code < 500
            assert found_in(answer.content, NUMBER) == [], (method, path, answer.text)
            assert found_in(repr(answer.headers).encode(), NUMBER) == []
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert "request" in said.getvalue()
    assert found_in(said.getvalue().encode(), NUMBER) == []
    if grid.database.engine.dialect.name == "sqlite":
        file = Path(grid.database.engine.url.database or "")
        for name in ("", "-wal"):
            assert found_in(file.with_name(file.name + name).read_bytes(), NUMBER) == [], name
    else:
        with grid.database.reading() as connection:
            tables = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for table in tables.scalars().all():
                rows = connection.exec_driver_sql(f'SELECT * FROM "{table}"').all()
                assert found_in(repr(rows).encode(), NUMBER) == [], table


def test_the_search_would_find_it() -> None:
    with pytest.raises(AssertionError):
        assert found_in(f"x{DASHED}".encode(), NUMBER) == []
