"""How orders are shown."""

from datetime import timedelta

import pytest

from grid.conftest import START
from grid.ordering.desk import Desk
from grid.town import Town, gsrn
from hanport.grid.ordering.status import facility_of, orders_of, status
from hanport.grid.ordering.wish import OrderError
from hanport.grid.orders import Kind, State
from hanport.grid.workdays import deadline


def test_an_order_is_shown_with_its_command(town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, _ = town.household()
    agent_id = town.person()
    town.power(customer_id, agent_id)
    taken = desk.order(Kind.OPEN, facility_id, agent_id, reason="wants to see it")
    with desk.database.reading() as connection:
        found = status(connection, taken.order_id)
        assert orders_of(connection, facility_id) == [found]
        assert facility_of(connection, desk.gsrn(facility_id)) == facility_id
        with pytest.raises(OrderError):
            status(connection, "nothing")
        with pytest.raises(OrderError):
            facility_of(connection, gsrn(999))
    assert (found.kind, found.state, found.by_agent) == (Kind.OPEN, State.RIGHT_CHECKED, True)
    assert (found.identity, found.staff, found.reason) == ("desk", "anna", "wants to see it")
    assert (found.last_command, found.deadline_at) == ("queued", deadline(START))
    assert not found.is_late(deadline(START) - timedelta(seconds=1))
    assert found.is_late(deadline(START))


def test_orders_come_newest_first(town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, contract_id = town.household()
    times = [START - timedelta(days=days) for days in (3, 1, 2)]
    made = {at: town.request(contract_id, customer_id, created_at=at) for at in times}
    with desk.database.reading() as connection:
        assert [each.id for each in orders_of(connection, facility_id)] == [made[at] for at in sorted(times)[::-1]]
        assert len(orders_of(connection, facility_id, limit=2)) == 2
