"""What an earlier run has left, and what is made of a note that cannot be read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from hanport.home.health.guide import IDLE, Act, happen, to_note
from hanport.home.health.memory import ALIVE, GUIDE, Alive, Before, remember, to_alive
from hanport.home.health.report import DayCounts, Step
from hanport.home.store.events import begin_event, count_port_day, end_event, put_note
from hanport.home.store.reader import Reader
from hanport.home.store.writer import Store
from hanport.models import MODELS

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ALIVE_THEN = Alive(AT, True, AT - timedelta(seconds=5), 10.0, MODELS["kamstrup-omnia"], AT - timedelta(days=9))


def at(hours: float) -> datetime:
    return AT - timedelta(hours=hours)


def remembered(path: Path) -> Before:
    with Reader(path) as reader:
        return remember(reader, AT)


def test_a_new_store_remembers_nothing(tmp_path: Path) -> None:
    Store(tmp_path / "hub.db").close()
    assert remembered(tmp_path / "hub.db") == Before()


def leave(connection: apsw.Connection) -> None:
    """What an earlier run writes, in its order."""
    put_note(connection, ALIVE, to_alive(ALIVE_THEN))
    put_note(connection, GUIDE, to_note(happen(IDLE, Act.BEGIN, at(1))))
    for kind, begun, ended, details in (
        ("silence", at(90), at(80), {}),
        ("hub-off", at(70), at(69), {}),
        ("hub-off", at(60), at(59), {}),
        ("disk", at(50), None, {}),
        ("meter-clock", at(40), at(40), {"step_s": 7}),
        ("hub-clock", at(30), at(30), {"step_s": -3600}),
        ("hub-clock", at(31), at(31), {"step_s": 60}),
        ("silence", at(2), None, {}),
    ):
        event = begin_event(connection, kind, begun, details)
        if ended is not None:
            end_event(connection, event, ended)
    count_port_day(connection, AT.date(), telegrams=3, rejected=1, silent_s=9, clock_offset_ms=-500)
    count_port_day(connection, at(48).date(), telegrams=4)


def test_all_that_was_left(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    store.write(leave)
    store.close()
    before = remembered(tmp_path / "hub.db")
    assert before.alive == ALIVE_THEN
    assert before.guide == happen(IDLE, Act.BEGIN, at(1))
    assert [(entry.kind, entry.began_at) for entry in before.enduring] == [("silence", at(2))]
    assert [silence.ended_at for silence in before.silences] == [at(80), None]
    assert before.hub_off == (at(60), at(59))
    assert before.meter_step == Step(at(40), 7)
    assert before.hub_step == Step(at(31), 60)  # the last that was written: the clock may have been set back
    assert before.today == DayCounts(AT.date(), 3, 1, 9, -500)
    assert before.offsets == {AT.date(): -500}


@pytest.mark.parametrize(
    "note",
    [7, [], {}, {**to_alive(ALIVE_THEN), "at": "yesterday"}, {**to_alive(ALIVE_THEN), "interval_s": "long"}],
)
def test_a_note_that_cannot_be_read_is_none(tmp_path: Path, note: object) -> None:
    store = Store(tmp_path / "hub.db")
    store.write(lambda c: put_note(c, ALIVE, note))
    store.close()
    assert remembered(tmp_path / "hub.db").alive is None


def test_a_model_that_is_not_known_any_more_is_none(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    little = replace(ALIVE_THEN, last_telegram_at=None, interval_s=None, worked_since=None)
    store.write(lambda c: put_note(c, ALIVE, {**to_alive(little), "model": "gone"}))
    store.close()
    assert remembered(tmp_path / "hub.db").alive == replace(little, model=None)
