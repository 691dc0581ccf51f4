"""Who is owed which notice: looks at the port in, what is to be told out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.home.notices.episode import GIVEN_UP_AFTER, Episode, Seen, from_note, see, tell, to_note
from hanport.home.notices.notice import Kind
from hanport.home.values import PortState

AT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
AFTER = timedelta(minutes=10)
WAYS = ("mail", "webhook")


def at(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def silent(minutes: float, since: float = 0) -> Seen:
    return Seen(at(minutes), True, at(since), PortState.SILENT, "silent-since")


def well(minutes: float) -> Seen:
    return Seen(at(minutes), False, at(minutes), PortState.WELL, "")


def starting(minutes: float) -> Seen:
    return Seen(at(minutes), None, at(minutes), PortState.STARTING, "")


def look(*seen: Seen, episode: Episode | None = None, ways: tuple[str, ...] = WAYS) -> Episode:
    episode = episode or Episode()
    for each in seen:
        episode = see(episode, each, ways, AFTER)
    return episode


def test_nobody_is_told_of_a_short_silence() -> None:
    assert look(well(-5), silent(2), silent(9), well(9.5)).owed == {}


def test_after_ten_minutes_everybody_is_owed_the_silence_and_then_the_return() -> None:
    episode = look(silent(2), silent(10))
    assert episode.owed == {"mail": Kind.SILENT, "webhook": Kind.SILENT}
    episode = tell(tell(episode, "mail", Kind.SILENT), "webhook", Kind.SILENT)
    assert look(silent(11), silent(600), episode=episode).owed == {}
    episode = look(well(30), episode=episode)
    assert episode.owed == {"mail": Kind.BACK, "webhook": Kind.BACK}
    assert episode.back_at == at(30)
    episode = tell(tell(episode, "mail", Kind.BACK), "webhook", Kind.BACK)
    assert look(well(31), episode=episode).owed == {}


def test_a_way_that_failed_until_the_port_was_back_is_told_once_of_both() -> None:
    episode = tell(look(silent(10)), "mail", Kind.SILENT)
    episode = look(well(20), episode=episode)
    assert episode.owed == {"mail": Kind.BACK, "webhook": Kind.BACK}
    assert tell(episode, "webhook", Kind.SILENT) == episode  # a late success of the older notice


def test_a_way_that_is_switched_on_later_hears_of_what_lasts_and_not_of_what_is_over() -> None:
    episode = look(silent(10), ways=("mail",))
    assert look(silent(11), episode=episode).owed == {"mail": Kind.SILENT, "webhook": Kind.SILENT}
    episode = look(well(12), ways=("mail",), episode=tell(episode, "mail", Kind.SILENT))
    assert look(well(13), episode=episode).owed == {"mail": Kind.BACK}


def test_a_way_that_is_switched_off_is_owed_nothing() -> None:
    assert look(silent(11), ways=(), episode=look(silent(10))).owed == {}


def test_a_hub_that_starts_knows_nothing_yet() -> None:
    episode = look(silent(10))
    assert look(starting(20), episode=from_note(to_note(episode))) == episode


def test_silence_that_becomes_a_loss_is_one_absence() -> None:
    told = tell(tell(look(silent(10)), "mail", Kind.SILENT), "webhook", Kind.SILENT)
    lost = Seen(at(15), True, at(14), PortState.LOST, "source-lost")
    episode = look(lost, episode=told)
    assert (episode.owed, episode.since, episode.finding) == ({}, AT, "source-lost")


def test_a_clock_that_is_set_moves_the_silence() -> None:
    episode = look(silent(2), silent(63, since=60))
    assert (episode.since, episode.owed) == (at(60), {})


def test_the_next_silence_is_another_one() -> None:
    episode = look(silent(10), well(20), silent(40, since=30))
    assert (episode.since, episode.owed) == (at(30), {"mail": Kind.SILENT, "webhook": Kind.SILENT})


def test_a_port_that_is_ill_and_sends_is_back_now() -> None:
    seen = Seen(at(20), False, at(-90), PortState.ILL, "noise")
    assert look(silent(10), seen).back_at == at(20)


def test_old_news_are_given_up() -> None:
    episode = look(silent(10), well(20))
    late = Seen(at(20) + GIVEN_UP_AFTER, False, at(20), PortState.WELL, "")
    assert look(late, episode=episode).owed == {}


SEEN = st.lists(st.tuples(st.floats(0.1, 20), st.sampled_from([silent, well, starting])), max_size=30)


@given(SEEN, st.lists(st.booleans(), min_size=30, max_size=30))
def test_whoever_was_told_of_a_silence_is_told_of_its_end_and_nothing_twice(
    steps: list[tuple[float, object]], works: list[bool]
) -> None:
    episode, minutes, since = Episode(), 0.0, 0.0
    told: list[tuple[Kind, datetime | None]] = []
    for (passed, kind), work in zip(steps, works, strict=False):
        minutes += passed
        if kind is silent:
            seen = silent(minutes, since)
        else:
            seen, since = (well(minutes), minutes) if kind is well else (starting(minutes), since)
        episode = from_note(to_note(see(episode, seen, ("mail",), AFTER)))  # a restart at every look
        owed = episode.owed.get("mail")
        if owed is not None and work:
            told.append((owed, episode.since))
            episode = tell(episode, "mail", owed)
    assert len(told) == len(set(told))
    silences = [since for kind, since in told if kind is Kind.SILENT]
    assert all(told.count((Kind.BACK, since)) <= 1 for since in silences)
    if silences and not episode.owed and not episode.lasts:
        assert (Kind.BACK, silences[-1]) in told or told[-1][0] is Kind.BACK


@pytest.mark.parametrize("note", [None, 3, {}, {"since": 1}, to_note(Episode()) | {"owed": []}])
def test_a_note_that_cannot_be_read_is_no_absence(note: object) -> None:
    assert from_note(note) == Episode()
