"""What is told of one facility besides its card: its last orders, its restarts, and the warranty of its adapter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hanport.grid.config import GridConfig
from hanport.grid.customer import orders
from hanport.grid.customer.capacities import Capacity
from hanport.grid.customer.cards import Card
from hanport.grid.customer.orders import Brief
from hanport.grid.ordering import warranty
from hanport.grid.ordering.restart import restarts_of
from hanport.grid.ordering.warranty import Offer
from hanport.grid.ordering.wish import OrderError


@dataclass(frozen=True, slots=True)
class Details:
    """`restarts`: within a year. `offer` is what another adapter costs; None where none is known in the meter."""

    orders: tuple[Brief, ...]
    restarts: int
    offer: Offer | None


def details(connection: Connection, config: GridConfig, card: Card, person_id: int, at: datetime) -> Details:
    """The rest of a facility's page."""
    return Details(
        orders=orders.at_facility(connection, card.id, _contracts(card.capacities, at), person_id),
        restarts=restarts_of(connection, card.meter.id, at) if card.meter else 0,
        offer=offer_of(connection, config, card, at),
    )


def offer_of(connection: Connection, config: GridConfig, card: Card, at: datetime) -> Offer | None:
    """What another adapter for the facility's meter costs."""
    if card.meter is None:
        return None
    try:
        return warranty.offer(connection, config, card.meter.id, at)
    except OrderError:
        return None


def _contracts(acts: Sequence[Capacity], at: datetime) -> list[int]:
    return [each.contract_id for each in acts if each.has_begun(at)]
