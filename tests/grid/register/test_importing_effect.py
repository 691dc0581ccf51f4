"""What an import would close and open, told from the facts before and after it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.grid.register.importing_effect import Closing, Effect, Ports, effect_of
from hanport.grid.right import Contract, Facts, Holder, IdentityCheck, Installation, Period, Request, boundaries, right

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
ALWAYS = Period(BEGIN)
OLD, NEW = 10, 11


def contract(number: int, period: Period = ALWAYS) -> Contract:
    return Contract(number, period, (Holder(number, number, True, period),))


def request(name: str, number: int) -> Request:
    return Request(name, number, number, number, None, IdentityCheck.DESK, BEGIN)


def facts(**changed: object) -> Facts:
    whole = Facts(1, (contract(1),), (), (request("r1", 1),), (), (Installation(OLD, ALWAYS),))
    return replace(whole, **changed)  # type: ignore[arg-type]


def effect(before: Facts, after: Facts, *, elsewhere: tuple[int, ...] = (), is_open: bool = True) -> Effect:
    return effect_of(before, after, NOW, Ports((OLD,) if is_open else (), elsewhere))


def test_a_contract_that_ends_closes_now_or_later() -> None:
    for end, closes in ((BEGIN, NOW), (NOW, NOW), (LATER, LATER)):
        after = facts(contracts=(contract(1, Period(BEGIN, end)),))
        assert effect(facts(), after) == Effect((Closing(1, OLD, closes),))
        assert effect(facts(), after, is_open=False) == Effect()


def test_a_port_without_right_is_not_closed_by_the_import() -> None:
    before = facts(contracts=(contract(1, Period(BEGIN, BEGIN)),))
    assert effect(before, facts(contracts=())) == Effect()


def test_an_exemption_closes_while_it_lasts() -> None:
    after = facts(exemptions=(Period(LATER, LATER + timedelta(days=1)),))
    assert effect(facts(), after) == Effect((Closing(1, OLD, LATER),))


def test_an_exchange_neither_closes_nor_opens() -> None:
    for day in (NOW - timedelta(days=3), NOW, LATER):
        meters = (Installation(OLD, Period(BEGIN, day)), Installation(NEW, Period(day)))
        assert effect(facts(), facts(installations=meters)) == Effect()


def test_a_meter_from_another_house_is_no_exchange() -> None:
    """A file with its meters in the wrong order gives each house its neighbour's."""
    swapped = facts(installations=(Installation(OLD, Period(BEGIN, NOW)), Installation(NEW, Period(NOW))))
    assert effect(facts(), swapped, elsewhere=(NEW,)) == Effect((Closing(1, OLD, NOW),), (NEW,))


def test_a_meter_for_another_request_is_no_exchange() -> None:
    after = Facts(1, (contract(2),), (), (request("r2", 2),), (), (Installation(NEW, ALWAYS),))
    assert effect(facts(), after) == Effect((Closing(1, OLD, NOW),), (NEW,))


def test_a_right_that_facts_give_is_an_opening() -> None:
    ended = facts(contracts=(contract(1, Period(BEGIN, BEGIN)),))
    for before in (ended, facts(contracts=()), facts(installations=()), facts(exemptions=(ALWAYS,))):
        assert effect(before, facts(), is_open=False) == Effect((), (OLD,))


def test_a_right_that_the_facts_had_planned_is_none() -> None:
    planned = facts(contracts=(contract(1, Period(LATER)),))
    assert effect(planned, replace(planned, user_changes=(BEGIN,)), is_open=False) == Effect()
    sooner = facts(contracts=(contract(1, Period(NOW)),))
    assert effect(planned, sooner, is_open=False) == Effect((), (OLD,))


def test_an_end_that_is_taken_back_is_no_opening() -> None:
    ending = facts(contracts=(contract(1, Period(BEGIN, LATER)),))
    assert effect(ending, facts()) == Effect()
    exchanged = (Installation(OLD, Period(BEGIN, LATER)), Installation(NEW, Period(LATER)))
    assert effect(ending, facts(installations=exchanged)) == Effect()


def test_another_holder_of_the_same_port_keeps_it() -> None:
    both = facts(contracts=(contract(1), contract(2)), requests=(request("r1", 1), request("r2", 2)))
    for left in (1, 2):
        assert effect(both, replace(both, contracts=(contract(left),))) == Effect()


_days = st.integers(-3, 4).map(lambda day: NOW + timedelta(days=day))
_periods = st.tuples(_days, st.none() | _days).map(lambda pair: Period(*pair))
_facts = st.builds(
    lambda meters, contracts, requests, exemptions: Facts(
        1,
        tuple(contract(n, period) for n, period in contracts.items()),
        (),
        tuple(request(f"r{n}", n) for n in sorted(requests)),
        tuple(exemptions),
        tuple(Installation(meter, period) for meter, period in meters),
    ),
    st.lists(st.tuples(st.sampled_from([OLD, NEW]), _periods), max_size=3),
    st.dictionaries(st.integers(1, 2), _periods, max_size=2),
    st.sets(st.integers(1, 2)),
    st.lists(_periods, max_size=1),
)


@given(_facts, _facts)
def test_every_port_that_loses_or_gets_the_right_is_told_or_exchanged(before: Facts, after: Facts) -> None:
    """By an oracle that looks at every instant by itself."""
    told = effect_of(before, after, NOW, Ports((OLD, NEW), (OLD, NEW)))
    instants = [NOW, *(each for facts in (before, after) for each in boundaries(facts) if each > NOW)]
    lost: set[int] = set()
    first: dict[int, datetime] = {}
    for at in sorted(instants):
        for meter in (OLD, NEW):
            had, has = right(before, meter, at).is_open, right(after, meter, at).is_open
            if had and not has:
                lost.add(meter)
            if has and not had:
                first.setdefault(meter, at)
    assert {each.meter_id for each in told.closings} == lost
    assert all(each.at >= NOW for each in told.closings)
    assert set(told.openings) <= set(first)
    # What is not told goes on from a right of the same meter that both facts gave just before.
    for meter in set(first) - set(told.openings):
        assert first[meter] > NOW
        moment = first[meter] - timedelta(microseconds=1)
        assert right(after, meter, moment).is_open


@pytest.mark.parametrize("elsewhere", [(), (NEW,)])
@given(same=_facts)
def test_facts_that_stay_do_nothing(elsewhere: tuple[int, ...], same: Facts) -> None:
    assert effect(same, replace(same, requests=same.requests[::-1]), elsewhere=elsewhere) == Effect()
