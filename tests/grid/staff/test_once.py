"""What is taken once, also by two at the same time."""

import threading

import pytest

from hanport.clock import ManualClock
from hanport.grid.database.work import Database
from hanport.grid.staff import once
from hanport.grid.staff.once import Earlier


async def test_the_second_gets_what_the_first_led_to(database: Database, clock: ManualClock) -> None:
    with database.writing("system") as work:
        assert once.take(work, "1", "/form", "token") is None
        once.led_to(work, "1", "/form", "token", place="/there", shown="secret")
        assert once.take(work, "2", "/form", "token") is None  # another member's is another one
    with database.writing("system") as work:
        assert once.take(work, "1", "/form", "token") == Earlier("/there", "secret")
    await clock.advance(601)
    with database.writing("system") as work:
        assert once.take(work, "1", "/form", "token") == Earlier("/there", "")
        assert once.clear(work) == 0
    await clock.advance(24 * 3600)
    with database.writing("system") as work:
        assert once.clear(work) == 2
        assert once.take(work, "1", "/form", "token") is None


def test_what_failed_may_be_sent_again(database: Database) -> None:
    with pytest.raises(RuntimeError), database.writing("system") as work:
        assert once.take(work, "token") is None
        raise RuntimeError
    with database.writing("system") as work:
        assert once.take(work, "token") is None


def test_of_two_at_the_same_time_one_does_it(database: Database) -> None:
    done: list[str] = []
    together = threading.Barrier(4)

    def click() -> None:
        together.wait()
        with database.writing("system") as work:
            if once.take(work, "token") is None:
                done.append("done")
                once.led_to(work, "token", place="/there")

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == ["done"]
