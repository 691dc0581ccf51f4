"""Registers that come as series of their own, put together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hanport.home.store.packing import NONE
from hanport.home.store.registers import Register, at_times, false_zeros, summed


def register(*states: tuple[int, int]) -> Register:
    made = Register()
    for line, (at_ms, wh) in enumerate(states):
        made.add(at_ms, wh, line)
    return made


def test_by_time_and_of_one_time_the_last_line() -> None:
    at_ms, wh, lines = register((20, 5), (10, 3), (20, 6)).in_order()
    assert (at_ms.tolist(), wh.tolist(), lines.tolist()) == ([10, 20], [3, 6], [1, 2])
    assert [column.tolist() for column in Register().in_order()] == [[], [], []]


def test_steps_back() -> None:
    assert register((1, 5), (2, 4)).steps_back()
    assert not register((2, 5), (1, 4)).steps_back()
    assert not Register().steps_back()


def test_false_zeros() -> None:
    assert false_zeros(np.array([5, 0, 6, 0, 5, 0, 0, 0])).tolist() == [1]
    assert false_zeros(np.array([0, 0])).tolist() == []


def test_before_its_first_value_nothing_is_known() -> None:
    one, other = (np.array([10, 30]), np.array([1, 2])), (np.array([20]), np.array([7]))
    assert [column.tolist() for column in summed([one, other], hold=True)] == [[20, 30], [8, 9]]
    assert [column.tolist() for column in summed([one, other], hold=False)] == [[], []]
    assert [column.tolist() for column in summed([], hold=True)] == [[], []]
    nothing = (np.empty(0, np.int64), np.empty(0, np.int64))
    assert at_times(np.array([1, 2]), nothing, hold=True).tolist() == [NONE, NONE]


@given(st.lists(st.dictionaries(st.integers(0, 30), st.integers(0, 100), min_size=1), min_size=1, max_size=4))
def test_a_sum_is_that_of_what_each_showed_last(parts: list[dict[int, int]]) -> None:
    columns = [(np.array(sorted(part)), np.array([part[at] for at in sorted(part)])) for part in parts]
    times, total = summed(columns, hold=True)
    assert dict(zip(times.tolist(), total.tolist(), strict=True)) == {
        at: sum(part[max(known for known in part if known <= at)] for part in parts)
        for at in sorted(set().union(*parts))
        if all(min(part) <= at for part in parts)
    }
