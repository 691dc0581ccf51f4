"""Closing many at once: all or none."""

import pytest

from grid.ordering.desk import CONFIG, Desk
from grid.reconcile.hands import Hands
from grid.town import Town, gsrn
from hanport.grid.database.work import Database
from hanport.grid.orders import Kind
from hanport.grid.staff import accounts, bulk
from hanport.grid.staff.proposals import ProposalError
from hanport.grid.staff.roles import Role


def test_many_ports_are_closed_in_one_go(database: Database, town: Town) -> None:
    desk, hands = Desk(database), Hands(database)
    places = [town.household() for _ in range(3)]
    for facility_id, _, customer_id, _ in places:
        desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
        hands.opened()
    listed = "\n".join(desk.gsrn(place[0]) for place in reversed(places))
    with database.writing("staff:Bo") as work:
        member = accounts.add(work, "Bo", [Role.APPROVER])
        gsrns = bulk.read_list(work.connection, listed)
        assert bulk.open_among(work.connection, gsrns) == 3
        done = bulk.close_all(work, CONFIG, gsrns, by=("Anna", member), reason="fel")
    assert done == {"orders": 3, "repeats": 0}
    for facility_id, meter_id, *_ in places:
        assert ("close", "right_checked") in desk.states(facility_id)
        assert desk.commands(meter_id)[-1][0] == "close"


def test_a_list_has_a_bound_and_names_its_lines(database: Database, town: Town) -> None:
    town.facility()
    with database.reading() as connection:
        assert bulk.read_list(connection, f" {gsrn(1)},\n\n{gsrn(1)} ;\n") == [gsrn(1)]
        for text, said in (
            ("", "1 to 500"),
            ("\n".join(gsrn(n) for n in range(501)), "1 to 500"),
            (f"{gsrn(1)}\nx", "Line 2"),
            (f"\n\n{gsrn(99)}", "Line 3"),
        ):
            with pytest.raises(ProposalError, match=said):
                bulk.read_list(connection, text)
