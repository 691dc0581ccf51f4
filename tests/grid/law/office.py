"""People ask for things: the oracle says who may, and the product must say the same."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from grid.law.oracle import Asked
from grid.law.play import CONFIG, Play
from grid.town import person_number
from hanport.grid.database.tables import contract, customer, order, power
from hanport.grid.ordering.identity import CheckedIdentity
from hanport.grid.ordering.taking import OrderError, Taken, Wish, cancel, close_by_staff, take
from hanport.grid.ordering.wish import NotEligible
from hanport.grid.orders import ImpossibleStep, Kind, State
from hanport.grid.right import IdentityCheck


def ask_open(play: Play, person: int, facility: str) -> None:
    """Somebody asks for an opening: taken if, and only if, the oracle finds a capacity in which that is right."""
    try:
        taken = _take(play, Kind.OPEN, person, facility)
    except NotEligible as said:
        meter = _meter_at(play, facility, play.clock.now())
        assert meter is None or _is_exempt(play, facility), f"nobody can open it there: {said.reason}"
        return
    now = play.last_write_at()
    meter = _meter_at(play, facility, now)
    could = play.world.could_ask(person, facility, now)
    if taken.state is State.REFUSED:
        assert not could or meter is None or _is_exempt(play, facility), f"refused with {taken.why}, and had the right"
        return
    assert could, "taken without a right"
    assert meter is not None
    if not taken.is_repeat:
        play.world.asked.append(_asked(play, taken.order_id, person, facility))
    assert play.world.may_be_open(meter, now)


def ask_close(play: Play, person: int, facility: str) -> None:
    """Somebody asks for a closing: a holder of now always gets it, and the requests are withdrawn at once."""
    taken = _take(play, Kind.CLOSE, person, facility)
    now = play.last_write_at()
    mine = [
        key
        for key, each in play.world.contracts.items()
        if each.facility == facility
        and any(play.world.persons[who] == person and play.world.holds(who, each, now) for who, _ in each.holders)
    ]
    assert taken.state is not State.REFUSED or not mine, "a holder was refused a closing"
    play.follow()
    assert all(each.withdrawn for each in play.world.asked if each.facility == facility and each.contract in mine)


def staff_close(play: Play, facility: str) -> None:
    """Staff close, with a reason."""
    play.write(lambda work: close_by_staff(work, CONFIG, facility, staff="anna", reason="report of a break-in"))
    play.follow()
    here = [key for key, each in play.world.contracts.items() if each.facility == facility]
    assert all(each.withdrawn for each in play.world.asked if each.facility == facility and each.contract in here)


def take_back(play: Play, n: int) -> None:
    """A customer takes an order back."""
    if not play.world.asked:
        return
    asked = play.world.asked[n % len(play.world.asked)]
    try:
        play.write(lambda work: cancel(work, CONFIG, asked.order, reason="changed my mind"))
    except (OrderError, ImpossibleStep):
        return
    play.follow()
    assert asked.withdrawn


def _take(play: Play, kind: Kind, person: int, facility: str) -> Taken:
    number, at = person_number(person), play.clock.now()
    identity = CheckedIdentity(number, IdentityCheck.DESK, at, b"passport shown", "anna")
    taken = play.write(lambda work: take(work, CONFIG, Wish(kind, facility), identity), "customer")
    play.follow()
    return taken


def _meter_at(play: Play, facility: str, at: datetime) -> str | None:
    return next((each for each in play.field.is_open if play.world.facility_of(each, at) == facility), None)


def _is_exempt(play: Play, facility: str) -> bool:
    return any(where == facility for where, _ in play.world.exemptions.values())


def _asked(play: Play, order_id: str, person: int, facility: str) -> Asked:
    with play.database.reading() as connection:
        row = _row(connection, order_id)
    return Asked(order_id, facility, row.contract_key, row.customer_key, person, row.power_key, row.signed_at)


def _row(connection: Connection, order_id: str) -> Row[Any]:
    keys = [
        contract.c.key.label("contract_key"),
        customer.c.key.label("customer_key"),
        power.c.key.label("power_key"),
        order.c.signed_at,
    ]
    joined = order.join(contract, contract.c.id == order.c.contract_id)
    joined = joined.join(customer, customer.c.id == order.c.customer_id)
    joined = joined.outerjoin(power, power.c.id == order.c.power_id)
    return connection.execute(select(*keys).select_from(joined).where(order.c.id == order_id)).one()
