"""Events and notes on their way into the store: in order, once, bounded, whatever fails."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hanport.home.health.journal import KEPT_CHANGES, Entry, Journal, write_all
from hanport.home.store.reader import EventRow, Reader
from hanport.home.store.writer import Store

AT = datetime(2026, 11, 25, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub.db"


def store_all(journal: Journal, path: Path) -> list[EventRow]:
    changes, notes = journal.waiting()
    store = Store(path)
    store.write(lambda connection: write_all(connection, changes, notes))
    store.close()
    journal.stored(changes, notes)
    with Reader(path) as reader:
        return sorted(reader.events(AT - timedelta(days=1), AT + timedelta(days=1)), key=lambda event: event.id)


def test_an_event_is_begun_once_and_ended_with_what_was_learned(path: Path) -> None:
    journal = Journal()
    first = journal.begin("silence", AT, {"link": "well"})
    assert journal.begin("silence", LATER, {"link": "down"}) is first
    journal.add("silence", {"lost": True})
    (event,) = store_all(journal, path)
    assert (event.began, event.ended, event.details) == (AT, None, {"link": "well", "lost": True})
    ended = journal.end("silence", LATER, {"restart": True})
    assert ended is first
    assert first.details == {"link": "well", "lost": True, "restart": True}
    (event,) = store_all(journal, path)
    assert (event.ended, event.details) == (LATER, first.details)
    assert len(journal) == 0


def test_what_never_began_neither_ends_nor_learns() -> None:
    journal = Journal()
    assert journal.end("silence", AT) is None
    journal.add("silence", {"lost": True})
    assert len(journal) == 0


def test_begun_and_ended_before_anything_was_stored(path: Path) -> None:
    journal = Journal()
    journal.begin("lost", AT)
    journal.end("lost", LATER)
    journal.happened("hub-clock", LATER, LATER, {"step_s": 7})
    lost, step = store_all(journal, path)
    assert (lost.began, lost.ended) == (AT, LATER)
    assert (step.kind, step.details, step.ended) == ("hub-clock", {"step_s": 7}, LATER)


def test_an_event_of_an_earlier_run_goes_on(path: Path) -> None:
    journal = Journal()
    journal.begin("silence", AT)
    (event,) = store_all(journal, path)
    later = Journal()
    later.go_on_with(Entry("silence", event.began, {}, event.id))
    later.moved(timedelta(hours=5))  # this run's clock says nothing of that one's
    assert later.begin("silence", LATER).began_at == AT
    later.end("silence", LATER)
    (event,) = store_all(later, path)
    assert (event.began, event.ended) == (AT, LATER)


def test_a_clock_that_is_set_moves_what_lasts(path: Path) -> None:
    journal = Journal()
    journal.begin("silence", AT)
    journal.moved(timedelta(hours=1))
    (event,) = store_all(journal, path)
    assert event.began == AT + timedelta(hours=1)


def test_a_write_that_failed_is_made_again(path: Path) -> None:
    journal = Journal()
    journal.begin("silence", AT)
    changes, notes = journal.waiting()

    store = Store(path)
    with pytest.raises(ZeroDivisionError):
        store.write(lambda connection: (write_all(connection, changes, notes), 1 // 0))  # type: ignore[func-returns-value]
    store.close()
    journal.end("silence", LATER)
    (event,) = store_all(journal, path)
    assert (event.began, event.ended) == (AT, LATER)


def test_only_the_last_note_of_a_key_is_stored_and_one_that_came_meanwhile_stays(path: Path) -> None:
    journal = Journal()
    journal.note("a", 1000)
    journal.note("a", 2000)
    changes, notes = journal.waiting()
    journal.note("a", 3000)
    journal.stored(changes, notes)
    assert journal.waiting()[1] == {"a": 3000}
    store_all(journal, path)
    with Reader(path) as reader:
        assert reader.note("a") == 3000


def test_where_too_much_waits_the_oldest_is_forgotten(path: Path) -> None:
    journal = Journal()
    journal.begin("silence", AT)
    for number in range(KEPT_CHANGES // 2):
        journal.happened("hub-clock", AT, AT, {"step_s": number})
    journal.add("silence", {"lost": True})
    journal.moved(timedelta(seconds=1))
    journal.end("silence", LATER)
    events = store_all(journal, path)
    assert "silence" not in {event.kind for event in events}
    assert events[-1].details == {"step_s": KEPT_CHANGES // 2 - 1}
