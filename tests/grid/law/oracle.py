"""Law 9 once more, in the plainest words: what the world is, and whether a port may be open in it.

It shares nothing with the product but the company's own keys: a difference between the two is a fault of one of them.
"""

from dataclasses import dataclass, field
from datetime import datetime

Span = tuple[datetime, datetime | None]


def covers(span: Span, at: datetime) -> bool:
    """Whether the instant lies in the span."""
    begins, ends = span
    return begins <= at and (ends is None or at < ends)


@dataclass
class Contract:
    """A network contract: where, when, and who held it when."""

    facility: str
    span: Span
    holders: list[tuple[str, Span]]


@dataclass
class Power:
    """One person may act for a customer; `facility` empty: everywhere."""

    grantor: str
    agent: int
    facility: str
    span: Span


@dataclass
class Asked:
    """Somebody has asked for a facility, with a checked identity, for a holder of a contract."""

    order: str
    facility: str
    contract: str
    customer: str
    person: int
    power: str | None
    at: datetime
    withdrawn: bool = False


@dataclass
class World:
    """Everything that is so, as it is known now."""

    persons: dict[str, int] = field(default_factory=dict)  # customer -> person
    kinds: dict[str, str] = field(default_factory=dict)
    deaths: dict[str, datetime] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    powers: dict[str, Power] = field(default_factory=dict)
    exemptions: dict[str, tuple[str, Span]] = field(default_factory=dict)
    stays: list[tuple[str, str, datetime]] = field(default_factory=list)  # meter, facility, from
    moves_in: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # event -> facility, when
    asked: list[Asked] = field(default_factory=list)

    def facility_of(self, meter: str, at: datetime) -> str | None:
        """Where the meter hangs: where it was put last, unless another meter was put there after it."""
        put = [(since, facility) for each, facility, since in self.stays if each == meter and since <= at]
        if not put:
            return None
        last, facility = max(put)
        displaced = any(where == facility and last < since <= at for _, where, since in self.stays)
        return None if displaced else facility

    def may_be_open(self, meter: str, at: datetime) -> bool:
        """Whether the port of the meter may be open."""
        facility = self.facility_of(meter, at)
        if facility is None:
            return False
        return any(each.facility == facility and self.may_ask(each, at) for each in self.asked)

    def may_ask(self, asked: Asked, at: datetime) -> bool:
        """Whether that request gives the right where it was made, and nothing there is exempted."""
        exempted = any(where == asked.facility and covers(span, at) for where, span in self.exemptions.values())
        return not exempted and self.stands(asked, asked.facility, at)

    def stands(self, asked: Asked, facility: str, at: datetime) -> bool:
        """Whether that request gives the right there."""
        contract = self.contracts[asked.contract]
        if asked.withdrawn or not asked.facility == contract.facility == facility or not covers(contract.span, at):
            return False
        if any(where == facility and contract.span[0] < moved <= at for where, moved in self.moves_in.values()):
            return False
        if not self.holds(asked.customer, contract, at):
            return False
        if asked.power is None:
            return self.kinds[asked.customer] == "private" and self.persons[asked.customer] == asked.person
        power = self.powers[asked.power]
        given = (power.grantor, power.agent) == (asked.customer, asked.person)
        return given and power.facility in ("", facility) and covers(power.span, asked.at)

    def holds(self, customer: str, contract: Contract, at: datetime) -> bool:
        """Whether the customer is a holder of the contract, and alive."""
        if customer in self.deaths and self.deaths[customer] <= at:
            return False
        return any(each == customer and covers(span, at) for each, span in contract.holders)

    def could_ask(self, person: int, facility: str, at: datetime) -> list[Asked]:
        """The requests that the person could make there now, in every capacity, good or not."""
        found = []
        for key, contract in self.contracts.items():
            for customer in {each for each, _ in contract.holders}:
                for power in (None, *self.powers):
                    asked = Asked("", facility, key, customer, person, power, at)
                    if self.stands(asked, facility, at):
                        found.append(asked)
        return found
