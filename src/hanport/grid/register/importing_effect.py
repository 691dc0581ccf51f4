"""What new facts of a facility would do to its ports: which they would close, and which they would open.

Not only now: facts that end next week close ports next week, and nobody would be asked then. A meter that takes the
place of another closes one port and opens another for the same request, and counts as neither; but only a meter that
was in no other house. Where a file has its meters in the wrong order, each would open the port of a neighbour.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from hanport.grid.right import Facts, Request, boundaries, right


@dataclass(frozen=True, slots=True)
class Closing:
    """A port that may be open loses its right, at that instant."""

    facility_id: int
    meter_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Ports:
    """What is known of the ports: those that may be open, and the meters that the facts before have elsewhere."""

    may_be_open: Collection[int]
    elsewhere: Collection[int]


@dataclass(frozen=True, slots=True)
class Effect:
    """The ports that would lose the right, each once, and the meters whose ports would get it."""

    closings: tuple[Closing, ...] = ()
    openings: tuple[int, ...] = ()


def effect_of(before: Facts, after: Facts, at: datetime, ports: Ports) -> Effect:
    """What it means for one facility that `before` becomes `after` at that instant."""
    if before == after:
        return Effect()
    closings: dict[int, Closing] = {}
    openings: dict[int, None] = {}
    kept: dict[int, str] = {}  # the rights that stand on from the instant before
    for instant in sorted({at} | {each for facts in (before, after) for each in boundaries(facts) if each > at}):
        had, has = _rights(before, instant), _rights(after, instant)
        known = {*had.values(), *kept.values()}
        stays = {meter for meter, request in has.items() if meter in had or kept.get(meter) == request}
        exchanged = {meter for meter in has if has[meter] in known and meter not in ports.elsewhere} - stays
        replaced = {has[meter] for meter in exchanged}
        for meter, request in had.items():
            if meter not in has and meter in ports.may_be_open and request not in replaced:
                closings.setdefault(meter, Closing(before.facility_id, meter, instant))
        kept = {meter: request for meter, request in has.items() if meter in stays or meter in exchanged}
        openings |= dict.fromkeys(meter for meter in has if meter not in kept)
    return Effect(tuple(closings.values()), tuple(openings))


def _rights(facts: Facts, at: datetime) -> dict[int, str]:
    """The meters whose ports may be open, and the order that gives each the right."""
    meters = {each.meter_id for each in facts.installations if each.period.holds(at)}
    requests: dict[int, Request | None] = {meter: right(facts, meter, at).request for meter in sorted(meters)}
    return {meter: request.order_id for meter, request in requests.items() if request is not None}
