"""What somebody is about to order, before it is signed: where, for whom, and what is left out with the reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from hanport.grid.customer import capacities, cards
from hanport.grid.customer.capacities import MOST, Wanted
from hanport.grid.customer.cards import Card
from hanport.grid.eid.wording import OrderLine
from hanport.grid.ordering.wish import Wish
from hanport.grid.orders import Kind


@dataclass(frozen=True, slots=True)
class Line:
    """One order as it is read before it is signed. `order_id` is "" while there is no draft of it."""

    kind: Kind
    gsrn: str
    address: str
    meters: tuple[str, ...]
    on_behalf_of: str = ""
    price_ore: int | None = None
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What is ordered, and what cannot be. `reasons`: what whoever made the drafts has written. `wishes` are sorted by
    facility, the order in which facilities are locked: two who order the same do not wait for each other.
    """

    lines: tuple[Line, ...]
    left_out: tuple[Card, ...] = ()
    reasons: tuple[str, ...] = ()
    wishes: tuple[Wish, ...] = field(default=(), repr=False)

    @property
    def is_priced(self) -> bool:
        """Whether it costs something."""
        return any(line.price_ore for line in self.lines)

    def has(self, kind: Kind) -> bool:
        """Whether something of that kind is among it."""
        return any(line.kind == kind for line in self.lines)


def strangers(connection: Connection, person_id: int, gsrns: Collection[str], at: datetime) -> list[str]:
    """Those of the facilities that are not the person's."""
    seen = capacities.seen_ids(connection, person_id, gsrns, at)
    return [each for each in gsrns if each not in seen]


def of_facilities(connection: Connection, person_id: int, gsrns: Sequence[str], at: datetime) -> Review:
    """An opening of each of them. All must be the person's."""
    seen = capacities.seen_ids(connection, person_id, gsrns, at)
    return _review(cards.cards(connection, person_id, [seen[each] for each in gsrns if each in seen], at))


def usual(connection: Connection, person_id: int, at: datetime) -> Review | None:
    """The usual case, which needs no choice: one facility alone can be opened. None: there are several, or none."""
    found = capacities.find(connection, person_id, at, Wanted(size=MOST))
    if found.total > MOST:
        return None
    openable = [each for each in cards.cards(connection, person_id, found.facility_ids, at) if each.can_open]
    return _review(openable) if len(openable) == 1 else None


def of_lines(lines: Sequence[OrderLine], reasons: tuple[str, ...] = ()) -> Review:
    """Drafts that wait for a signature."""
    return Review(
        reasons=reasons,
        lines=tuple(
            Line(
                kind=line.kind,
                gsrn=line.gsrn,
                address=line.address,
                meters=tuple(f"{meter.name} {meter.serial}".strip() for meter in line.meters),
                on_behalf_of=line.on_behalf_of,
                price_ore=line.price_ore,
                order_id=line.order_id,
            )
            for line in lines
        ),
    )


def _review(found: Sequence[Card]) -> Review:
    openable = [each for each in found if each.can_open]
    return Review(
        lines=tuple(_line(each) for each in openable),
        left_out=tuple(each for each in found if not each.can_open),
        wishes=tuple(Wish(Kind.OPEN, each.gsrn, on_behalf_of=_key(each)) for each in sorted(openable, key=_by_id)),
    )


def _line(card: Card) -> Line:
    meters = (f"{card.meter.name} {card.meter.serial}".strip(),) if card.meter else ()
    behalf = card.acting.customer_name if card.acting else ""
    return Line(Kind.OPEN, card.gsrn, card.place.address, meters, behalf)


def _key(card: Card) -> str:
    return card.acting.customer_key if card.acting else ""


def _by_id(card: Card) -> int:
    return card.id
