"""MAY THIS PORT BE OPEN? Judged once more by an oracle that is written another way, and held to its laws."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanport.grid.right import (
    Contract,
    Facts,
    Holder,
    IdentityCheck,
    Installation,
    Period,
    Power,
    Request,
    Right,
    Why,
    boundaries,
    objection_to,
    right,
)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
LAST = 9
METER, OTHER_METER = 1, 2
Row = TypeVar("Row")

# Few instants, people and contracts, so that everything meets everything.
hours = st.integers(0, LAST).map(lambda n: BEGIN + n * HOUR)
ids = st.integers(1, 2)
periods = st.builds(Period, begins=hours, ends=st.none() | hours)
holders = st.builds(Holder, customer_id=ids, person_id=ids, acts_alone=st.booleans(), period=periods)
powers = st.builds(Power, id=ids, grantor_id=ids, agent_id=ids, period=periods)
installations = st.builds(Installation, meter_id=ids, period=periods)


def contracts_of(numbers: list[int]) -> st.SearchStrategy[tuple[Contract, ...]]:
    some = st.lists(holders, max_size=3).map(tuple)
    return st.tuples(*(st.builds(Contract, id=st.just(n), period=periods, holders=some) for n in numbers))


def requests_of(count: int) -> st.SearchStrategy[tuple[Request, ...]]:
    return st.tuples(
        *(
            st.builds(
                Request,
                order_id=st.just(f"order-{n}"),
                contract_id=ids,
                customer_id=ids,
                person_id=ids,
                power_id=st.none() | ids,
                identity=st.sampled_from([*IdentityCheck, *IdentityCheck, None]),
                signed_at=hours,
                withdrawn_at=st.none() | st.none() | hours,
            )
            for n in range(count)
        )
    )


facts_strategy = st.builds(
    Facts,
    facility_id=st.just(1),
    contracts=st.sets(ids).map(sorted).flatmap(contracts_of),
    powers=st.lists(powers, max_size=3).map(tuple),
    requests=st.integers(0, 3).flatmap(requests_of),
    exemptions=st.lists(periods, max_size=1).map(tuple),
    installations=st.lists(installations, max_size=2).map(tuple),
    user_changes=st.lists(hours, max_size=1).map(tuple),
)
# Between the hours too.
moments = st.integers(0, 2 * LAST + 2).map(lambda n: BEGIN + n * HOUR / 2)


def lies_in(period: Period, at: datetime) -> bool:
    return not (at < period.begins or (period.ends is not None and at >= period.ends))


def gives_right(facts: Facts, request: Request, at: datetime) -> bool:
    """Whether a contract, a holder and (where somebody acts for him) a power together bear the request."""
    asked = request.identity is not None and request.signed_at <= at
    taken_back = request.withdrawn_at is not None and at >= request.withdrawn_at
    if not asked or taken_back:
        return False
    for contract, holder in ((c, h) for c in facts.contracts for h in c.holders):
        moved = [change for change in facts.user_changes if not (change > at or change <= contract.period.begins)]
        bears = (contract.id, holder.customer_id) == (request.contract_id, request.customer_id)
        runs = lies_in(contract.period, at) and lies_in(holder.period, at)
        if not bears or not runs or moved:
            continue
        if request.power_id is None and holder.acts_alone and holder.person_id == request.person_id:
            return True
        named = (request.power_id, request.customer_id, request.person_id)
        if any(
            (p.id, p.grantor_id, p.agent_id) == named and lies_in(p.period, request.signed_at) for p in facts.powers
        ):
            return True
    return False


def oracle(facts: Facts, meter_id: int, at: datetime) -> set[str]:
    """The orders that give the right to open that meter's port; none: it must be closed."""
    if meter_id not in {each.meter_id for each in facts.installations if lies_in(each.period, at)}:
        return set()
    if [each for each in facts.exemptions if lies_in(each, at)]:
        return set()
    return {each.order_id for each in facts.requests if gives_right(facts, each, at)}


def mixed_up(rows: tuple[Row, ...], random: Random) -> tuple[Row, ...]:
    return tuple(random.sample(rows, len(rows)))


def household(**changed: object) -> Facts:
    """One private person with a contract, a meter and a request, from the first hour on."""
    always = Period(BEGIN)
    facts = Facts(
        facility_id=1,
        contracts=(Contract(1, always, (Holder(1, 1, True, always),)),),
        requests=(Request("order", 1, 1, 1, None, IdentityCheck.BANKID, BEGIN),),
        installations=(Installation(METER, always),),
    )
    return replace(facts, **changed)  # type: ignore[arg-type]


def asked(**changed: object) -> Facts:
    """The same with another request."""
    return household(requests=(replace(household().requests[0], **changed),))  # type: ignore[arg-type]


def held(*holders: Holder) -> Facts:
    """The same with other holders."""
    return household(contracts=(Contract(1, Period(BEGIN), holders),))


