"""SQL never narrows too much: for every meter that it leaves out, the law has nothing to do."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from grid.conftest import START
from grid.reconcile.hands import CONFIG, Hands, later
from grid.town import BEGIN, Town
from hanport.clock import ManualClock
from hanport.grid.database.tables import command, user_change
from hanport.grid.database.work import Database
from hanport.grid.headend.contract import CommandKind, PortState
from hanport.grid.orders import Kind, State
from hanport.grid.reconcile.decision import Expected, Goal, decide
from hanport.grid.reconcile.narrowing import due, sweep_candidates
from hanport.grid.reconcile.sweep import read_all, sweep
from hanport.grid.reconcile.view import load, pace_of

PACE = pace_of(CONFIG)


def _often(value: Any, *others: Any) -> st.SearchStrategy[Any]:
    """Mostly that value: a meter in which all is random is never quiet."""
    return st.sampled_from([value] * 6 + list(others))


def _about(*days: float) -> st.SearchStrategy[Any]:
    return st.sampled_from([START + timedelta(days=each) for each in days])


ports = st.fixed_dictionaries(
    {
        "reported": _often("closed", *(each.value for each in PortState)),
        "reported_at": _about(-40, -29.9, -3, -0.1),
        "may_be_open": _often(False, True),
        "expected": _often("", *(each.value for each in Expected)),
        "goal": _often("", *(each.value for each in Goal)),
        "doubt_until": _often(None, START - timedelta(hours=1), START + timedelta(hours=1)),
        "closing_due_at": _often(None, START + timedelta(hours=9)),
        "review_at": _often(START + timedelta(days=1), None, START + timedelta(days=90), START - timedelta(days=1)),
    }
)
requests = st.lists(
    st.fixed_dictionaries(
        {
            "kind": _often("open", *(each.value for each in Kind)),
            "state": st.sampled_from([each.value for each in State]),
            "withdrawn_at": _often(None, START - timedelta(hours=1), START + timedelta(hours=1)),
        }
    ),
    max_size=2,
)


def _house(town: Town, port: dict[str, Any], orders: list[dict[str, Any]]) -> tuple[int, int]:
    facility_id, meter_id, customer_id, contract_id = town.household()
    Hands(town.database).set_port(meter_id, **port)
    for each in orders:
        town.request(contract_id, customer_id, **each)
    return facility_id, meter_id


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ports, requests, st.tuples(_often(False, True), _often(False, True), _often(None, *CommandKind)))
def test_whoever_is_left_out_needs_nothing(
    town: Town, port: dict[str, Any], orders: list[dict[str, Any]], marks: tuple[bool, bool, CommandKind | None]
) -> None:
    facility_id, meter_id = _house(town, port, orders)
    is_exempted, user_changed, live = marks
    if is_exempted:
        town.exemption(facility_id)
    with town.database.writing("system") as work:
        if user_changed:
            change = {"key": f"Z{meter_id}", "facility_id": facility_id, "at": BEGIN + timedelta(days=9)}
            work.connection.execute(insert(user_change).values(change))
        if live is not None:
            row: dict[str, Any] = {
                "id": f"c-{meter_id}",
                "meter_id": meter_id,
                "kind": live.value,
                "state": "queued",
                "why": "",
            }
            work.connection.execute(insert(command).values(row | {"created_at": START, "not_before": START}))
    with town.database.reading() as connection:
        span = sweep_candidates(connection, START, PACE, after=meter_id - 1, size=1)
        assert span is not None and (span.count, span.last) == (1, meter_id)
        if span.candidates:
            return
        known = load(connection, CONFIG, [meter_id], START)[meter_id]
        step = decide(known.view, known.right, START, PACE)
        assert (step.issues, step.recalls, step.must_close) == (None, False, False)
        assert not known.right.is_open and step.settled and not known.orders
        assert step.look_at is None or step.look_at > START  # a later sweep finds it then, whatever its row says


def test_a_quiet_meter_is_left_out(town: Town) -> None:
    quiet = {"reported": "closed", "reported_at": START, "review_at": START + timedelta(days=30)}
    _, meter_id = _house(town, quiet, [])
    with town.database.reading() as connection:
        span = sweep_candidates(connection, START, PACE, after=0, size=10)
        assert span is not None and (span.last, span.candidates) == (meter_id, [])
        assert sweep_candidates(connection, START, PACE, after=meter_id, size=10) is None


def test_what_is_due_comes_in_the_order_of_its_time(town: Town) -> None:
    meters = [_house(town, {"review_at": START - timedelta(hours=hours)}, [])[1] for hours in (1, 3, 2, -1)]
    with town.database.reading() as connection:
        assert due(connection, START, 10) == [meters[1], meters[2], meters[0]]
        assert due(connection, START, 1) == [meters[1]]


async def test_the_sweep_finds_what_was_forgotten(database: Database, town: Town, clock: ManualClock) -> None:
    """Rows that say `not before next year`, or nothing at all, hide nobody."""
    hands, never = Hands(database), {"review_at": None}
    asked = {"kind": "open", "state": "right_checked"}
    read_closed = {"reported": "closed", "reported_at": START}
    read_open = {"reported": "open", "reported_at": START, "may_be_open": True}
    _, to_open = _house(town, read_closed | never, [asked])
    _, to_close = _house(town, read_open | never, [])
    _, to_verify = _house(town, read_closed | never, [])
    _, fine = _house(town, read_open | {"review_at": START + timedelta(hours=24)}, [asked | {"state": "read_back"}])
    found = sweep(database, CONFIG)
    assert (found.passed, found.judged, found.reviewed, found.commands) == (4, 4, 3, 2)
    assert hands.commands(to_open) == [("open", "queued")]
    assert hands.commands(to_close) == [("close", "queued")]
    assert hands.commands(to_verify) == [] and hands.port(to_verify).review_at == START + timedelta(days=30)
    assert hands.commands(fine) == []
    assert sweep(database, CONFIG, lambda: False).passed == 0
    await later(clock, days=31)
    assert sweep(database, CONFIG).commands == 2


def test_after_a_restored_backup_every_meter_is_read(database: Database, town: Town) -> None:
    """What was opened since the backup is found open without right."""
    hands, fine = Hands(database), {"reported_at": START, "review_at": START + timedelta(days=1)}
    _, closed = _house(town, {"reported": "closed"} | fine, [])
    _, opened = _house(town, {"reported": "open", "may_be_open": True} | fine, [{"kind": "open", "state": "read_back"}])
    _, under_way = _house(town, {"expected": "unknown"} | fine, [{"kind": "open", "state": "sent"}])
    with database.writing("staff") as work:
        assert read_all(work) == 2
    sweep(database, CONFIG)
    assert hands.commands(closed) == hands.commands(opened) == [("read", "queued")]
    assert hands.commands(under_way) == [("open", "queued")]
    for leased in hands.take():
        if leased.command.kind is CommandKind.READ:
            hands.answer(leased.command.id, port=PortState.OPEN)
    assert hands.commands(closed)[-1] == ("close", "queued")
    assert hands.port(opened).expected == ""
