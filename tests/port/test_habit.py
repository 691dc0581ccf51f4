"""What a source has shown of its checksums decides what is admitted; order is kept and the queue is bounded."""

from hypothesis import given
from hypothesis import strategies as st

from hanport.port.habit import Habit
from hanport.port.p1 import Integrity
from hanport.port.telegram import Telegram
from hanport.port.values import Checksum, Protocol, Reason, Rejected

ARC, X25, ABSENT = Integrity.ARC, Integrity.X25, Integrity.ABSENT


def telegram(name: str = "KAM5") -> Telegram:
    return Telegram(Protocol.P1, name, Checksum.OK, name.encode())


def noise(text: str = "x") -> Rejected:
    return Rejected(Reason.NOISE, text.encode())


def told(events: list[Telegram | Rejected]) -> list[str]:
    return [
        event.raw.decode()
        if isinstance(event, Telegram) or event.reason is Reason.NOISE
        else "no " + event.raw.decode()
        for event in events
    ]


def run(*kinds: Integrity | None) -> list[str]:
    """Telegrams named a, b, c ... by kind; None is noise."""
    habit = Habit()
    events: list[Telegram | Rejected] = []
    for name, kind in zip("abcdefghijkl", kinds, strict=False):
        events += habit.admit(noise(name)) if kind is None else habit.admit(telegram(name), kind)
    return told(events + habit.let_go())


def test_a_right_checksum_is_believed_at_once_and_nothing_else_from_then_on() -> None:
    assert Habit().admit(telegram(), ARC)
    assert run(ARC, ABSENT, X25, ARC) == ["a", "no b", "no c", "d"]


def test_two_of_a_kind_are_believed() -> None:
    assert run(ABSENT, ABSENT, ABSENT) == ["a", "b", "c"]
    assert run(X25, X25, X25) == ["a", "b", "c"]
    assert run(X25, X25, ABSENT) == ["a", "b", "no c"]
    assert run(ABSENT, ABSENT, X25) == ["a", "b", "no c"]


def test_the_first_waits_and_falls_when_the_second_is_of_another_kind() -> None:
    assert run(ABSENT, ARC) == ["no a", "b"]
    assert run(ABSENT, X25, X25) == ["no a", "b", "c"]
    assert run(X25, ABSENT, ABSENT) == ["no a", "b", "c"]


def test_a_meter_whose_firmware_is_exchanged_may_begin_to_send_checksums() -> None:
    assert run(ABSENT, ABSENT, ARC, ABSENT) == ["a", "b", "c", "no d"]


def test_what_waits_is_let_through_at_the_end() -> None:
    assert run(ABSENT) == ["a"]
    assert run(ABSENT, None) == ["a", "b"]
    assert run() == []


def test_order_is_kept_while_one_waits() -> None:
    habit = Habit()
    assert habit.admit(telegram("a"), ABSENT) == []
    assert habit.admit(noise("b")) == []
    assert told(habit.admit(telegram("c"), ABSENT)) == ["a", "b", "c"]
    assert told(habit.admit(noise("d"))) == ["d"]


def test_no_more_than_sixteen_queue_behind_the_one_that_waits() -> None:
    habit = Habit()
    habit.admit(telegram("a"), ABSENT)
    held = [habit.admit(noise()) for _ in range(16)]
    assert [len(events) for events in held] == [0] * 15 + [17]
    assert held[-1][0].raw == b"a"


def test_the_rejection_says_what_is_missing() -> None:
    habit = Habit()
    habit.admit(telegram("a"), ARC)
    (event,) = habit.admit(telegram("b"), ABSENT)
    assert isinstance(event, Rejected)
    assert event.reason is Reason.CRC
    assert "checksums" in event.hint


@given(st.lists(st.sampled_from([ARC, X25, ABSENT, None]), max_size=12))
def test_every_event_comes_out_once_and_in_order(kinds: list[Integrity | None]) -> None:
    assert [name.removeprefix("no ") for name in run(*kinds)] == list("abcdefghijkl"[: len(kinds)])


@given(st.lists(st.sampled_from([ARC, X25, ABSENT, None]), max_size=12))
def test_a_right_checksum_always_passes(kinds: list[Integrity | None]) -> None:
    for name, kind, out in zip("abcdefghijkl", kinds, run(*kinds), strict=False):
        assert out == name or kind in (X25, ABSENT)