AT = BEGIN + 5 * HOUR
GONE = Period(BEGIN, AT)
MINE = Holder(1, 1, True, Period(BEGIN))
POWER = Power(7, 1, 2, GONE)


@settings(max_examples=300, deadline=None)
@given(facts_strategy, ids, moments)
def test_the_port_is_open_exactly_when_the_oracle_says(facts: Facts, meter_id: int, at: datetime) -> None:
    bearing = oracle(facts, meter_id, at)
    found = right(facts, meter_id, at)
    assert found.is_open is bool(bearing)
    assert (found.why is Why.RIGHT) is found.is_open
    if found.request is None:
        assert not found.is_open
        return
    newest = max((r.signed_at, r.order_id) for r in facts.requests if r.order_id in bearing)
    assert (found.request.signed_at, found.request.order_id) == newest


@settings(max_examples=150, deadline=None)
@given(facts_strategy, ids, moments)
def test_nothing_changes_by_itself_before_the_instant_that_is_told(facts: Facts, meter_id: int, at: datetime) -> None:
    found = right(facts, meter_id, at)
    assert found.until is None or found.until > at
    later = [BEGIN + n * HOUR / 2 for n in range(2 * LAST + 4)]
    for each in later:
        if at <= each and (found.until is None or each < found.until):
            assert right(facts, meter_id, each) == found


@settings(max_examples=80, deadline=None)
@given(facts_strategy, ids)
def test_walking_from_one_instant_to_the_next_misses_no_change(facts: Facts, meter_id: int) -> None:
    """What the review of a port relies on: it looks again at `until`, and never in between."""
    walked: list[tuple[datetime, Right]] = []
    at: datetime | None = BEGIN
    while at is not None:
        found = right(facts, meter_id, at)
        walked.append((at, found))
        at = found.until
    assert len(walked) <= 1 + len(set(boundaries(facts)))
    for n in range(2 * LAST + 4):
        each = BEGIN + n * HOUR / 2
        known = next(found for begun, found in reversed(walked) if begun <= each)
        assert known.is_open is bool(oracle(facts, meter_id, each))


@settings(max_examples=100, deadline=None)
@given(facts_strategy, moments, periods, st.data())
def test_what_takes_a_right_away_never_gives_one(
    facts: Facts, at: datetime, period: Period, data: st.DataObject
) -> None:
    """Closing never waits for a fact, and no restriction opens a port."""
    lost = data.draw(st.integers(0, max(0, len(facts.requests) - 1)))
    withdrawn = tuple(
        replace(each, withdrawn_at=min(at, each.withdrawn_at or at)) if n == lost else each
        for n, each in enumerate(facts.requests)
    )
    less = [
        replace(facts, exemptions=(*facts.exemptions, period)),
        replace(facts, user_changes=(*facts.user_changes, period.begins)),
        replace(facts, requests=withdrawn),
        replace(facts, requests=facts.requests[1:]),
        replace(facts, powers=facts.powers[1:]),
        replace(facts, installations=facts.installations[1:]),
        replace(facts, contracts=facts.contracts[1:]),
        replace(facts, requests=tuple(replace(each, identity=None) for each in facts.requests)),
    ]
    for meter_id, fewer in product((METER, OTHER_METER), less):
        assert right(facts, meter_id, at).is_open or not right(fewer, meter_id, at).is_open


@settings(max_examples=80, deadline=None)
@given(facts_strategy, ids, moments, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_known_does_not_matter(
    facts: Facts, meter_id: int, at: datetime, random: Random
) -> None:
    mixed = Facts(
        facility_id=facts.facility_id,
        contracts=mixed_up(facts.contracts, random),
        powers=mixed_up(facts.powers, random),
        requests=mixed_up(facts.requests, random),
        exemptions=mixed_up(facts.exemptions, random),
        installations=mixed_up(facts.installations, random),
        user_changes=mixed_up(facts.user_changes, random),
    )
    assert right(mixed, meter_id, at) == right(facts, meter_id, at)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (household(), Why.RIGHT),
        (household(installations=()), Why.NOT_INSTALLED),
        (household(installations=(Installation(METER, GONE),)), Why.NOT_INSTALLED),
        (household(installations=(Installation(OTHER_METER, Period(BEGIN)),)), Why.NOT_INSTALLED),
        (household(installations=(Installation(METER, Period(AT + HOUR)),)), Why.NOT_INSTALLED),
        (household(exemptions=(Period(AT),)), Why.EXEMPTED),
        (household(exemptions=(GONE, Period(AT + HOUR))), Why.RIGHT),
        (household(requests=()), Why.NO_REQUEST),
        (asked(signed_at=AT + HOUR), Why.NO_REQUEST),
        (asked(withdrawn_at=AT), Why.WITHDRAWN),
        (asked(withdrawn_at=AT + HOUR), Why.RIGHT),
        (asked(identity=None), Why.NO_IDENTITY),
        (asked(contract_id=2), Why.NO_CONTRACT),
        (household(contracts=(Contract(1, GONE, (MINE,)),)), Why.NO_CONTRACT),
        (household(contracts=(Contract(1, Period(AT + HOUR), (MINE,)),)), Why.NO_CONTRACT),
        (household(user_changes=(AT,)), Why.USER_CHANGED),
        (household(user_changes=(BEGIN,)), Why.RIGHT),  # the change by which this contract itself began
        (household(user_changes=(AT + HOUR,)), Why.RIGHT),
        (held(), Why.NOT_HOLDER),
        (held(replace(MINE, period=GONE)), Why.NOT_HOLDER),  # dead, or no longer one of the holders
        (held(replace(MINE, customer_id=2)), Why.NOT_HOLDER),
        (held(replace(MINE, person_id=2)), Why.NOT_HOLDER),  # the customer is another person now
        (held(replace(MINE, acts_alone=False)), Why.NOT_HOLDER),  # a company, an estate
        (held(MINE, replace(MINE, customer_id=2, person_id=2)), Why.RIGHT),  # one of two is enough
        (asked(person_id=2), Why.NOT_HOLDER),
        (asked(power_id=7), Why.NO_POWER),
    ],
)
def test_the_reason_is_told(facts: Facts, why: Why) -> None:
    found = right(facts, METER, AT)
    assert (found.is_open, found.why) == (why is Why.RIGHT, why)


