"""MAY THIS PORT BE OPEN? The law as one pure function of facts, requests and a time.

Mätförordningen (1999:716) 27-29 §§ and 32 §: data leave the meter only when the user of the facility has asked for it
and the company has checked who asked; never after a change of user, a withdrawal, or when there is no user; never where
an authority has exempted the meter. Contract end, move, meter exchange and withdrawal are no special cases but facts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class IdentityCheck(StrEnum):
    """How it was checked who asked."""

    BANKID = "bankid"  # a signature
    LETTER = "letter"  # a one-time code sent to the address on file
    PHONE = "phone"  # on the phone, recorded by staff
    DESK = "desk"  # an identity document, recorded by staff


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant up to, and without, another. None: no end is known."""

    begins: datetime
    ends: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether the instant lies in it."""
        return self.begins <= at and (self.ends is None or at < self.ends)

    def boundaries(self) -> Iterator[datetime]:
        """Where it begins and ends."""
        yield self.begins
        if self.ends is not None:
            yield self.ends


@dataclass(frozen=True, slots=True)
class Holder:
    """One of those who hold a contract. A death ends the period. `acts_alone` is false for companies and estates:
    for them somebody acts under a power.
    """

    customer_id: int
    person_id: int
    acts_alone: bool
    period: Period


@dataclass(frozen=True, slots=True)
class Contract:
    """A network contract for the facility, with its holders, now and before."""

    id: int
    period: Period
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Power:
    """`agent` (a person) may open the port for `grantor` (a customer) while it is valid. Signatories too."""

    id: int
    grantor_id: int
    agent_id: int
    period: Period


@dataclass(frozen=True, slots=True)
class Request:
    """A signed order to open: by which person, for which holder of which contract, under which power if any.

    `identity` is None where nobody has checked it, which makes it void.
    """

    order_id: str
    contract_id: int
    customer_id: int
    person_id: int
    power_id: int | None
    identity: IdentityCheck | None
    signed_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Installation:
    """A meter at the facility, and when."""

    meter_id: int
    period: Period


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one facility and has to do with the right. `user_changes` are instants at which the market
    said that another user moves in: a contract that began before such an instant gives no right from it on.
    """

    facility_id: int
    contracts: tuple[Contract, ...] = ()
    powers: tuple[Power, ...] = ()
    requests: tuple[Request, ...] = ()
    exemptions: tuple[Period, ...] = ()
    installations: tuple[Installation, ...] = ()
    user_changes: tuple[datetime, ...] = ()


class Why(StrEnum):
    """Why a port may be open, or may not."""

    RIGHT = "right"
    NOT_INSTALLED = "not_installed"
    EXEMPTED = "exempted"
    NO_REQUEST = "no_request"
    WITHDRAWN = "withdrawn"
    NO_CONTRACT = "no_contract"
    USER_CHANGED = "user_changed"
    NOT_HOLDER = "not_holder"
    NO_POWER = "no_power"
    NO_IDENTITY = "no_identity"


@dataclass(frozen=True, slots=True)
class Right:
    """The answer: `request` is the one that gives the right. `until` is the next instant at which the answer can change
    although nothing new becomes known; None: never.
    """

    is_open: bool
    why: Why
    request: Request | None
    until: datetime | None


def right(facts: Facts, meter_id: int, at: datetime) -> Right:
    """Whether the port of that meter may be open at that instant, by the facts of its facility."""
    until = min((instant for instant in boundaries(facts) if instant > at), default=None)
    if not any(each.meter_id == meter_id and each.period.holds(at) for each in facts.installations):
        return Right(False, Why.NOT_INSTALLED, None, until)
    if any(exemption.holds(at) for exemption in facts.exemptions):
        return Right(False, Why.EXEMPTED, None, until)
    why = Why.NO_REQUEST
    for request in sorted(facts.requests, key=_newest_first, reverse=True):
        objection = objection_to(request, facts, at)
        if objection is None:
            return Right(True, Why.RIGHT, request, until)
        why = objection if why is Why.NO_REQUEST else why
    return Right(False, why, None, until)


def objection_to(request: Request, facts: Facts, at: datetime) -> Why | None:
    """Why that request gives no right at that instant; None when it does."""
    if request.identity is None:
        return Why.NO_IDENTITY
    if request.signed_at > at:
        return Why.NO_REQUEST
    if request.withdrawn_at is not None and request.withdrawn_at <= at:
        return Why.WITHDRAWN
    contract = next((each for each in facts.contracts if each.id == request.contract_id), None)
    if contract is None or not contract.period.holds(at):
        return Why.NO_CONTRACT
    if any(contract.period.begins < change <= at for change in facts.user_changes):
        return Why.USER_CHANGED
    holders = [each for each in contract.holders if each.customer_id == request.customer_id and each.period.holds(at)]
    if not holders:
        return Why.NOT_HOLDER
    if request.power_id is None:
        alone = any(each.acts_alone and each.person_id == request.person_id for each in holders)
        return None if alone else Why.NOT_HOLDER
    return None if _has_power(request, facts.powers) else Why.NO_POWER


def boundaries(facts: Facts) -> Iterator[datetime]:
    """Every instant at which the answer for the facility can change by itself."""
    yield from facts.user_changes
    for exemption in facts.exemptions:
        yield from exemption.boundaries()
    for installation in facts.installations:
        yield from installation.period.boundaries()
    for contract in facts.contracts:
        yield from contract.period.boundaries()
        for holder in contract.holders:
            yield from holder.period.boundaries()
    for request in facts.requests:
        yield request.signed_at
        if request.withdrawn_at is not None:
            yield request.withdrawn_at


def _has_power(request: Request, powers: tuple[Power, ...]) -> bool:
    """An order made under a valid power is the holder's own: what counts is the instant of the signature."""
    return any(
        power.id == request.power_id
        and power.grantor_id == request.customer_id
        and power.agent_id == request.person_id
        and power.period.holds(request.signed_at)
        for power in powers
    )


def _newest_first(request: Request) -> tuple[datetime, str]:
    return request.signed_at, request.order_id
