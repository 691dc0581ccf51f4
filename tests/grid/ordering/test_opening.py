"""Who may open a port, and what stands then."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from grid.conftest import START
from grid.ordering.desk import CONFIG, Desk
from grid.town import Town, gsrn, person_number
from hanport.grid.database import tables
from hanport.grid.ordering.taking import OrderError, Wish, draft, sign, take
from hanport.grid.ordering.wish import NotEligible
from hanport.grid.orders import Kind, State
from hanport.grid.workdays import deadline


def test_a_holder_opens_and_the_command_is_in_the_outbox(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, contract_id = town.household()
    taken = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    assert (taken.state, taken.why, taken.is_repeat) == (State.RIGHT_CHECKED, "", False)
    assert taken.deadline_at == deadline(START)
    assert desk.commands(meter_id) == [("open", "queued", taken.order_id)]
    row = desk.row(taken.order_id)
    assert (row.contract_id, row.customer_id, row.power_id) == (contract_id, customer_id, None)
    assert (row.identity, row.staff, row.signed_at) == ("desk", "anna", START)
    assert desk.actions() == ["order.draft", "order.signed", "order.right_checked", "command.queued"]
    assert b"passport" not in row.evidence_sealed


def test_a_double_click_is_one_order(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    first = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    second = desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    assert (second.order_id, second.is_repeat) == (first.order_id, True)
    assert len(desk.commands(meter_id)) == 1


def test_a_joint_holder_is_told_that_it_is_asked_already(town: Town, desk: Desk) -> None:
    facility_id, _, one, _ = town.household()
    facility_id = town.facility()
    town.meter(facility_id)
    other = town.customer()
    town.contract(facility_id, one, other)
    first = desk.order(Kind.OPEN, facility_id, desk.person(one))
    second = desk.order(Kind.OPEN, facility_id, desk.person(other))
    assert (second.order_id, second.is_repeat) == (first.order_id, True)


def test_an_agent_opens_for_the_holder(town: Town, desk: Desk) -> None:
    facility_id, _, customer_id, _ = town.household()
    agent_id = town.person()
    assert desk.order(Kind.OPEN, facility_id, agent_id).why == "not_holder"
    power_id = town.power(customer_id, agent_id, ends_at=START + timedelta(days=1))
    taken = desk.order(Kind.OPEN, facility_id, agent_id)
    assert taken.state is State.RIGHT_CHECKED
    row = desk.row(taken.order_id)
    assert (row.customer_id, row.power_id, row.person_id) == (customer_id, power_id, agent_id)


def test_a_company_opens_through_its_signatory_alone(town: Town, desk: Desk) -> None:
    facility_id = town.facility()
    town.meter(facility_id)
    person_id = town.person()
    company = town.customer(person_id=person_id, kind="legal")
    town.contract(facility_id, company)
    refused = desk.order(Kind.OPEN, facility_id, person_id)
    assert (refused.state, refused.why) == (State.REFUSED, "not_holder")
    signatory = town.person()
    town.power(company, signatory, basis="signatory")
    assert desk.order(Kind.OPEN, facility_id, signatory).state is State.RIGHT_CHECKED


@pytest.mark.parametrize(
    ("power", "why"),
    [
        ({"ends_at": START}, "no_power"),
        ({"begins_at": START + timedelta(seconds=1)}, "no_power"),
        ({"may_open": False}, "not_holder"),
    ],
)
def test_a_power_counts_while_it_is_valid_and_for_opening(
    town: Town, desk: Desk, power: dict[str, object], why: str
) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    agent_id = town.person()
    town.power(customer_id, agent_id, **power)
    taken = desk.order(Kind.OPEN, facility_id, agent_id)
    assert (taken.state, taken.why) == (State.REFUSED, why)
    assert desk.commands(meter_id) == []


def test_an_agent_of_several_says_for_whom(town: Town, desk: Desk) -> None:
    facility_id = town.facility()
    town.meter(facility_id)
    one, other = town.customer(), town.customer()
    town.contract(facility_id, one, other)
    agent_id = town.person()
    town.power(one, agent_id)
    town.power(other, agent_id)
    key = desk.value(tables.customer.c.key, tables.customer.c.id == other)
    taken = desk.order(Kind.OPEN, facility_id, agent_id, on_behalf_of=key)
    assert desk.row(taken.order_id).customer_id == other
    with pytest.raises(OrderError, match="No customer"):
        desk.order(Kind.OPEN, facility_id, agent_id, on_behalf_of="nobody")


def test_a_former_holder_is_refused_and_it_is_kept(town: Town, desk: Desk) -> None:
    facility_id = town.facility()
    meter_id = town.meter(facility_id)
    former = town.customer()
    town.contract(facility_id, former, ends=START)
    taken = desk.order(Kind.OPEN, facility_id, desk.person(former))
    assert (taken.state, taken.why) == (State.REFUSED, "no_contract")
    assert desk.row(taken.order_id).ended_at == START
    assert desk.actions() == ["order.draft", "order.signed", "order.refused"]
    assert desk.commands(meter_id) == []


def test_a_request_whose_right_has_ended_does_not_stand_in_the_way(town: Town, desk: Desk) -> None:
    facility_id = town.facility()
    town.meter(facility_id)
    one, other = town.customer(), town.customer()
    contract_id = town.contract(facility_id, one, other)
    first = desk.order(Kind.OPEN, facility_id, desk.person(one))
    desk.change(
        update(tables.contract_holder)
        .where(tables.contract_holder.c.contract_id == contract_id, tables.contract_holder.c.customer_id == one)
        .values(ends_at=START)
    )
    second = desk.order(Kind.OPEN, facility_id, desk.person(other))
    assert second.order_id != first.order_id
    assert second.state is State.RIGHT_CHECKED


def test_a_held_port_is_released_by_a_fresh_signature(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    batch = {"id": "B1", "state": "applied", "source": "x.csv", "digest": b"", "made_by": "anna", "made_at": START}
    desk.change(insert(tables.import_batch).values(batch | {"approvals": [], "summary": {}}))
    desk.change(update(tables.port).where(tables.port.c.meter_id == meter_id).values(held_by="B1"))
    desk.order(Kind.OPEN, facility_id, desk.person(customer_id))
    assert [kind for kind, *_ in desk.commands(meter_id)] == ["open"]
    assert "port.released" in desk.actions()


def test_what_stands_in_the_way_is_said_before_anybody_signs(town: Town, desk: Desk) -> None:
    facility_id, meter_id, customer_id, _ = town.household()
    person_id = desk.person(customer_id)
    with desk.database.writing("customer") as work:
        drafted = draft(work, CONFIG, Wish(Kind.OPEN, desk.gsrn(facility_id)))
    model = {"maker": "Kamstrup", "model": "OMNIA", "can_open": False, "can_restart": False}
    desk.change(insert(tables.meter_model).values(model))
    with pytest.raises(NotEligible) as wrong:
        desk.order(Kind.OPEN, facility_id, person_id)
    assert wrong.value.reason == "model_cannot"
    with desk.database.writing("customer") as work:
        signed = sign(work, CONFIG, drafted, desk.identity(desk.number(person_id)))
    assert (signed.state, signed.why) == (State.REFUSED, "model_cannot")
    town.exemption(facility_id)
    with pytest.raises(NotEligible) as wrong:
        desk.order(Kind.OPEN, facility_id, person_id)
    assert wrong.value.reason == "exempted"
    assert desk.states(facility_id) == [("open", "refused")]
    assert desk.commands(meter_id) == []


def test_no_facility_no_order(desk: Desk) -> None:
    with pytest.raises(OrderError, match="No facility"), desk.database.writing("x") as work:
        take(work, CONFIG, Wish(Kind.OPEN, gsrn(999)), desk.identity(person_number(1)))
    assert desk.actions() == []
