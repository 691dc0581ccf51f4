"""Turns are given in order, one at a time, and none is lost."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from hanport.grid.database.turns import Turns

_WAITERS = 8


def test_they_come_in_the_order_of_their_asking() -> None:
    turns, order = Turns(), []

    def take(place: int) -> None:
        with turns:
            order.append(place)

    threads = [threading.Thread(target=take, args=(place,)) for place in range(_WAITERS)]
    with turns:
        for place, thread in enumerate(threads):
            thread.start()
            while len(turns._waiting) <= place:
                time.sleep(0.001)
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(_WAITERS))


def test_a_busy_thread_lets_others_in_between() -> None:
    turns, busy_rounds, is_over = Turns(), [0], threading.Event()

    def be_busy() -> None:
        while not is_over.is_set():
            with turns:
                busy_rounds[0] += 1
                time.sleep(0.001)

    thread = threading.Thread(target=be_busy)
    thread.start()
    waited = []
    for _ in range(20):
        before = busy_rounds[0]
        with turns:
            waited.append(busy_rounds[0] - before)
    is_over.set()
    thread.join()
    assert max(waited) <= 2


def test_only_one_at_a_time() -> None:
    turns, inside, most = Turns(), [0], [0]

    def take(_: int) -> None:
        with turns:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0)
            inside[0] -= 1

    with ThreadPoolExecutor(_WAITERS) as pool:
        list(pool.map(take, range(500)))
    assert (inside, most) == ([0], [1])


def test_an_error_inside_passes_the_turn_on() -> None:
    turns = Turns()
    with pytest.raises(ValueError), turns:
        raise ValueError
    with turns:
        pass


@pytest.mark.parametrize("is_given", [False, True], ids=["while it waits", "as its turn comes"])
def test_who_gives_up_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch, is_given: bool) -> None:
    turns = Turns()

    class Interrupted:
        """A lock whose second acquiring is interrupted, after the turn has come or before."""

        def __init__(self) -> None:
            self.asked = 0

        def acquire(self) -> None:
            self.asked += 1
            if self.asked == 2:
                if is_given:
                    turns.__exit__()
                raise KeyboardInterrupt

        def release(self) -> None:
            pass

    turns.__enter__()
    with monkeypatch.context() as patched:
        patched.setattr("hanport.grid.database.turns.threading", SimpleNamespace(Lock=Interrupted))
        with pytest.raises(KeyboardInterrupt):
            turns.__enter__()
    assert not turns._waiting
    assert turns._is_taken is not is_given
