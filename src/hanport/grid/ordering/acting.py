"""In which capacity a person acts for a facility: as holder, joint holder or agent. Decided from facts alone.

Opening: whoever `right.py` has no objection to. Closing is never harder: every holder, every agent, and whoever made
the request, even where the contract or the power has ended since.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from hanport.grid.right import Contract, Facts, Holder, IdentityCheck, Request, Why, objection_to


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, for which customer if that was said, and when. `identity` is how the person was checked."""

    order_id: str
    person_id: int
    customer_id: int | None
    identity: IdentityCheck
    at: datetime


def to_open(facts: Facts, asking: Asking) -> Request | Why:
    """The request as it would stand, or why the person may make none. A holder's own goes before a power."""
    objections: list[Why] = []
    for request in _possible(facts, asking):
        objection = objection_to(request, facts, asking.at)
        if objection is None:
            return request
        objections.append(objection)
    return objections[0] if objections else Why.NOT_HOLDER


def to_close(facts: Facts, asking: Asking, grantor_ids: Collection[int]) -> frozenset[int]:
    """The contracts whose requests the person may withdraw. `grantor_ids`: customers who gave a power valid now."""
    return frozenset(
        contract.id
        for contract in facts.contracts
        if any(_may_close(holder, asking, grantor_ids) for holder in _holders(contract, asking))
        or any(_is_own(request, contract, asking) for request in facts.requests)
    )


def installed(facts: Facts, at: datetime) -> list[int]:
    """The meters at the facility."""
    return sorted({each.meter_id for each in facts.installations if each.period.holds(at)})


def _possible(facts: Facts, asking: Asking) -> Iterator[Request]:
    newest_first = sorted(facts.contracts, key=lambda each: (each.period.begins, each.id), reverse=True)
    pairs = [(contract, holder) for contract in newest_first for holder in _holders(contract, asking)]
    for contract, holder in pairs:
        if holder.person_id == asking.person_id:
            yield _request(asking, contract, holder, None)
    for contract, holder in pairs:
        for power in facts.powers:
            if power.grantor_id == holder.customer_id and power.agent_id == asking.person_id:
                yield _request(asking, contract, holder, power.id)


def _request(asking: Asking, contract: Contract, holder: Holder, power_id: int | None) -> Request:
    return Request(
        order_id=asking.order_id,
        contract_id=contract.id,
        customer_id=holder.customer_id,
        person_id=asking.person_id,
        power_id=power_id,
        identity=asking.identity,
        signed_at=asking.at,
    )


def _holders(contract: Contract, asking: Asking) -> Iterator[Holder]:
    for holder in contract.holders:
        if asking.customer_id in (None, holder.customer_id):
            yield holder


def _may_close(holder: Holder, asking: Asking, grantor_ids: Collection[int]) -> bool:
    return holder.period.holds(asking.at) and (
        holder.person_id == asking.person_id or holder.customer_id in grantor_ids
    )


def _is_own(request: Request, contract: Contract, asking: Asking) -> bool:
    """A request that the person made, or that was made for the person."""
    if request.contract_id != contract.id or request.withdrawn_at is not None:
        return False
    return request.person_id == asking.person_id or any(
        holder.customer_id == request.customer_id and holder.person_id == asking.person_id
        for holder in contract.holders
    )