@pytest.mark.parametrize(
    ("power", "signed_at", "why"),
    [
        (POWER, AT - HOUR, Why.RIGHT),  # it has run out since: the order stands
        (POWER, AT, Why.NO_POWER),
        (replace(POWER, period=Period(AT)), AT - HOUR, Why.NO_POWER),
        (replace(POWER, grantor_id=3), AT - HOUR, Why.NO_POWER),
        (replace(POWER, agent_id=1), AT - HOUR, Why.NO_POWER),
        (replace(POWER, id=8), AT - HOUR, Why.NO_POWER),
    ],
)
def test_an_order_under_a_power_is_the_holders_own(power: Power, signed_at: datetime, why: Why) -> None:
    company = replace(MINE, acts_alone=False)
    facts = replace(asked(person_id=2, power_id=7, signed_at=signed_at), powers=(power,))
    facts = replace(facts, contracts=held(company).contracts)
    assert right(facts, METER, AT).why is why


def test_the_newest_request_that_can_bear_it_does_and_the_newest_objection_is_told() -> None:
    first = household().requests[0]
    second = replace(first, order_id="second", signed_at=BEGIN + HOUR)
    third = replace(first, order_id="third", signed_at=BEGIN + 2 * HOUR, withdrawn_at=AT)
    found = right(household(requests=(second, third, first)), METER, AT)
    assert found.request is second
    void = replace(second, contract_id=9)
    assert right(household(requests=(void, third)), METER, AT).why is Why.WITHDRAWN
    coming = replace(third, signed_at=AT + HOUR, withdrawn_at=None)
    assert right(household(requests=(void, coming)), METER, AT).why is Why.NO_CONTRACT
    assert objection_to(coming, household(), AT) is Why.NO_REQUEST


def test_a_contract_end_that_is_known_beforehand_is_told() -> None:
    ends = AT + 3 * HOUR
    contract = Contract(1, Period(BEGIN, ends), (MINE,))
    found = right(household(contracts=(contract,), user_changes=(AT - HOUR, ends + HOUR)), METER, BEGIN)
    assert found.until == AT - HOUR
    assert right(household(contracts=(contract,)), METER, AT).until == ends
    assert right(household(contracts=(contract,)), METER, ends).until is None


@pytest.mark.parametrize(
    ("facts", "opens_then"),
    [
        (asked(withdrawn_at=AT + HOUR), False),
        (asked(signed_at=AT + HOUR), True),
        (household(contracts=(Contract(1, Period(BEGIN, AT + HOUR), (MINE,)),)), False),
        (household(contracts=(Contract(1, Period(AT + HOUR), (MINE,)),)), True),
        (held(replace(MINE, period=Period(BEGIN, AT + HOUR))), False),
        (held(replace(MINE, period=Period(AT + HOUR))), True),
        (household(exemptions=(Period(AT + HOUR),)), False),
        (household(exemptions=(Period(BEGIN, AT + HOUR),)), True),
        (household(installations=(Installation(METER, Period(BEGIN, AT + HOUR)),)), False),
        (household(installations=(Installation(METER, Period(AT + HOUR)),)), True),
        (household(user_changes=(AT + HOUR,)), False),
    ],
)
def test_each_change_that_is_known_beforehand_is_told(facts: Facts, opens_then: bool) -> None:
    assert right(facts, METER, AT).until == AT + HOUR
    assert right(facts, METER, AT).is_open is not opens_then
    assert right(facts, METER, AT + HOUR).is_open is opens_then
    assert right(facts, METER, AT + HOUR).until is None
